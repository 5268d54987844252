"""What `seqtasks data check` prints of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from seqtasks.datasets.statistics import CorpusStatistics, TextStatistics

LABELS_SHOWN = 60


def print_statistics(counted: CorpusStatistics) -> None:
    """Sentences, sides, labels and notes of a file."""
    distinct = len(counted.sentences_seen)
    click.echo(f"{counted.path} ({counted.format})")
    click.echo(f"  {counted.unit:<9}  {counted.sentences:,} ({distinct:,} distinct)")
    for side in counted.sides:
        click.echo(f"  {side.name:<9}  {_side_text(side)}")
    for layer, labels in counted.labels.items():
        shown = [f"{label} {count:,}" for label, count in labels.most_common(LABELS_SHOWN)]
        more = f"  ... and {len(labels) - LABELS_SHOWN:,} more" if len(labels) > LABELS_SHOWN else ""
        click.echo(f"  {layer:<9}  {len(labels):,} labels: {'  '.join(shown)}{more}")
    for note in (*counted.told, *counted.notes):
        click.echo(f"  note: {note}")


def _side_text(side: TextStatistics) -> str:
    text = f"{side.words:,} ({side.distinct_words:,} distinct)"
    return f"{text}, longest sentence {side.longest:,} words at line {side.longest_line:,}" if side.longest else text


def print_shared(statistics: list[CorpusStatistics]) -> int:
    """What files share with earlier ones, and the labels that the first one lacks; returns how many such labels there are."""
    from seqtasks.datasets.statistics import new_labels, overlaps

    sizes = {counted.path: counted.sentences for counted in statistics}
    for overlap in overlaps(statistics):
        click.echo(
            f"{overlap.shared:,} of the {sizes[overlap.later]:,} {statistics[0].unit} of {overlap.later} also occur in {overlap.earlier}"
        )
    new = new_labels(statistics)
    for label in new:
        click.echo(f"label {label.label!r} ({label.layer}) occurs {label.count:,} times in {label.path} and never in {statistics[0].path}")
    return len(new)

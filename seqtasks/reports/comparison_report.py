"""The report of a comparison of taggers: one HTML file that answers which is better, by how much, whether surely so, and at what cost.

Nothing is computed here but what a page needs: the numbers come with the Comparison. A part without data is left out.
"""

from __future__ import annotations

from pathlib import Path

from seqtasks.evaluation.comparison import Comparison, Crossover
from seqtasks.reports import comparison_charts
from seqtasks.reports.comparison_tables import confused_pairs, kinds, labels
from seqtasks.reports.page import render
from seqtasks.text.files import write_atomically

DRAWN = 30  # tags drawn; all stand in the table


def write_comparison_report(comparison: Comparison, path: Path) -> None:
    """Write the page to `path`, whole or not at all. The same comparison gives the same bytes."""
    write_atomically(Path(path), comparison_page(comparison).encode("utf-8"))


def comparison_page(comparison: Comparison) -> str:
    """The page as text: the pair of the two best systems comes first, and cascades that end in the best one."""
    ranked = comparison.ranking()
    best = ranked[0].name if ranked else ""
    leading = {system.name for system in ranked[:2]}
    values = {
        "comparison": comparison,
        "charts": comparison_charts,
        "series": series_of(comparison),
        "drawn_most": DRAWN,
        "ranked": ranked,
        "pairs": sorted(comparison.pairs, key=lambda pair: {pair.first, pair.second} != leading),
        "others": [pair.sentence for system in ranked[2:] if (pair := comparison.pair_of(best, system.name))],
        "cascades": sorted((cascade for cascade in comparison.cascades if cascade.points), key=lambda cascade: cascade.slow != best),
        "kinds": kinds(comparison),
        "labels": labels(comparison),
        "confused": confused_pairs({system.name: system.confusion for system in comparison.systems if system.confusion.labels}),
        "letters": lettered(comparison),
    }
    return render("comparison.html", values)


def series_of(comparison: Comparison) -> dict[str, int]:
    """A number for each system: in the order of the comparison, then of anything else that a pair, curve or cascade names."""
    names = [system.name for system in comparison.systems]
    names += [name for pair in comparison.pairs for name in (pair.first, pair.second)]
    names += [point.system for point in comparison.curves]
    names += [name for cascade in comparison.cascades for name in (cascade.fast, cascade.slow)]
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def lettered(comparison: Comparison) -> list[tuple[str, Crossover]]:
    """Each crossover with the letter it has in the chart; those that never happen have none."""
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return [(next(letters, "") if crossover.sentences else "", crossover) for crossover in comparison.crossovers]

"""The report of a comparison of taggers: one HTML file that answers which is better, by how much, whether surely so, and at what cost.

Nothing is computed here but what a page needs: the numbers come with the Comparison. A part without data is left out.
"""

from __future__ import annotations

from pathlib import Path

from seqtasks.evaluation.comparison import Comparison, Crossover, PairReport
from seqtasks.reports.comparison_answer import LEVEL, cost_sentences, explanation, headline, others, pair_of, question, ranking, tiles
from seqtasks.reports.comparison_charts import (
    cascade_chart,
    confusion_chart,
    cost_chart,
    differences_chart,
    groups_chart,
    learning_chart,
    overlap_chart,
    reliability_chart,
    scores_chart,
)
from seqtasks.reports.comparison_tables import Label, confused_pairs, kinds, labels
from seqtasks.reports.formats import metric_name, whole
from seqtasks.reports.page import render
from seqtasks.reports.svg import Chart
from seqtasks.text.files import write_atomically

DRAWN = 30  # tags drawn; all stand in the table


def write_comparison_report(comparison: Comparison, path: Path) -> None:
    """Write the page to `path`, whole or not at all. The same comparison gives the same bytes."""
    write_atomically(Path(path), comparison_page(comparison).encode("utf-8"))


def comparison_page(comparison: Comparison) -> str:
    """The page as text."""
    series = series_of(comparison)
    ranked = ranking(comparison)
    leading = pair_of(comparison, ranked[0].name, ranked[1].name) if len(ranked) > 1 else None
    pairs = sorted(comparison.pairs, key=lambda pair: pair is not leading)
    best = ranked[0].name if ranked else ""
    cascades = sorted((cascade for cascade in comparison.cascades if cascade.points), key=lambda cascade: cascade.slow != best)
    found = labels(comparison)
    letters = lettered(comparison)
    values = {
        "comparison": comparison,
        "series": series,
        "title": f"{headline(comparison)} ({comparison.task} {comparison.split})",
        "headline": headline(comparison),
        "question": question(comparison),
        "explanation": explanation(comparison),
        "tiles": tiles(comparison),
        "others": others(comparison),
        "metric": metric_name(comparison.metric),
        "level": LEVEL,
        "drawn_most": DRAWN,
        "ranked": ranked,
        "pairs": pairs,
        "cascades": cascades,
        "kinds": kinds(comparison),
        "labels": found,
        "confused": confused_pairs({system.name: system.confusion for system in comparison.systems if system.confusion.labels}),
        "letters": letters,
        "costs": cost_sentences(comparison),
        "charts": {
            "scores": scores_chart(comparison.systems, series, metric_name(comparison.metric)) if ranked else None,
            "differences": differences_chart(comparison.pairs, series),
            "kinds": kinds_chart(comparison, series),
            "labels": labels_chart(found[:DRAWN], series),
            "reliability": reliability_chart(comparison.systems, series),
            "costs": cost_charts(comparison, series),
            "learning": learning_chart(comparison.curves, letters, series, comparison.metric),
            "cascades": [cascade_chart(cascade, series, comparison.metric, place) for place, cascade in enumerate(cascades)],
            "overlaps": [overlap_of(pair, series, place) for place, pair in enumerate(pairs)],
            "confusions": [confusion_chart(one.confusion, one.name, place) for place, one in enumerate(ranked) if one.confusion.labels],
        },
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


def kinds_chart(comparison: Comparison, series: dict[str, int]) -> Chart | None:
    """Right answers by kind of word."""
    groups = [
        (
            name,
            f"n = {whole(max(cell.total for cell in cells.values()))}",
            {system: (cell.value, cell.interval) for system, cell in cells.items() if cell.total},
        )
        for name, cells in kinds(comparison).items()
    ]
    return groups_chart(groups, series, "right (%)")


def labels_chart(found: list[Label], series: dict[str, int]) -> Chart | None:
    """F1 by tag."""
    groups = [(one.name, f"n = {whole(one.support)}", {name: (score.f1, None) for name, score in one.scores.items()}) for one in found]
    return groups_chart(groups, series, "F1 (%)", one_line=True)


def cost_charts(comparison: Comparison, series: dict[str, int]) -> list[Chart]:
    """Scores against speed and against training time, where they are known."""
    found = [
        cost_chart(comparison.systems, series, "words tagged a second", lambda cost: cost.tokens_per_second, more_is_better=True),
        cost_chart(comparison.systems, series, "seconds of training", lambda cost: cost.training_seconds, more_is_better=False),
    ]
    return [one for one in found if one is not None]


def overlap_of(pair: PairReport, series: dict[str, int], place: int) -> Chart | None:
    return overlap_chart(pair.overlap, series[pair.first], series[pair.second], place)

"""The page of a comparison of translation systems, and its rows for comparison.csv: which is better, by how much, and whether surely so.

Nothing is computed here but what a page needs. A part without data is left out.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from seqtasks.evaluation.metrics import lower_is_better
from seqtasks.evaluation.translation_comparison import DECIDES, TranslationComparison, TranslationSystem
from seqtasks.reports.comparison_answer import LEVEL, outcome, seeds_note
from seqtasks.reports.comparison_charts import differences_chart, groups_chart, scores_chart
from seqtasks.reports.comparison_tables import Rows, Value
from seqtasks.reports.formats import whole
from seqtasks.reports.page import render
from seqtasks.reports.run_report import differences
from seqtasks.reports.svg import Chart
from seqtasks.text.files import write_atomically

TITLES = {"bleu": "BLEU", "chrf": "chrF", "ter": "TER", "bleu_tok_lc": "BLEU (tok, lc)"}


def write_translation_comparison(comparison: TranslationComparison, path: Path) -> None:
    """Write the page to `path`, whole or not at all. The same comparison gives the same bytes."""
    write_atomically(Path(path), translation_comparison_page(comparison).encode("utf-8"))


def translation_comparison_page(comparison: TranslationComparison) -> str:
    """The page as text."""
    series = {system.name: place for place, system in enumerate(comparison.systems)}
    tested = comparison.leading_first()[0].differences[DECIDES]
    decided = [pair.differences[DECIDES] for pair in comparison.pairs]
    values = {
        "comparison": comparison,
        "series": series,
        "title": f"{headline(comparison)} ({comparison.task} {comparison.split})",
        "headline": headline(comparison),
        "answer": " ".join(filter(None, [f"{TITLES[DECIDES]}: {tested.sentence}", seeds_note(tested)])),
        "titles": {name: f"{TITLES.get(name, name)}{' ↓' if lower_is_better(name) else ''}" for name in comparison.names},
        "decides": DECIDES,
        "several": [system for system in comparison.systems if len(system.paths) > 1],
        "level": LEVEL,
        "decided": decided,
        "lines": [
            (pair, [(line, *(differences(text, line.reference) for text in (line.first, line.second))) for line in pair.most_different])
            for pair in comparison.leading_first()
            if pair.most_different
        ],
        "charts": {
            "scores": scores_chart([comparison.deciding(system) for system in comparison.systems], series, TITLES[DECIDES]),
            "differences": differences_chart(decided, series),
            "lengths": lengths_chart(comparison, series),
        },
    }
    return render("translation_comparison.html", values)


def headline(comparison: TranslationComparison) -> str:
    """The answer in one line, by BLEU."""
    best, second = comparison.ranking()[:2]
    tested = comparison.leading_first()[0].differences[DECIDES]
    line = outcome(best.name, second.name, abs(tested.difference), tested)
    return line.replace(" points", f" {TITLES[DECIDES]} points")


def lengths_chart(comparison: TranslationComparison, series: dict[str, int]) -> Chart | None:
    """BLEU by the length of the source. All systems have the same bins: they read the same sources."""
    groups = []
    for place, one in enumerate(comparison.systems[0].by_length):
        found = {system.name: system.by_length[place].bleu for system in comparison.systems}
        groups.append((f"{one.name} words", f"{whole(one.lines)} lines", {name: (s.value, s.interval) for name, s in found.items()}))
    return groups_chart(groups, series, "BLEU")


def translation_rows(comparison: TranslationComparison) -> Rows:
    """One row a system with each of its numbers, for comparison.csv."""
    parts = ("", " low", " high", " median", " lowest run", " highest run", " signature")
    headers = [
        "system",
        "runs",
        *(f"{name}{part}" for name in comparison.names for part in parts),
        "training seconds",
        "parameters",
        "shown run",
    ]
    return headers, [_row(system) for system in comparison.systems]


def _row(system: TranslationSystem) -> list[Value]:
    row: list[Value] = [system.name, len(system.paths)]
    for found in system.scores.values():
        low, high = found.score.interval or (None, None)
        row += [found.score.value, low, high, statistics.median(found.runs), min(found.runs), max(found.runs), found.score.signature]
    return [*row, system.training_seconds, system.parameters, system.paths[system.shown] if system.paths else None]

"""The page of a comparison of translation systems, and its rows for comparison.csv: which is better, by how much, and whether surely so.

Nothing is computed here but what a page needs. A part without data is left out.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.translation_comparison import TranslationComparison
from seqtasks.reports import comparison_charts
from seqtasks.reports.comparison_tables import Row
from seqtasks.reports.page import render
from seqtasks.reports.run_report import differences
from seqtasks.text.files import write_atomically

TITLES = {"bleu": "BLEU", "chrf": "chrF", "ter": "TER", "bleu_tok_lc": "BLEU (tok, lc)", "cer": "CER", "wer": "WER"}


def write_translation_comparison(comparison: TranslationComparison, path: Path) -> None:
    """Write the page to `path`, whole or not at all. The same comparison gives the same bytes."""
    write_atomically(Path(path), translation_comparison_page(comparison).encode("utf-8"))


def translation_comparison_page(comparison: TranslationComparison) -> str:
    """The page as text."""
    values = {
        "comparison": comparison,
        "charts": comparison_charts,
        "series": {system.name: place for place, system in enumerate(comparison.systems)},
        "titles": {name: f"{TITLES.get(name, name)}{' ↓' if lower_is_better(name) else ''}" for name in comparison.names},
        "decides": comparison.decides,
        "lines": [
            (pair, [(line, *(differences(text, line.reference) for text in (line.first, line.second))) for line in pair.most_different])
            for pair in comparison.leading_first()
            if pair.most_different
        ],
    }
    return render("translation_comparison.html", values)


def translation_rows(comparison: TranslationComparison) -> list[Row]:
    """One row a system with each of its numbers, for comparison.csv."""
    rows = []
    for system in comparison.systems:
        row: Row = {"system": system.name, "runs": len(system.paths)}
        for name, found in system.scores.items():
            row[name] = found.score.value
            row[f"{name} low"], row[f"{name} high"] = found.score.interval or (None, None)
            row[f"{name} median"] = statistics.median(found.runs)
            row[f"{name} lowest run"], row[f"{name} highest run"] = min(found.runs), max(found.runs)
            row[f"{name} signature"] = found.score.signature
        row |= {"training seconds": system.training_seconds, "parameters": system.parameters}
        rows.append(row | {"shown run": system.paths[system.shown] if system.paths else None})
    return rows

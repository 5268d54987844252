"""The report of a comparison of taggers: one HTML file that answers which is better, by how much, whether surely so, and at what cost.

Nothing is computed here but what drawing needs (places on axes, ratios of costs): the numbers come with the Comparison. A part without data
is left out. The file needs no script, no network and no other file.
"""

from __future__ import annotations

from pathlib import Path

from seqtasks.evaluation.comparison import Comparison
from seqtasks.reports.comparison_answer import answer, headline
from seqtasks.reports.comparison_confusion import confusion_part
from seqtasks.reports.comparison_costs import calibration_part, cascade_part, cost_part, learning_part
from seqtasks.reports.comparison_frame import data_part, framed
from seqtasks.reports.comparison_plots import series_of
from seqtasks.reports.comparison_scores import cells_part, differences_part, labels_part, systems_part
from seqtasks.reports.comparison_texts import HOW_TO_READ
from seqtasks.reports.comparison_words import audit_part, overlap_part, sentences_part
from seqtasks.reports.page import bullets, pairs
from seqtasks.text.files import write_atomically


def write_comparison_report(comparison: Comparison, path: Path) -> None:
    """Write the page to `path`, whole or not at all. The same comparison gives the same bytes."""
    write_atomically(Path(path), comparison_page(comparison).encode("utf-8"))


def comparison_page(comparison: Comparison) -> str:
    """The page as text."""
    series = series_of(comparison)
    parts = {
        "Notes": bullets(comparison.notes),
        "Systems": systems_part(comparison, series),
        "Differences": differences_part(comparison, series),
        "Kinds of entities" if comparison.metric == "f1" else "Kinds of words": cells_part(comparison, series),
        "Types of entities" if comparison.metric == "f1" else "Tags": labels_part(comparison, series),
        "Confusions": confusion_part(comparison, series),
        "Calibration": calibration_part(comparison, series),
        "Cost": cost_part(comparison, series),
        "Learning curves": learning_part(comparison, series),
        "Cascade": cascade_part(comparison, series),
        "Overlap of errors": overlap_part(comparison, series),
        "Sentences": sentences_part(comparison, series),
        "The data itself": audit_part(comparison, series),
        "Data": data_part(comparison.data, "sentences"),
        "Settings": pairs(comparison.settings),
        "Environment": pairs(comparison.environment),
    }
    return framed(f"{headline(comparison)} ({comparison.task} {comparison.split})", answer(comparison, series), parts, HOW_TO_READ)

"""Answers against gold labels: scores, the file of predictions, the tables of the report and the examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seqtasks.errors import RunDirectoryError
from seqtasks.evaluation.classification import LabelReport, label_report
from seqtasks.evaluation.comparison import Confusion
from seqtasks.evaluation.label_metrics import further_label_scores
from seqtasks.inference.classifier import LabelledAnswer, TextClassifier
from seqtasks.reports.run_report import ReportTable
from seqtasks.tasks.classification.reading import LabelledParts
from seqtasks.tasks.outcome import HeldOutExample, Outcome
from seqtasks.tasks.selection import example_positions, example_split
from seqtasks.text.corpora.examples import LabelledText

SHOWN_LABELS = 20  # of a confusion matrix in the report
SHOWN_WORDS = 60  # of a text among the examples
NOTHING = "–"  # a text without labels, in the report


def classified_outcome(
    parts: LabelledParts, classifier: TextClassifier, *, head: str, several: bool, beside_others: bool = False
) -> Outcome:
    """Scores, answered texts and examples of every part that is reported. beside_others: names of tables and files name the head, too."""
    outcome = Outcome()
    for split, texts in parts.scored.items():
        answers = classifier.classify([text.text for text in texts])
        report = score_answers(texts, answers, split=split, head=head, several=several)
        name = f"{split} {head}" if beside_others else split
        outcome.scores += report.scores
        outcome.details.setdefault("classification", {})[name] = report.to_json()
        outcome.tables += report_tables(report, name)
        outcome.predictions[predictions_name(head, split, named=beside_others)] = "".join(map(prediction, texts, answers))
        if empty := sum(not answer.probabilities for answer in answers):
            outcome.notes.append(f"{name}: {empty} texts have no word, and so no answer: scored as wrong.")
        if split == example_split(list(parts.scored)):
            right = [tuple(answer.labels) == tuple(text.labels) for text, answer in zip(texts, answers, strict=True)]
            outcome.examples = [example(texts[position], answers[position]) for position in example_positions(right)]
    return outcome


def predictions_name(head: str, split: str, *, named: bool) -> str:
    """The file in predictions/ that holds a head's answers for a split; named: after the head, because the model has several."""
    return f"{head}-{split}.jsonl" if named else f"{split}.jsonl"


def score_answers(texts: Sequence[LabelledText], answers: Sequence[LabelledAnswer], *, split: str, head: str, several: bool) -> LabelReport:
    """Every score of answers against gold, the tables and the calibration."""
    gold, predicted = [text.labels for text in texts], [answer.labels or (() if several else ("",)) for answer in answers]
    report = label_report(gold, predicted, several=several, split=split, head=head, sure=decisions(texts, answers, several=several))
    further = further_label_scores(gold, predicted, several=several, split=split, head=head)
    return LabelReport([*report.scores, *further], report.labels, report.confusion, report.calibration)


def decisions(texts: Sequence[LabelledText], answers: Sequence[LabelledAnswer], *, several: bool) -> tuple[list[float], list[bool]]:
    """How probable each decision is and whether it is right: of a text's label, or with several labels of each one that a text may have."""
    sure: list[float] = []
    right: list[bool] = []
    for text, answer in zip(texts, answers, strict=True):
        if several:
            for label, probability in answer.probabilities.items():
                given = label in answer.labels
                sure.append(probability if given else 1 - probability)
                right.append(given == (label in text.labels))
        elif answer.labels:
            sure += answer.confidences
            right.append(answer.labels == text.labels)
    return sure, right


def report_tables(report: LabelReport, split: str) -> list[ReportTable]:
    """The table by label, which label was taken for which, and how far probabilities are to be believed."""
    rows = [
        (row.label or NOTHING, f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}", row.support, row.predicted)
        for row in report.labels
    ]
    headers = ("label", "precision", "recall", "f1", "support", "answered")
    tables = [ReportTable(f"{split}: by label", headers, rows, (1, 2, 3, 4, 5))]
    if report.confusion is not None:
        tables.append(confusion_table(report.confusion, split))
    if report.calibration is not None:
        bins = [
            (f"{row.low:.2f} to {row.high:.2f}", row.count, f"{row.confidence:.3f}", f"{row.accuracy:.2f}")
            for row in report.calibration.bins
        ]
        tables.append(
            ReportTable(f"{split}: calibration", ("probability", "answers", "mean probability", "right, in percent"), bins, (1, 2, 3))
        )
    return tables


def confusion_table(found: Confusion, split: str) -> ReportTable:
    """Gold labels in rows, answers in columns, of the most frequent labels."""
    shown = found.labels[:SHOWN_LABELS]
    rows = [(label or NOTHING, *row[: len(shown)]) for label, row in zip(shown, found.counts, strict=False)]
    more = f" (the {len(shown)} most frequent of {len(found.labels)} labels)" if len(shown) < len(found.labels) else ""
    headers = ("gold ↓ answered →", *(label or NOTHING for label in shown))
    return ReportTable(f"{split}: which label was taken for which{more}", headers, rows, tuple(range(1, len(headers))))


def prediction(text: LabelledText, answer: LabelledAnswer) -> str:
    """A line of the file of predictions."""
    found = {
        "text": text.text,
        "labels": list(text.labels),
        "predicted": list(answer.labels),
        "confidences": [round(value, 6) for value in answer.confidences],
    }
    return json.dumps(found, ensure_ascii=False) + "\n"


def read_predictions(path: Path) -> list[dict[str, Any]]:
    """What `prediction` wrote: text, labels, predicted and confidences of each. Raises RunDirectoryError for any other file."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        if any(set(row) != {"text", "labels", "predicted", "confidences"} for row in rows):
            raise ValueError("a line lacks a key")
    except FileNotFoundError:
        raise RunDirectoryError(f"{path}: no such file. The run has not been finished, or never scored this part.") from None
    except (OSError, ValueError, TypeError) as fault:
        raise RunDirectoryError(f"{path}: damaged ({fault}). Restore it from a copy, or run again.") from None
    return rows


def example(text: LabelledText, answer: LabelledAnswer) -> HeldOutExample:
    """A text with both labels; a long one by its beginning."""
    words = text.text.split()
    shown = " ".join(words[:SHOWN_WORDS]) + (" ..." if len(words) > SHOWN_WORDS else "")
    return HeldOutExample(shown, ", ".join(answer.labels) or NOTHING, ", ".join(text.labels) or NOTHING)

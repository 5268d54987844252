"""Two parts of a translation run's report: what is wrong with its translations, with examples, and its scores by length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.translations import BadLine, Diagnosis, FaultCount
from seqtasks.evaluation.by_length import LengthBin
from seqtasks.evaluation.score import Score
from seqtasks.reports.page import card, details, pairs, paragraph, picture, table


@dataclass(frozen=True, slots=True)
class ReportReview:
    """A part's diagnosis; its scores by length, the shortest first, and their picture, where there is one."""

    split: str
    diagnosis: Diagnosis
    by_length: Sequence[LengthBin] = ()
    plot: Path | None = None


def bad_translations(review: ReportReview) -> str:
    """Faults by frequency with causes, then examples to open; what was looked for and not found is named."""
    found = review.diagnosis
    if not found.lines:
        return ""
    faults = sorted((fault for fault in found.faults if fault.lines), key=lambda fault: -fault.lines)
    absent = [fault.name for fault in found.faults if not fault.lines]
    share = 100 * found.faulty / found.lines
    rows = [(fault.name, f"{fault.lines:,}", f"{fault.share:.1f} %", CAUSES[fault.name].usually) for fault in faults]
    notes = [
        f"Not found: {', '.join(absent)}." if absent else "",
        "" if found.attention else "Dropped words are not looked for: the model has no attention.",
    ]
    return "\n".join(
        [
            paragraph(f"{found.faulty:,} of the {found.lines:,} translations of {review.split} have a fault ({share:.1f} %).", "soft"),
            table(
                ("fault", "lines", "share", "what usually causes it"),
                rows,
                numbers=(1, 2),
                beneath=[f"try {CAUSES[fault.name].advice(fault.to_try)}" for fault in faults],
            )
            if faults
            else "",
            *(paragraph(note, "soft") for note in notes if note),
            *map(worst_lines, faults),
        ]
    )


def worst_lines(fault: FaultCount) -> str:
    """The worst examples of a fault, to be opened."""
    return details(f"{fault.name}: the worst lines", "\n".join(map(shown, fault.examples)))


def shown(example: BadLine) -> str:
    """One example."""
    named = {"line": example.line, "found": example.found}
    return card(pairs({**named, "source": example.source, "translation": example.translation, "reference": example.reference}))


def by_length(review: ReportReview) -> str:
    """The picture and its numbers."""
    if not review.by_length:
        return ""
    rows = [
        (
            one.name,
            f"{one.lines:,}",
            f"{one.bleu.value:.2f}",
            interval(one.bleu),
            f"{one.chrf.value:.2f}",
            interval(one.chrf),
            "–" if one.length_ratio is None else f"{one.length_ratio:.2f}",
        )
        for one in review.by_length
    ]
    headers = ("words of the source", "lines", "bleu", "95 % interval", "chrf", "95 % interval", "length ratio")
    note = (
        f"Of {review.split}, by the words of the source without punctuation. Length ratio: words of the translations over words of the "
        "references. Intervals are drawn from the lines of each row."
    )
    image = "" if review.plot is None else picture(review.plot, f"BLEU and chrF of {review.split} by the length of the source")
    return "\n".join([image, table(headers, rows, numbers=range(1, 7)), paragraph(note, "soft")])


def interval(score: Score) -> str:
    return "–" if score.interval is None else f"{score.interval[0]:.2f} to {score.interval[1]:.2f}"

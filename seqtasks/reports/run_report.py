"""The report of one run: a single HTML file with its scores, curves, examples, model, data and all that is needed to run it again."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.translations import Diagnosis
from seqtasks.evaluation.by_length import LengthBin
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.score import Score
from seqtasks.reports.page import render
from seqtasks.text.files import write_atomically

TILES = 6


@dataclass(frozen=True, slots=True)
class ReportExample:
    """A held-out example: what went in, what came out, what was right, and the attention between them where there is any."""

    input: str
    output: str
    reference: str
    heatmap: Path | None = None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One more table below the scores, for instance entity scores by type; `numbers` are the columns set to the right."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class ReportReview:
    """A part's diagnosis; its scores by length, the shortest first, and their picture, where there is one."""

    split: str
    diagnosis: Diagnosis
    by_length: Sequence[LengthBin] = ()
    plot: Path | None = None


@dataclass(frozen=True, slots=True)
class ReportSentence:
    """A tagged sentence: its number in the part, its words with whether each was tagged wrongly and what stands behind it, how many were.

    A wrong word is written "word (answered, not gold)". confidence: how sure the tagger was, 0 to 1, where that is known.
    """

    sentence: int
    words: Sequence[tuple[str, bool, str]]
    wrong: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class ReportTags:
    """What is wrong with the tags of a part: name ("test upos"), pictures of confusions by what they are of, and sentences."""

    name: str
    plots: Sequence[tuple[str, Path]]
    most_wrong: Sequence[ReportSentence]
    least_sure: Sequence[ReportSentence]


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything a report shows. `parameters` holds (name, shape, count) of each tensor, `data` (split, path, sentences, checksum)."""

    title: str
    command: str
    task: str
    scores: Sequence[Score]
    selected_on: str
    history: Sequence[Mapping[str, Any]]
    curves: Path | None
    examples: Sequence[ReportExample]
    structure: str
    parameters: Sequence[tuple[str, Sequence[int], int]]
    recipe: str
    data: Sequence[tuple[str, str, int, str]]
    notes: Sequence[str]
    environment: Mapping[str, object]
    tables: Sequence[ReportTable] = ()
    reviews: Sequence[ReportReview] = ()
    tags: Sequence[ReportTags] = ()


def write_run_report(report: RunReport, path: Path | str) -> None:
    """Write the page to `path`. Raises RunDirectoryError where one of its pictures cannot be read."""
    write_atomically(Path(path), run_report_page(report).encode("utf-8"))


def run_report_page(report: RunReport) -> str:
    """The page as text. A part without content is left out."""
    values = {
        "report": report,
        "tiles": ([score for score in report.scores if score.split == "test"] or list(report.scores))[:TILES],
        "lower": [name for name in dict.fromkeys(score.name for score in report.scores) if lower_is_better(name)],
        "examples": [(example, differences(example.output, example.reference)) for example in report.examples],
        "modules": modules(report.parameters),
        "total": sum(count for *_, count in report.parameters),
        "causes": CAUSES,
    }
    return render("run_report.html", values)


def differences(output: str, reference: str) -> list[tuple[str, bool, str]]:
    """The words of an output, whether an alignment with the reference leaves each over, and the white space behind it."""
    pieces = re.split(r"(\s+)", output)
    words, spaces = pieces[::2], [*pieces[1::2], ""]
    blocks = difflib.SequenceMatcher(None, words, reference.split(), autojunk=False).get_matching_blocks()
    matched = {first + step for first, _, size in blocks for step in range(size)}
    return [(word, bool(word) and place not in matched, space) for place, (word, space) in enumerate(zip(words, spaces, strict=True))]


def modules(parameters: Sequence[tuple[str, Sequence[int], int]]) -> dict[str, list[int]]:
    """The sizes of the tensors of each module."""
    found: dict[str, list[int]] = {}
    for name, _, count in parameters:
        found.setdefault(module_of(name), []).append(count)
    return found


def module_of(name: str) -> str:
    """The module a tensor is counted under: its name without the tensor's own, two steps deep at most."""
    return ".".join(name.split(".")[:-1][:2]) or name

"""The report of one run: a single HTML file with its scores, curves, examples, model, data and all that is needed to run it again."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.diagnosis.observations.curve import kept_epoch
from seqtasks.diagnosis.observations.observe import Observation
from seqtasks.diagnosis.observations.rules import ALARMS
from seqtasks.diagnosis.translations import Diagnosis
from seqtasks.evaluation.by_length import LengthBin
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.score import Score
from seqtasks.reports.lit_words import LitWords, lit_words
from seqtasks.reports.page import render
from seqtasks.reports.shown import AttentionShown
from seqtasks.reports.svg import Chart
from seqtasks.text.files import write_atomically

TILES = 6
COLUMNS = {
    "epoch": "epoch",
    "update": "update",
    "train_loss": "loss while learning",
    "train_accuracy": "accuracy while learning",
    "probe_loss": "train loss",
    "probe_accuracy": "train accuracy",
    "dev_loss": "dev loss",
    "dev_accuracy": "dev accuracy",
    "gradient_norm_median": "gradient norm",
    "gradient_norm_largest": "largest",
    "clipped_share": "clipped",
    "update_ratio": "update / weights",
    "loss_spikes": "leaps",
    "learning_rate": "learning rate",
    "tokens_per_second": "tokens/s",
    "seconds": "seconds",
}


@dataclass(frozen=True, slots=True)
class ReportExample:
    """A held-out example: what went in, what came out, what was right, and where there is any the attention between them, as a picture
    and as its words and weights.
    """

    input: str
    output: str
    reference: str
    heatmap: Path | None = None
    attention: AttentionShown | None = None

    @property
    def right(self) -> bool:
        return self.output.split() == self.reference.split()


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example with its number, the words of its output (`differences`), and its words as they light up, where they do."""

    number: int
    example: ReportExample
    words: Sequence[tuple[str, bool, str]]
    lit: LitWords | None


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
    """Everything a report shows. `parameters` holds (name, shape, count) of each tensor, `data` (split, path, sentences, checksum);
    done: what the run did, in two sentences; look: {command: what it shows of the network}.
    """

    title: str
    command: str
    task: str
    scores: Sequence[Score]
    selected_on: str
    history: Sequence[Mapping[str, Any]]
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
    observation: Observation | None = None
    charts: Sequence[Chart] = ()
    done: str = ""
    look: Mapping[str, str] = field(default_factory=dict)


def write_run_report(report: RunReport, path: Path | str) -> None:
    """Write the page to `path`. Raises RunDirectoryError where one of its pictures cannot be read."""
    write_atomically(Path(path), run_report_page(report).encode("utf-8"))


def run_report_page(report: RunReport) -> str:
    """The page as text. A part without content is left out."""
    values = {
        "report": report,
        "columns": {key: name for key, name in COLUMNS.items() if any(row.get(key) is not None for row in report.history)},
        "alarms": ALARMS,
        "kept": kept_epoch(report.history),
        **score_values(report.scores),
        **example_values(report.examples),
        "modules": modules(report.parameters),
        "total": sum(count for *_, count in report.parameters),
        "causes": CAUSES,
    }
    return render("run_report.html", values)


def score_values(scores: Sequence[Score]) -> dict[str, Any]:
    """first: scores of the first screen; splits, heads, table: a row of each score, a cell of each part; lower: where less is better."""
    splits = list(dict.fromkeys(score.split for score in scores))
    found = {(score.head, score.name, score.split): score for score in scores}
    return {
        "first": ([score for score in scores if score.split == "test"] or list(scores))[:TILES],
        "lower": [name for name in dict.fromkeys(score.name for score in scores) if lower_is_better(name)],
        "splits": splits,
        "heads": len({score.head for score in scores}),
        "table": [
            (head, name, [found.get((head, name, split)) for split in splits])
            for head, name in dict.fromkeys((score.head, score.name) for score in scores)
        ],
    }


def example_values(examples: Sequence[ReportExample]) -> dict[str, Any]:
    """groups: examples with their numbers and marked words, wrong ones apart where some are right; lit: output words to be pointed at."""
    shown = [
        ShownExample(number, example, words, lit_words(example.attention, example.input, words) if example.attention else None)
        for number, example in enumerate(examples, start=1)
        for words in [differences(example.output, example.reference)]
    ]
    wrong, right = ([one for one in shown if one.example.right is way] for way in (False, True))
    groups = {"Wrong": wrong, "Right": right} if right else {"": wrong}
    lengths = [len(one.lit.target) for one in shown if one.lit is not None]
    marked = any(marked for one in shown for _, marked, _ in one.words)
    marks = "; words of the output that the reference does not have at that place are marked" if marked else ""
    return {"shown": shown, "groups": groups, "lit": max(lengths, default=0), "marks": marks}


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

"""The report of one run: a single HTML file with its scores, curves, examples, model, data and all that is needed to run it again."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.evaluation.score import LOWER_IS_BETTER, Score
from seqtasks.reports.page import bullets, card, contents, details, escape, page, pairs, paragraph, picture, preformatted, section, table
from seqtasks.reports.review_parts import ReportReview, bad_translations, by_length
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


def write_run_report(report: RunReport, path: Path | str) -> None:
    """Write the page to `path`. Raises RunDirectoryError where one of its pictures cannot be read."""
    write_atomically(Path(path), run_report_page(report).encode("utf-8"))


def run_report_page(report: RunReport) -> str:
    """The page as text. A part without content is left out."""
    parts = {
        "Scores": _scores(report),
        "Notes": bullets(report.notes),
        "Curves": _curves(report),
        "Examples": _examples(report.examples),
        "Bad translations": "\n".join(map(bad_translations, report.reviews)),
        "Scores by length": "\n".join(map(by_length, report.reviews)),
        "Model": _model(report),
        "Data": _data(report.data),
        "Run it again": _again(report),
        "Environment": pairs(report.environment),
    }
    shown = {title: html for title, html in parts.items() if html}
    parameters = sum(count for _, _, count in report.parameters)
    facts = [
        f"task {report.task}",
        f"weights selected on {report.selected_on}",
        f"{len(report.history)} epochs" if report.history else "",
        f"{parameters:,} parameters" if parameters else "",
    ]
    line = paragraph(" · ".join(filter(None, facts)), "soft")
    head = f"<header>\n<h1>{escape(report.title)}</h1>\n{line}\n{_tiles(report.scores)}\n</header>"
    return page(report.title, "\n".join([head, contents(shown), *(section(title, html) for title, html in shown.items())]))


def _tiles(scores: Sequence[Score]) -> str:
    """The first scores in large: those on test data where there are any."""
    first = [score for score in scores if score.split == "test"] or list(scores)
    tiles = [
        card(
            paragraph(f"{score.split} {score.head} {score.name}", "soft")
            + paragraph(number(score.value), "value")
            + paragraph(f"95 %: {_interval(score)}" if score.interval else " ", "soft"),
            "tile",
        )
        for score in first[:TILES]
    ]
    return card("\n".join(tiles), "tiles") if tiles else ""


def _scores(report: RunReport) -> str:
    if not report.scores:
        return ""
    rows = [(score.split, score.head, score.name, number(score.value), _interval(score)) for score in report.scores]
    more = [f"<h3>{escape(more.title)}</h3>\n{table(more.headers, more.rows, numbers=more.numbers)}" for more in report.tables]
    note = "Intervals are 95 % bootstrap intervals over sentences: how far a score would move with other sentences, not with other seeds."
    lower = [name for name in dict.fromkeys(score.name for score in report.scores) if name in LOWER_IS_BETTER]
    signatures = [score.signature for score in report.scores]
    return "\n".join(
        [
            table(("split", "head", "score", "value", "95 % interval"), rows, numbers=(3, 4), beneath=signatures),
            paragraph(note, "soft") if any(score.interval for score in report.scores) else "",
            paragraph(f"Lower is better: {', '.join(lower)}.", "soft") if lower else "",
            *more,
        ]
    )


def _interval(score: Score) -> str:
    return "–" if score.interval is None else f"{number(score.interval[0])} to {number(score.interval[1])}"


def _curves(report: RunReport) -> str:
    parts = []
    if report.curves is not None:
        parts.append(picture(report.curves, "Loss and accuracy of training and development data by epoch"))
    if report.history:
        names = list(dict.fromkeys(name for row in report.history for name in (row.get("scores") or {})))
        rows = [
            [
                row["epoch"],
                row.get("update"),
                *(_cell(row.get(key)) for key in _HISTORY),
                *(_cell((row.get("scores") or {}).get(name)) for name in names),
            ]
            for row in report.history
        ]
        headers = ["epoch", "update", *_HISTORY.values(), *names]
        parts.append(
            details(
                "Every epoch in numbers",
                table(headers, [["–" if cell is None else cell for cell in row] for row in rows], numbers=range(len(headers))),
            )
        )
    return "\n".join(parts)


def _examples(examples: Sequence[ReportExample]) -> str:
    cards = []
    for position, example in enumerate(examples, start=1):
        lines = {
            "input": escape(example.input),
            "output": differences(example.output, example.reference),
            "reference": escape(example.reference),
        }
        shown = "".join(f'<dt>{name}</dt><dd dir="auto">{text}</dd>' for name, text in lines.items())
        html = f"<h3>Example {position}</h3>\n<dl>{shown}</dl>"
        if example.heatmap is not None:
            html += "\n" + picture(
                example.heatmap,
                f"Attention of example {position}: one row per output word, one column per input word",
                caption="Where each output word (rows) looked in the input (columns).",
            )
        cards.append(card(html))
    intro = paragraph("Held-out examples. Words of the output that the reference does not have at that place are marked.", "soft")
    return "\n".join([intro, *cards]) if cards else ""


def differences(output: str, reference: str) -> str:
    """The output as HTML with the words marked that an alignment with the reference leaves over."""
    pieces = re.split(r"(\s+)", output)
    words, spaces = pieces[::2], [*pieces[1::2], ""]
    blocks = difflib.SequenceMatcher(None, words, reference.split(), autojunk=False).get_matching_blocks()
    matched = {first + step for first, _, size in blocks for step in range(size)}
    shown = [escape(word) if position in matched or not word else f"<mark>{escape(word)}</mark>" for position, word in enumerate(words)]
    return "".join(word + escape(space) for word, space in zip(shown, spaces, strict=True))


def _model(report: RunReport) -> str:
    parts = []
    if report.parameters:
        modules: dict[str, list[int]] = {}
        for name, _, count in report.parameters:
            modules.setdefault(module_of(name), []).append(count)
        total = sum(map(sum, modules.values()))
        rows = [(name, len(counts), f"{sum(counts):,}", f"{100 * sum(counts) / max(total, 1):.1f} %") for name, counts in modules.items()]
        rows.append(("all", len(report.parameters), f"{total:,}", "100.0 %"))
        parts.append(table(("module", "tensors", "parameters", "share"), rows, numbers=(1, 2, 3)))
        tensors = [(name, " × ".join(map(str, shape)) or "1", f"{count:,}") for name, shape, count in report.parameters]
        parts.append(details("Every tensor", table(("name", "shape", "parameters"), tensors, numbers=(1, 2), codes=(0,))))
    if report.structure:
        parts.append(details("Structure", preformatted(report.structure)))
    return "\n".join(parts)


def module_of(name: str) -> str:
    """The module a tensor is counted under: its name without the tensor's own, two steps deep at most."""
    return ".".join(name.split(".")[:-1][:2]) or name


def _data(data: Sequence[tuple[str, str, int, str]]) -> str:
    rows = [(split, path, f"{sentences:,}") for split, path, sentences, _ in data]
    checksums = [f"sha256 {checksum}" for *_, checksum in data]
    return table(("split", "file", "sentences"), rows, numbers=(2,), codes=(1,), beneath=checksums) if rows else ""


def _again(report: RunReport) -> str:
    parts = [
        preformatted(report.command, wrapped=True) if report.command else "",
        details("Recipe as resolved", preformatted(report.recipe), opened=True) if report.recipe else "",
    ]
    return "\n".join(filter(None, parts))


def number(value: float) -> str:
    """Two decimals; infinity as its sign."""
    return f"{value:,.2f}" if math.isfinite(value) else "∞"


def _cell(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


_HISTORY = {
    "train_loss": "train loss",
    "train_accuracy": "train accuracy",
    "dev_loss": "dev loss",
    "dev_accuracy": "dev accuracy",
    "learning_rate": "learning rate",
    "tokens_per_second": "tokens/s",
    "seconds": "seconds",
}

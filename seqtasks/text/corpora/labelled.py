"""Labelled texts: TSV, CSV and JSONL files with a text and its labels a row, and folders of texts whose names are the labels.

A row that could be read wrongly is refused, never guessed: another number of columns than the first row has, an empty text or label, and
what looks like a header where the file is said to have none. What only the whole file can show is `check_labels`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, LabelledText
from seqtasks.text.corpora.json_entries import as_object, json_entries
from seqtasks.text.corpora.lines import CorpusLines, file_checksum, read_lines
from seqtasks.text.corpora.tables import Column, csv_rows, place_in_header

HEADERS = frozenset(
    ("text", "sentence", "question", "review", "label", "labels", "category", "class", "sentiment", "target", "tag", "topic")
)
COLUMNS = "Check data.text_column and data.label_column"
FORMAT = "Check data.format: 'tsv' has tabs between columns, 'csv' commas, and 'jsonl' an object a line"
FEW = 20  # texts of a file below which nothing is said of how many labels there are


@dataclass(frozen=True)
class Layout:
    """Where text and labels stand in a row. separator: of several labels of a text; None: a text has one label."""

    text: Column = "text"
    label: Column = "label"
    header: bool | None = None  # None: there is one where columns are named
    separator: str | None = None


def read_rows(lines: CorpusLines, layout: Layout, rows: Iterator[tuple[int, list[str]]]) -> Corpus[LabelledText]:
    """The texts of numbered rows of cells, which come from these lines; blank rows are passed over."""
    path = lines.path
    named = isinstance(layout.text, str) or isinstance(layout.label, str)
    texts: list[LabelledText] = []
    places: tuple[int, int] | None = None
    width = 0
    for number, cells in rows:
        if cells in ([], [""]):
            continue
        if places is None:
            width = len(cells)
            places = place_of(path, number, layout.text, cells), place_of(path, number, layout.label, cells)
            if named or layout.header:
                continue
            if layout.header is None and any(cells[place].strip().lower() in HEADERS for place in places):
                raise DataError(
                    path,
                    number,
                    f"looks like a header: {' | '.join(cells)[:60]!r}",
                    "Name the columns (data.text_column, data.label_column), or set data.header to true, or to false if it is a text",
                )
        if len(cells) != width:
            raise DataError(
                path,
                number,
                f"expected {width} columns as in the first row, found {len(cells)}",
                "Quote or remove separators within a text",
            )
        texts.append(text_of(path, number, cells[places[0]], labels_in(cells[places[1]], layout.separator), layout))
    return Corpus(texts, str(path), lines.checksum)


def place_of(path: Path, number: int, column: Column, cells: Sequence[str]) -> int:
    """The number of a column in the first row. Raises DataError where there is none, or two, of that name."""
    alone = len(cells) == 1  # no separator of the format stands in the row
    if isinstance(column, int):
        if not -len(cells) <= column < len(cells):
            raise DataError(path, number, f"no column {column}, counted from 0: the row has {len(cells)}", FORMAT if alone else COLUMNS)
        return column % len(cells)
    return place_in_header(path, number, column, cells, FORMAT if alone else f"{COLUMNS}; a number, from 0, needs no header")


def labels_in(cell: str, separator: str | None) -> list[str]:
    """The labels of a cell."""
    if separator is None:
        return [cell.strip()]
    return [label.strip() for label in cell.split(separator)] if cell.strip() else []


def text_of(path: Path, number: int, text: str, labels: Sequence[str], layout: Layout) -> LabelledText:
    """One text, checked."""
    if not text.strip():
        raise DataError(path, number, "no text", "Remove the row, or check data.text_column")
    if not all(labels) or (layout.separator is None and len(labels) != 1):
        raise DataError(path, number, "no label", "Add one, or check data.label_column")
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise DataError(path, number, f"label {twice!r} stands there twice", "Remove one")
    if bad := next((label for label in labels if "\t" in label or "\n" in label), None):
        raise DataError(path, number, f"label {bad!r} holds a tab or a line feed", "Give it another name")
    return LabelledText(text, tuple(sorted(labels)), number)


def tsv(path: Path, *, layout: Layout) -> Corpus[LabelledText]:
    """Tab-separated columns; quotation marks are characters like others."""
    lines = CorpusLines(path)
    return read_rows(lines, layout, ((number, line.split("\t") if line.strip() else []) for number, line in lines))


def comma_separated(path: Path, *, layout: Layout) -> Corpus[LabelledText]:
    """Comma-separated columns, quoted as RFC 4180 says."""
    lines = CorpusLines(path)
    return read_rows(lines, layout, csv_rows(path, lines))


def jsonl(path: Path, *, layout: Layout) -> Corpus[LabelledText]:
    """One object a line: a text (or a list of its words) and a label, or a list of labels. A whole number is a label, too."""
    texts = []
    lines = CorpusLines(path)
    for number, parsed in json_entries(lines):
        entry = as_object(path, number, parsed)
        text, label = value_of(path, number, entry, layout.text), value_of(path, number, entry, layout.label)
        if isinstance(text, list) and all(isinstance(word, str) for word in text):
            text = " ".join(text)
        if not isinstance(text, str):
            raise DataError(path, number, f"{layout.text!r} is no text", "Write a string, or a list of words")
        given = label if isinstance(label, list) else labels_in(label, layout.separator) if isinstance(label, str) else [label]
        if isinstance(label, list) and layout.separator is None:
            raise DataError(path, number, f"{layout.label!r} is a list", "Write one label, or set data.multi_label = true")
        if wrong := [one for one in given if not isinstance(one, str | int) or isinstance(one, bool)]:
            raise DataError(path, number, f"label {wrong[0]!r} is no text", "Write the label's name as a string")
        texts.append(text_of(path, number, text, [str(one).strip() for one in given], layout))
    return Corpus(texts, str(path), lines.checksum)


def value_of(path: Path, number: int, entry: dict[str, Any], key: Column) -> Any:
    """What an object has under a key. Raises DataError where it lacks it."""
    if key not in entry:
        shown = ", ".join(name[:30] for name in entry) or "none"
        raise DataError(path, number, f"no key {key!r} among its keys, {shown}", COLUMNS)
    return entry[key]


def folders(path: Path, *, layout: Layout) -> Corpus[LabelledText]:
    """A folder for each label, called like it, with a text in each of its .txt files. Files in other places are refused."""
    if not path.is_dir():
        raise DataError(path, 0, "no such folder", "Give a folder that holds a folder of .txt files for each label")
    texts, digest = [], sha256()
    for folder in sorted(one for one in path.iterdir() if not one.name.startswith(".")):
        if not folder.is_dir():
            raise DataError(folder, 0, "stands beside the folders of labels", "Move it into its label's folder, or elsewhere")
        files = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
        for file in files:
            if file.suffix != ".txt":
                raise DataError(file, 0, "no .txt file", "Move it elsewhere, or give it that ending")
            text = "\n".join(line for _, line in read_lines(file))
            digest.update(f"{folder.name}/{file.name} {file_checksum(file)}\n".encode())
            texts.append(text_of(file, 1, text, [folder.name], layout))
        if not files:
            raise DataError(folder, 0, "no .txt file in it", "Add texts of this label, or remove the folder")
    return Corpus(texts, str(path), digest.hexdigest())


def check_labels(corpus: Corpus[LabelledText]) -> Corpus[LabelledText]:
    """The corpus. Raises DataError where its labels cannot be some: all texts have the same, or nearly each one its own."""
    labels = {label for text in corpus for label in text.labels}
    if len(corpus) and len(labels) < 2 and len({text.labels for text in corpus}) < 2:
        shown = f"the one label {next(iter(labels))!r}" if labels else "no label"
        raise DataError(corpus.path, 0, f"all {len(corpus)} texts have {shown}", "Check data.label_column; there is nothing to learn")
    if len(corpus) >= FEW and len(labels) > len(corpus) / 2:
        found = f"{len(labels)} different labels of {len(corpus)} texts"
        raise DataError(corpus.path, 0, f"{found}, such as {min(labels)[:40]!r}: that is no column of labels", "Check data.label_column")
    return corpus

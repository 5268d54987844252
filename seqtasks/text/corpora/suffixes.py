"""The format of a file by its suffix, or where that says nothing by its first lines, as far as these are certain."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.lines import read_lines
from seqtasks.text.corpora.tables import HEADS_OF_SENTENCES, is_tagged_header, separator_of

SUFFIXES = {
    ".conllu": "conllu",
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".tsv": "tsv",
    ".csv": "csv",
    ".tmx": "tmx",
    ".ann": "brat",
    ".conll": "columns",
    ".iob": "columns",
    ".iob2": "columns",
    ".bio": "columns",
    ".bioes": "columns",
    ".annotated": "columns",
}
LOOKED_AT = 50  # lines
CONLLU_COLUMNS = 10


def format_by_suffix(name: str) -> str | None:
    """The format of a file by its name, `.gz` aside; None for a suffix that says nothing."""
    return SUFFIXES.get(Path(name.removesuffix(".gz")).suffix.lower())


def tagged_format_of(path: Path) -> str | None:
    """The format of a tagged file by its suffix, or else by what it holds; None where neither is certain."""
    return format_by_suffix(path.name) or tagged_format_by_content(path)


def tagged_format_by_content(path: Path) -> str | None:
    """conllu, jsonl, csv or brat, where the first lines are nothing else; None elsewhere, and for what cannot be read."""
    if path.is_dir():
        return "brat" if next(path.rglob("*.ann"), None) else None
    if not path.is_file() and not path.with_name(f"{path.name}.gz").is_file():
        return None
    try:
        lines = list(islice(read_lines(path), LOOKED_AT))
    except DataError:
        return None
    first = next((line for _, line in lines if line.strip() and not line.startswith("#")), "")
    if first.startswith(("{", "[{", '["')) or first.strip() == "[":
        return "jsonl"
    cells = first.split("\t")
    if len(cells) == CONLLU_COLUMNS and cells[0] in ("1", "1-2", "0.1"):
        return "conllu"
    return "csv" if is_tagged_csv(lines) else None


def is_tagged_csv(lines: list[tuple[int, str]]) -> bool:
    """Whether the first line is a header of words and tags: between commas or semicolons, or between tabs with a column of sentences."""
    mark = separator_of(lines)
    first = next((line for _, line in lines if line.strip()), "")
    try:
        cells = next(csv.reader([first], delimiter=mark), [])
    except csv.Error:
        return False
    by_sentence = any(cell.strip().lower() in HEADS_OF_SENTENCES for cell in cells)
    return is_tagged_header(cells) and (mark != "\t" or by_sentence)

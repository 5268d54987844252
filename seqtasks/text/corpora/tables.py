"""Rows of a table with separators, and its columns by their names in the header."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from seqtasks.errors import DataError

Column = int | str  # its number from 0 (negative from the end), or its name in the header
HEADS_OF_WORDS = {"word", "words", "token", "tokens", "form", "text"}
HEADS_OF_TAGS = {"tag", "tags", "label", "labels", "pos", "upos", "xpos", "ner", "iob", "bio", "entity", "pos_tag", "ner_tag", "ner_tags"}
HEADS_OF_SENTENCES = frozenset(
    ("sentence", "sentence #", "sentence#", "sentence id", "sentence_id", "sentence_idx", "sentence_number", "sent", "sent_id", "sent_idx")
)
HEADS_OF_POS = frozenset(("pos", "upos", "xpos", "pos_tag"))


def csv_rows(path: Path | str, lines: Iterable[tuple[int, str]], separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV file with the line on which each begins; quoted cells may hold separators, doubled quotes and line feeds."""
    reader = csv.reader((line + "\n" for _, line in lines), strict=True, delimiter=separator)
    number = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise DataError(path, number, f"no valid CSV ({fault})", 'Quote a text with commas or quotes: "a, ""b"""') from None
        yield number, cells
        number = reader.line_num + 1


def place_in_header(path: Path | str, number: int, column: str, cells: Sequence[str], remedy: str) -> int:
    """The place of a column in the header on line `number`. Raises DataError where there is none, or two, of that name."""
    names = [cell.strip() for cell in cells]
    if names.count(column) != 1:
        found = "two columns" if column in names else "no column"
        shown = ", ".join(" ".join(name.split())[:30] for name in names)
        raise DataError(path, number, f"{found} {column!r} in the header, which has {shown[:200]}", remedy)
    return names.index(column)


def separator_of(lines: Sequence[tuple[int, str]]) -> str:
    """What separates the columns of the first row that is not blank: what stands there most often, or else a comma."""
    first = next((line for _, line in lines if line.strip()), "")
    return max(",;\t", key=first.count)


def is_tagged_header(cells: Sequence[str]) -> bool:
    """Whether these are names of columns of a tagged file: one of words and one of tags ("text" and "label" are of whole texts, too)."""
    names = {cell.strip().lower() for cell in cells}
    return len(names & HEADS_OF_WORDS - {"text"}) == 1 and bool(names & HEADS_OF_TAGS) and not names & {"source", "target"}

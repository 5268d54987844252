"""Readers of parallel text in one file by the name of its format, shared by recipes, `evaluate` and `seqtasks data check`.

A reader takes a path and, as keywords, those of GIVEN that mean anything for its format; it returns a `Corpus` of `SentencePair`. Another
package offers one by an entry point of the group "seqtasks.pair_readers"; what it takes beyond these is `[data.options]` of a recipe.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqtasks.errors import DataError
from seqtasks.registry import find_part
from seqtasks.text.corpora.examples import Corpus, SentencePair
from seqtasks.text.corpora.lines import CorpusLines
from seqtasks.text.corpora.tables import Column, csv_rows, place_in_header
from seqtasks.text.corpora.tmx import read_tmx
from seqtasks.text.tokenizers import visible

GROUP = "seqtasks.pair_readers"
GIVEN = ("path", "source_column", "target_column", "source", "target")  # filled by seqtasks
TWO_FILES = "parallel"  # the format of two files, which is none of one
SEPARATORS = {"tab-separated": "\t", "comma-separated": ","}
HEADER = frozenset(["source", "target", "src", "tgt", "trg", "text", "translation"])
NAME_THEM = "Name the columns (data.source_column, data.target_column), by the header or by numbers from 0"


def read_pair_file(
    path: Path,
    *,
    format: str,
    source: str = "",
    target: str = "",
    source_column: Column = 0,
    target_column: Column = 1,
    options: Mapping[str, Any] | None = None,
) -> Corpus[SentencePair]:
    """The pairs of a file; source and target: the codes of the languages.

    Raises RecipeError for a format that nobody reads, DataError with the line of a fault.
    """
    reader = find_part(PAIR_READERS, format, GROUP)
    known = {"source": source, "target": target, "source_column": source_column, "target_column": target_column}
    taken = inspect.signature(reader).parameters
    return reader(path, **{key: value for key, value in known.items() if key in taken}, **(options or {}))


def tab_separated(
    path: Path, *, source_column: Column = 0, target_column: Column = 1, source: str = "", target: str = ""
) -> Corpus[SentencePair]:
    """Columns between tabs; quotation marks are characters like others. Blank lines are passed over."""
    lines = CorpusLines(path)
    rows = ((number, line.split("\t")) for number, line in lines if line.strip())
    pairs = list(pairs_of(path, rows, (source_column, target_column), (source, target), "tab-separated"))
    return Corpus(pairs, str(path), lines.checksum)


def comma_separated(
    path: Path, *, source_column: Column = 0, target_column: Column = 1, source: str = "", target: str = ""
) -> Corpus[SentencePair]:
    """Columns between commas, quoted as RFC 4180 says; a line feed within a text is a space."""
    lines = CorpusLines(path)
    rows = ((number, cells) for number, cells in csv_rows(path, lines) if any(cell.strip() for cell in cells))
    pairs = list(pairs_of(path, rows, (source_column, target_column), (source, target), "comma-separated"))
    return Corpus(pairs, str(path), lines.checksum)


def pairs_of(
    path: Path, rows: Iterator[tuple[int, list[str]]], columns: tuple[Column, Column], languages: tuple[str, str], kind: str
) -> Iterator[SentencePair]:
    """The pairs of numbered rows; where a column is named the first row is a header, and one is refused elsewhere."""
    places: tuple[int, int] | None = None
    for number, cells in rows:
        if places is None:
            source, target = (
                place_in_header(path, number, column, cells, NAME_THEM) if isinstance(column, str) else column for column in columns
            )
            places = source, target
            if any(isinstance(column, str) for column in columns):
                continue
            if all(within(cells, place) and cells[place].strip().lower() in HEADER.union(languages) for place in places):
                raise DataError(path, number, f"looks like a header: {' | '.join(cells)[:60]!r}", NAME_THEM)
        if not all(within(cells, place) for place in places):
            needed = max(place + 1 if place >= 0 else -place for place in places)
            problem = f"expected at least {needed} {kind} columns, found {len(cells)}: {SEPARATORS[kind].join(cells)[:60]!r}"
            raise DataError(path, number, problem, f"Separate by one {kind.partition('-')[0]}")
        left, right = (" ".join(cells[place].split("\n")) for place in places)
        yield SentencePair(visible(left), visible(right), number)


def within(cells: Sequence[str], place: int) -> bool:
    """Whether a row has a column."""
    return -len(cells) <= place < len(cells)


PAIR_READERS: dict[str, Callable[..., Corpus[SentencePair]]] = {"tsv": tab_separated, "csv": comma_separated, "tmx": read_tmx}

"""CSV with a header: a word a row with its tags in other columns, and a column that says which sentence it is of.

Columns are named as in the header, or numbered from 0. Those that are not named are found by their names, as far as these are certain:
"Word" and "Tag" beside "Sentence #" (the layout of the Groningen Meaning Bank at Kaggle, where only the first word of a sentence has its
number), "token", "ner", "sentence_id" and the like. Columns stand between commas, semicolons or tabs: whichever parts the header so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import CorpusLines
from seqtasks.text.corpora.met import Met
from seqtasks.text.corpora.schemes import in_scheme
from seqtasks.text.corpora.tables import (
    HEADS_OF_POS,
    HEADS_OF_SENTENCES,
    HEADS_OF_TAGS,
    HEADS_OF_WORDS,
    Column,
    csv_rows,
    place_in_header,
    separator_of,
)
from seqtasks.text.tokenizers import visible_word

SEPARATORS = {"auto": "", "tab": "\t", "comma": ",", "semicolon": ";"}
UNBROKEN = 100  # words of a file without a column of sentences and without a blank row, above which it is refused
BLANK_OR_NAMED = "Name it as data.sentence_column, or put a blank row between sentences"


@dataclass(frozen=True)
class TableColumns:
    """Which columns are asked for, by name or number; None: the one that the header calls so. tags: by layer."""

    word: Column | None
    tags: Mapping[str, Column | None]
    sentence: Column | None


@dataclass(frozen=True)
class Places:
    """Where the columns stand. sentence: None where no column says which sentence a row is of."""

    word: int
    tags: Mapping[str, int]
    sentence: int | None
    width: int
    header: bool


@dataclass
class Sentence:
    """Rows of a sentence."""

    words: list[str] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


def read_tagged_csv(
    path: Path | str, *, columns: TableColumns, separator: str = "auto", schemes: Mapping[str, str] | None = None
) -> Corpus[TaggedSentence]:
    """Sentences with the layers of `columns`. A sentence ends at a blank row, and where the column of sentences says another one; a cell
    of it that is empty goes on the sentence.

    separator: "comma", "semicolon", "tab", or "auto". schemes: as of `read_columns`.
    Raises DataError with the line of a fault, and for columns that are not there or cannot be told.
    """
    if separator not in SEPARATORS:
        raise DataError(path, 0, f"CSV has no columns between {separator!r}", f"Set data.separator to one of {', '.join(SEPARATORS)}")
    lines = CorpusLines(path)
    numbered = list(lines)
    mark = SEPARATORS[separator] or separator_of(numbered)
    places: Places | None = None
    sentences, current, apart, seen = [Sentence()], "", Met(), set[str]()
    blank = False
    for number, cells in csv_rows(path, numbered, mark):
        if not any(cell.strip() for cell in cells):
            blank = blank or places is not None
            sentences.append(Sentence())
            continue
        if places is None:
            places = places_of(path, number, cells, columns)
            if places.header:
                continue
        check_row(path, number, cells, places, mark)
        name = "" if places.sentence is None else cells[places.sentence].strip()
        if name and name != current:
            apart.add(number, times=int(name in seen))
            seen.add(name)
            current = name
            sentences.append(Sentence())
        add_row(path, number, cells, places, sentences[-1])
    kept = [rows for rows in sentences if rows.words]
    if places is not None and places.sentence is None and not blank and kept and len(kept[0].words) > UNBROKEN:
        raise DataError(path, 1, f"no column says which sentence a word is of, and {len(kept[0].words):,} words follow", BLANK_OR_NAMED)
    notes = (
        (f"{path}: {apart.count:,} sentences have a number that stands elsewhere, too ({apart.place}): each is a sentence of its own",)
        if apart.count
        else ()
    )
    examples = [TaggedSentence(tuple(rows.words), {name: tuple(tags) for name, tags in rows.tags.items()}, rows.lines[0]) for rows in kept]
    corpus = Corpus(examples, str(path), lines.checksum, notes)
    for layer, scheme in (schemes or {}).items():
        corpus = in_scheme(corpus, layer, scheme, remedy="check data.tag_column", lines=[rows.lines for rows in kept])
    return corpus


def places_of(path: Path | str, number: int, cells: Sequence[str], columns: TableColumns) -> Places:
    """The places of the columns, by the first row that is not blank; it is a header where any of them is told by its name."""
    names = [cell.strip().lower() for cell in cells]
    word = place_of(path, number, cells, columns.word, HEADS_OF_WORDS, "words", "data.word_column")
    tags = {
        layer: place_of(path, number, cells, column, heads_of_tags(layer, names), "tags", "data.tag_column")
        for layer, column in columns.tags.items()
    }
    header = not all(isinstance(column, int) for column in (columns.word, *columns.tags.values())) or isinstance(columns.sentence, str)
    header = header or (names[word] in HEADS_OF_WORDS and all(names[place] in HEADS_OF_TAGS for place in tags.values()))
    sentence: int | None = None
    if columns.sentence is not None or (header and len(HEADS_OF_SENTENCES.intersection(names)) == 1):
        sentence = place_of(path, number, cells, columns.sentence, HEADS_OF_SENTENCES, "sentences", "data.sentence_column")
    if len({word, *tags.values()}) < 1 + len(tags) or sentence in (word, *tags.values()):
        raise DataError(path, number, "one column is read as two things", "Check data.word_column, tag_column and sentence_column")
    return Places(word, tags, sentence, len(cells), header)


def heads_of_tags(layer: str, names: Sequence[str]) -> frozenset[str]:
    """What a column of these tags may be called: like the layer where one is, or else as tags of words or of entities are."""
    if layer.lower() in names:
        return frozenset([layer.lower()])
    of_words = layer.lower() in HEADS_OF_POS
    likely = frozenset(HEADS_OF_POS if of_words else HEADS_OF_TAGS - HEADS_OF_POS)
    return likely if likely.intersection(names) else frozenset(HEADS_OF_TAGS)


def place_of(
    path: Path | str, number: int, cells: Sequence[str], column: Column | None, heads: frozenset[str] | set[str], what: str, key: str
) -> int:
    """The place of one column. Raises DataError where it is not there, or where the header does not tell."""
    if isinstance(column, str):
        return place_in_header(path, number, column, cells, f"Check {key}")
    if isinstance(column, int):
        if not -len(cells) <= column < len(cells):
            raise DataError(path, number, f"no column {column}, counted from 0: the row has {len(cells)}", f"Check {key}")
        return column % len(cells)
    found = [place for place, cell in enumerate(cells) if cell.strip().lower() in heads]
    if len(found) != 1:
        shown = ", ".join(" ".join(cell.split())[:30] for cell in cells)[:200]
        problem = f"{'no column' if not found else 'more than one column'} of {what} in the header, which has {shown}"
        raise DataError(path, number, problem, f"Name it as {key}, by the header or by its number from 0")
    return found[0]


def check_row(path: Path | str, number: int, cells: Sequence[str], places: Places, mark: str) -> None:
    """Raises DataError for a row of another width, and for one that holds a whole sentence."""
    if len(cells) != places.width:
        problem = f"expected {places.width} columns as in the first row, found {len(cells)}: {mark.join(cells)[:60]!r}"
        raise DataError(path, number, problem, "Quote a word that holds a separator")
    for place in places.tags.values():
        if cells[place].lstrip().startswith(("['", '["')):
            raise DataError(path, number, f"a list of tags in one cell: {cells[place][:40]!r}", "Write a row for each word, with its tag")


def add_row(path: Path | str, number: int, cells: Sequence[str], places: Places, rows: Sentence) -> None:
    """Put one row into its sentence, or say what is wrong with it."""
    word = cells[places.word].strip(" ")
    if not word or any(sign in word for sign in "\n\t"):
        problem = f"no word in column {places.word}, counted from 0" if not word else f"{word!r} is no word: it holds a tab or a line feed"
        raise DataError(path, number, problem, "Check data.word_column and the quotation marks")
    for layer, place in places.tags.items():
        tag = cells[place].strip(" ")
        if not tag or any(sign in tag for sign in "\n\t"):
            raise DataError(path, number, f"no tag in column {place}, counted from 0", "Check data.tag_column and the quotation marks")
        rows.tags.setdefault(layer, []).append(tag)
    rows.words.append(visible_word(word))
    rows.lines.append(number)

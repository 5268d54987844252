"""CoNLL columns: a word a line with its tags in other columns, and a blank line (spaces and tabs may stand in it) between sentences.

Passed over: "-DOCSTART-" lines, a header ("word<tab>pos") at the top, rows of multiword ranges ("1-2") and empty nodes ("4.1") where the
first column holds numbers, and comments. A line that begins with "#" is a comment if it cannot be a row: it reads "# key = value", or
holds no tab where columns are separated by tabs, or has not as many columns as the file's other rows where they are separated by spaces,
or has no number where the other rows have one. "#hashtag<tab>O" is a row. What might have been one ("# newdoc") is a note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import CorpusLines
from seqtasks.text.corpora.met import Met
from seqtasks.text.corpora.schemes import in_scheme
from seqtasks.text.corpora.tables import HEADS_OF_TAGS, HEADS_OF_WORDS
from seqtasks.text.tokenizers import visible_word

DOCUMENT = "-DOCSTART-"
TAB, SPACE = "\t", " "
SEPARATORS = {"auto": "", "tab": TAB, "space": SPACE}
SPACES = re.compile(r"[ \t]+")  # no other white space: a word may hold a non-breaking space
KEYED = re.compile(r"# +[^\t =]+( [^\t =]+)? =( |$)")  # "# sent_id = 4", "# newpar id = 2"
EXTRA = re.compile(r"[0-9]+[-.][0-9]+")  # "1-2", "4.1"
REMEDY = "check data.tag_column"


@dataclass
class Rows:
    """Rows of a sentence."""

    words: list[str] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RowLayout:
    """How rows of a file look, by its first: what separates columns, how many there are, whether the first column is not asked for, and
    whether a number stands there.
    """

    mark: str
    width: int
    unasked: bool
    counts: bool


@dataclass(frozen=True)
class Columns:
    """Which columns are asked for, counted from 0, from the end where negative."""

    word: int
    tags: Mapping[str, int]

    @property
    def wanted(self) -> list[int]:
        return [self.word, *self.tags.values()]


def read_columns(
    path: Path | str,
    *,
    word_column: int = 0,
    tag_columns: Mapping[str, int],
    separator: str = "auto",
    schemes: Mapping[str, str] | None = None,
) -> Corpus[TaggedSentence]:
    """Sentences with the layers of `tag_columns` ({layer: column}, negative ones count from the end).

    separator: "tab", "space" (any run of spaces), or "auto": tabs where the first row has one.
    schemes: {layer: a scheme of entity tags}, as `in_scheme` reads it: illegal tags are repaired and noted.
    Raises DataError with the line of a row that has too few columns (or too many between spaces), of a tag that its scheme does not have,
    and for words that are the numbers of words.
    """
    lines = CorpusLines(path)
    numbered_lines = list(lines)
    columns = Columns(word_column, tag_columns)
    refuse_others(path, numbered_lines)
    layout = layout_of([line for _, line in numbered_lines], separator, columns)
    sentences, notes = [Rows()], {"header": Met(), "ranges or empty nodes": Met(), "ragged": Met()}
    for number, line in numbered_lines:
        if not line.strip() or line.startswith(DOCUMENT):
            sentences.append(Rows())
        elif not is_comment(line, layout):
            cells = cells_of(line, layout.mark)
            if layout.unasked and EXTRA.fullmatch(cells[0]):
                notes["ranges or empty nodes"].add(number)
            else:
                add_row(path, number, cells, columns, sentences[-1], layout, notes)
    sentences = [rows for rows in sentences if rows.words]
    sentences, comments = without_comments(sentences)
    refuse_numbers(path, sentences)
    told = [
        f"{path}: passed over {met.count} rows {what} (first at line {met.first})"
        for what, met in (
            ("of ranges or empty nodes", notes["ranges or empty nodes"]),
            ("that look like a header", notes["header"]),
            ("that look like comments", comments),
        )
        if met.count
    ]
    ragged = notes["ragged"]
    faults = [f"{path}: {ragged.count} rows have not {layout.width} columns, as the first row has ({ragged.place})"] if ragged.count else []
    examples = [
        TaggedSentence(tuple(rows.words), {layer: tuple(tags) for layer, tags in rows.tags.items()}, rows.lines[0]) for rows in sentences
    ]
    corpus = Corpus(examples, str(path), lines.checksum, tuple(faults), tuple(told))
    for layer, scheme in (schemes or {}).items():
        corpus = in_scheme(corpus, layer, scheme, remedy=REMEDY, lines=[rows.lines for rows in sentences])
    return corpus


def refuse_others(path: Path | str, lines: Sequence[tuple[int, str]]) -> None:
    """Raises DataError where the first line is one of another format: of JSON, of a CSV file with a header, or of brat."""
    number, first = next(((number, line) for number, line in lines if line.strip()), (0, ""))
    whole = first.startswith("{") and first.rstrip().endswith("}") and '":' in first
    if whole or first.strip() in ("[", "[{") or first.startswith('[{"'):
        raise DataError(path, number, "an object of JSON, not a row of columns", 'Set data.format = "jsonl"')
    names = {name.strip().strip('"').lower() for name in re.split("[,;]", first)}
    if TAB not in first and names & HEADS_OF_WORDS and names & HEADS_OF_TAGS:
        raise DataError(path, number, f"a header of CSV, not a row of columns: {first[:60]!r}", 'Set data.format = "csv"')
    if re.match(r"T[0-9]+\t[^\t ]+ [0-9]+ [0-9]+[\t;]", first):
        raise DataError(path, number, "a span of brat, not a row of columns", 'Set data.format = "brat"')


def layout_of(lines: Sequence[str], separator: str, columns: Columns) -> RowLayout:
    """The layout by the first line that is surely a row: one that does not begin with "#".

    Where every line does, any tab in them decides, and rows separated by spaces are taken to have two columns.
    """
    if separator not in SEPARATORS:
        raise ValueError(f"unknown separator {separator!r}; expected one of {', '.join(SEPARATORS)}")
    mark, tabs = SEPARATORS[separator], False
    for line in lines:
        if line.strip() and not line.startswith(("#", DOCUMENT)):
            mark = mark or (TAB if TAB in line else SPACE)
            cells = cells_of(line, mark)
            asked = {column + len(cells) if column < 0 else column for column in columns.wanted}
            return RowLayout(mark, len(cells), 0 not in asked, cells[0].isdecimal())
        tabs = tabs or (line.startswith("#") and TAB in line)
    return RowLayout(mark or (TAB if tabs else SPACE), 2, unasked=False, counts=False)


def cells_of(line: str, mark: str) -> list[str]:
    """The columns of a row."""
    return line.split(TAB) if mark == TAB else SPACES.split(line.strip(" \t"))


def is_comment(line: str, layout: RowLayout) -> bool:
    """Whether a line that begins with "#" cannot be a row of this file."""
    if not line.startswith("#"):
        return False
    if KEYED.match(line):
        return True
    if layout.mark == TAB and TAB not in line:
        return True
    cells = cells_of(line, layout.mark)
    return (layout.mark == SPACE and len(cells) != layout.width) or (layout.unasked and layout.counts and cells[0] == "#")


def add_row(
    path: Path | str, number: int, cells: Sequence[str], columns: Columns, rows: Rows, layout: RowLayout, notes: Mapping[str, Met]
) -> None:
    """Put one row into the sentence, or say what is wrong with it."""
    needed = max(column + 1 if column >= 0 else -column for column in columns.wanted)
    distinct = len(set(columns.wanted))
    if len(cells) < needed or len({column % len(cells) for column in columns.wanted}) < distinct:
        raise DataError(
            path,
            number,
            f"expected at least {max(needed, distinct)} columns, found {len(cells)}: {' '.join(cells)[:60]!r}",
            "Use one word per line with its tag, and a blank line between sentences",
        )
    if len(cells) != layout.width and layout.mark == SPACE:
        raise DataError(
            path,
            number,
            f"expected {layout.width} columns, as in the first row, found {len(cells)}: {' '.join(cells)[:60]!r}",
            'Where words hold spaces, separate columns by tabs (data.separator = "tab")',
        )
    word = cells[columns.word].strip(SPACE)
    tags = {layer: cells[column].strip(SPACE) for layer, column in columns.tags.items()}
    if not word:
        raise DataError(path, number, f"no word in column {columns.word}, counted from 0", "Check data.word_column and data.separator")
    if empty := [layer for layer, tag in tags.items() if not tag]:
        problem = f"no tag in column {columns.tags[empty[0]]}, counted from 0"
        raise DataError(path, number, problem, "Check data.tag_column and data.separator")
    if not rows.words and number == 1 and word.lower() in HEADS_OF_WORDS and all(tag.lower() in HEADS_OF_TAGS for tag in tags.values()):
        notes["header"].add(number)
        return
    if len(cells) != layout.width:
        notes["ragged"].add(number)
    for layer, tag in tags.items():
        rows.tags.setdefault(layer, []).append(tag)
    rows.words.append(visible_word(word))
    rows.lines.append(number)


def without_comments(sentences: Sequence[Rows]) -> tuple[list[Rows], Met]:
    """Sentences without a first row "#" whose tag stands nowhere else: "# newdoc" in a file of words and tags."""
    passed, kept = Met(), []
    opened = [rows for rows in sentences if rows.words[0] == "#"]
    if not opened:
        return list(sentences), passed
    known = {(layer, tag) for rows in sentences for layer, tags in rows.tags.items() for tag in tags[rows.words[0] == "#" :]}
    for rows in sentences:
        if rows.words[0] == "#" and not any((layer, tags[0]) in known for layer, tags in rows.tags.items()):
            passed.add(rows.lines[0])
            rows = Rows(rows.words[1:], {layer: tags[1:] for layer, tags in rows.tags.items()}, rows.lines[1:])
        if rows.words:
            kept.append(rows)
    return (kept, passed) if kept else (list(sentences), Met())


def refuse_numbers(path: Path | str, sentences: Sequence[Rows]) -> None:
    """Raises DataError where the words of most sentences are 1, 2, 3: they are the numbers of words."""
    long = [rows for rows in sentences if len(rows.words) > 1]
    counted = [rows for rows in long if rows.words == [str(number) for number in range(1, len(rows.words) + 1)]]
    if len(counted) * 2 > len(long):
        raise DataError(
            path,
            counted[0].lines[0],
            f"the words of {len(counted):,} of {len(sentences):,} sentences are 1, 2, 3, ...: this column numbers the words",
            'Set data.word_column to the column of the words, such as 1 (of CoNLL-U: data.format = "conllu")',
        )

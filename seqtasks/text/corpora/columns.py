"""CoNLL columns: a word a line with its tags in other columns, and a blank line (spaces and tabs may stand in it) between sentences.

Passed over: "-DOCSTART-" lines, rows of multiword ranges ("1-2") and empty nodes ("4.1") where the first column holds numbers, and
comments. A line that begins with "#" is a comment if it cannot be a row: it reads "# key = value", or holds no tab where columns are
separated by tabs, or has not as many columns as the file's other rows where they are separated by spaces. "#hashtag<tab>O" is a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines
from seqtasks.text.tags import PREFIXES, convert, repair, split_tag

DOCUMENT = "-DOCSTART-"
TAB, SPACE = "\t", " "
SEPARATORS = {"auto": "", "tab": TAB, "space": SPACE}
SPACES = re.compile(r"[ \t]+")  # no other white space: a word may hold a non-breaking space
KEYED = re.compile(r"# +[^\t =]+( [^\t =]+)? =( |$)")  # "# sent_id = 4", "# newpar id = 2"
EXTRA = re.compile(r"[0-9]+[-.][0-9]+")  # "1-2", "4.1"


@dataclass
class Sentence:
    """Rows being collected."""

    words: list[str] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


@dataclass
class Repairs:
    """Something met along the way: how often, and the line of the first."""

    count: int = 0
    first: int = 0

    def add(self, count: int, line: int) -> None:
        self.first = self.first or line
        self.count += count


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
    schemes: {layer: "BIO" | "IOB1" | "BIOES"} for entity tags: illegal ones are repaired and noted, IOB1 becomes BIO.
    Raises DataError with the line of a row that has too few columns, or a tag its scheme does not have.
    """
    schemes = schemes or {}
    sentences: list[TaggedSentence] = []
    repairs = {layer: Repairs() for layer in schemes}
    extra = Repairs()
    current = Sentence()
    mark, width = layout(path, separator)
    numbered = 0 not in {column + width if column < 0 else column for column in (word_column, *tag_columns.values())}
    for number, line in read_lines(path):
        if not line.strip() or line.startswith(DOCUMENT):
            close(sentences, current, schemes, repairs)
            current = Sentence()
        elif not is_comment(line, mark, width):
            columns = columns_of(line, mark)
            if numbered and EXTRA.fullmatch(columns[0]):
                extra.add(1, number)
            else:
                add_row(path, number, columns, word_column, tag_columns, schemes, current)
    close(sentences, current, schemes, repairs)
    notes = [f"{path}: passed over {extra.count} rows of ranges or empty nodes (first at line {extra.first})"] if extra.count else []
    notes += [
        f"{path}: repaired {found.count} illegal tags in layer {layer} (first at line {found.first})"
        for layer, found in repairs.items()
        if found.count
    ]
    return Corpus(sentences, str(path), file_checksum(path), tuple(notes))


def layout(path: Path | str, separator: str) -> tuple[str, int]:
    """What separates columns and how many there are, by the first line that is surely a row: one that does not begin with "#".

    Where every line does, any tab in them decides, and rows separated by spaces are taken to have two columns.
    """
    if separator not in SEPARATORS:
        raise ValueError(f"unknown separator {separator!r}; expected one of {', '.join(SEPARATORS)}")
    mark, tabs = SEPARATORS[separator], False
    for _, line in read_lines(path):
        if line.strip() and not line.startswith(("#", DOCUMENT)):
            mark = mark or (TAB if TAB in line else SPACE)
            return mark, len(columns_of(line, mark))
        tabs = tabs or (line.startswith("#") and TAB in line)
    return mark or (TAB if tabs else SPACE), 2


def columns_of(line: str, mark: str) -> list[str]:
    """The columns of a row."""
    return line.split(TAB) if mark == TAB else SPACES.split(line.strip(" \t"))


def is_comment(line: str, mark: str, width: int) -> bool:
    """Whether a line that begins with "#" cannot be a row of this file."""
    if not line.startswith("#"):
        return False
    if KEYED.match(line):
        return True
    return TAB not in line if mark == TAB else len(columns_of(line, mark)) != width


def add_row(
    path: Path | str,
    number: int,
    columns: Sequence[str],
    word_column: int,
    tag_columns: Mapping[str, int],
    schemes: Mapping[str, str],
    sentence: Sentence,
) -> None:
    """Put one row into the sentence, or say what is wrong with it."""
    wanted = [word_column, *tag_columns.values()]
    needed = max(column + 1 if column >= 0 else -column for column in wanted)
    if len(columns) < needed or len({column % len(columns) for column in wanted}) < len(set(wanted)):
        needed = max(needed, len(set(wanted)))
        raise DataError(
            path,
            number,
            f"expected at least {needed} columns, found {len(columns)}: {' '.join(columns)[:60]!r}",
            "Use one word per line with its tag, and a blank line between sentences",
        )
    word = columns[word_column].strip(SPACE)
    if not word:
        raise DataError(path, number, f"no word in column {word_column}, counted from 0", "Check data.word_column and data.separator")
    for layer, column in tag_columns.items():
        tag = columns[column].strip(SPACE)
        if not tag:
            raise DataError(path, number, f"no tag in column {column}, counted from 0", "Check data.tag_column and data.separator")
        if layer in schemes and tag != "O" and (split_tag(tag)[0] not in tuple(PREFIXES[schemes[layer]]) or not split_tag(tag)[1]):
            raise DataError(
                path,
                number,
                f"{tag!r} is no {schemes[layer]} tag",
                f"Expected O or one of {prefixes(schemes[layer])}; check data.tag_column",
            )
        sentence.tags.setdefault(layer, []).append(tag)
    sentence.words.append(word)
    sentence.lines.append(number)


def prefixes(scheme: str) -> str:
    """ "B-LABEL, I-LABEL" for a message."""
    return ", ".join(f"{prefix}-LABEL" for prefix in PREFIXES[scheme])


def close(sentences: list[TaggedSentence], current: Sentence, schemes: Mapping[str, str], repairs: Mapping[str, Repairs]) -> None:
    """Repair the sentence's entity tags and add it, if it has words."""
    if not current.words:
        return
    tags = {layer: list(found) for layer, found in current.tags.items()}
    for layer, scheme in schemes.items():
        legal, changed = repair(tags[layer], scheme)
        if changed:
            first = next(line for line, old, new in zip(current.lines, tags[layer], legal, strict=True) if old != new)
            repairs[layer].add(changed, first)
        tags[layer] = convert(legal, "IOB1", "BIO") if scheme == "IOB1" else legal
    sentences.append(TaggedSentence(tuple(current.words), {layer: tuple(found) for layer, found in tags.items()}, current.lines[0]))

"""CoNLL columns: a word a line with its tags in other columns, and a blank line (spaces and tabs may stand in it) between sentences.

Passed over: "-DOCSTART-" lines, and comments. A line that begins with "#" is a comment if it cannot be a row: it holds no tab where the
columns are separated by tabs, or not as many columns as the file's first row where they are separated by spaces. "#hashtag<tab>O" is a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines
from seqtasks.text.tags import PREFIXES, convert, repair, split_tag

DOCUMENT = "-DOCSTART-"
TAB, SPACE = "\t", " "


@dataclass
class Sentence:
    """Rows being collected."""

    words: list[str] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)


@dataclass
class Repairs:
    """Illegal tags of a layer: how many, and the line of the first."""

    count: int = 0
    first: int = 0


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
    current = Sentence()
    mark, width = {"tab": TAB, "space": SPACE}.get(separator, ""), 0
    for number, line in read_lines(path):
        if not line.strip() or line.startswith(DOCUMENT):
            close(sentences, current, schemes, repairs)
            current = Sentence()
            continue
        if is_comment(line, mark, width):
            continue
        mark = mark or (TAB if TAB in line else SPACE)
        columns = line.split(TAB) if mark == TAB else line.split()
        width = width or len(columns)
        add_row(path, number, columns, word_column, tag_columns, schemes, current)
    close(sentences, current, schemes, repairs)
    notes = tuple(
        f"{path}: repaired {found.count} illegal tags in layer {layer} (first at line {found.first})"
        for layer, found in repairs.items()
        if found.count
    )
    return Corpus(sentences, str(path), file_checksum(path), notes)


def is_comment(line: str, mark: str, width: int) -> bool:
    """Whether a line that begins with "#" cannot be a row of this file: it lacks the tab, or has another number of columns."""
    if not line.startswith("#"):
        return False
    if mark == TAB or (not mark and TAB in line):
        return TAB not in line
    return len(line.split()) != (width or 2)


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
    if not columns[word_column].strip():
        raise DataError(path, number, f"no word in column {word_column + 1}", "Check data.word_column and data.separator")
    for layer, column in tag_columns.items():
        tag = columns[column].strip()
        if not tag:
            raise DataError(path, number, f"no tag in column {column}", "Check data.tag_column and data.separator")
        if layer in schemes and tag != "O" and (split_tag(tag)[0] not in tuple(PREFIXES[schemes[layer]]) or not split_tag(tag)[1]):
            raise DataError(
                path,
                number,
                f"{tag!r} is no {schemes[layer]} tag",
                f"Expected O or one of {prefixes(schemes[layer])}; check data.tag_column",
            )
        sentence.tags.setdefault(layer, []).append(tag)
    sentence.words.append(columns[word_column].strip())
    sentence.lines.append(number)


def prefixes(scheme: str) -> str:
    """ "B-LABEL, I-LABEL" for a message."""
    return ", ".join(f"{prefix}-LABEL" for prefix in PREFIXES[scheme])


def close(sentences: list[TaggedSentence], current: Sentence, schemes: Mapping[str, str], repairs: dict[str, Repairs]) -> None:
    """Repair the sentence's entity tags and add it, if it has words."""
    if not current.words:
        return
    tags = {layer: list(found) for layer, found in current.tags.items()}
    for layer, scheme in schemes.items():
        legal, changed = repair(tags[layer], scheme)
        if changed and not repairs[layer].count:
            repairs[layer].first = next(line for line, old, new in zip(current.lines, tags[layer], legal, strict=True) if old != new)
        repairs[layer].count += changed
        tags[layer] = convert(legal, "IOB1", "BIO") if scheme == "IOB1" else legal
    sentences.append(TaggedSentence(tuple(current.words), {layer: tuple(found) for layer, found in tags.items()}, current.lines[0]))

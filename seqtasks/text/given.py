"""Checks of words that a caller hands over in Python: what has no order, and white space where a line was taken for a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain

from seqtasks.errors import UsageError, WrongTypeError

SPACES = " \t\r\n"  # what parts words in a file; a no-break space may belong to one, as in French numbers
WITHIN = re.compile(rf"\S[{SPACES}]+\S")
SHOWN = 40


def shown(value: object) -> str:
    """A value as Python writes it, cut short within: its quote or bracket is closed."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 4]}...{text[-1]}"


def check_callable(name: str, value: object) -> None:
    """Raises WrongTypeError for what cannot be called."""
    if not callable(value):
        raise WrongTypeError(f"{name} is {shown(value)}, which cannot be called. Give a function, or leave it out.")


def has_space(text: str) -> bool:
    """Whether white space that parts words stands anywhere in it."""
    return any(space in text for space in SPACES)


def has_spaces(words: Iterable[str]) -> bool:
    """Whether any word has white space within it."""
    return any(WITHIN.search(word) for word in words)


def refuse_unordered(name: str, values: object) -> None:
    """Raises WrongTypeError for a set or a mapping, of sentences or of words: their order would mean nothing, or they would be lost."""
    rows = [values, *values] if isinstance(values, Sequence) and not isinstance(values, str | bytes) else [values]
    for row in rows:
        if not isinstance(row, list) and isinstance(row, Set | Mapping):  # the first is the quicker question
            raise WrongTypeError(f"{name}: got {type(row).__name__} {shown(row)}. Give lists, which have an order.")


def refuse_spaced_words(sentences: Sequence[Sequence[str]], known: Iterable[str]) -> None:
    """Raises UsageError for a word with white space in it, unless words that are known, of the training data, have some too."""
    if not has_space("".join(chain.from_iterable(sentences))) or has_spaces(known):
        return
    for number, sentence in enumerate(sentences, start=1):
        for position, word in enumerate(sentence, start=1):
            if WITHIN.search(word):
                raise UsageError(f"sentence {number}, word {position} has white space in it: {shown(word)}. Split lines into words first.")


def refuse_empty_words(sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]] = ()) -> None:
    """Raises UsageError for a word or a tag that is the empty text."""
    for item, remedy, rows in (("word", "Leave it out", sentences), ("tag", "Give every word a tag", tags)):
        if all(map(all, rows)):
            continue
        number, row = next((number, row) for number, row in enumerate(rows, start=1) if not all(row))
        raise UsageError(f"sentence {number}, {item} {[*row].index('') + 1} is empty. {remedy}.")


def refuse_lines_of_tags(sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> None:
    """Raises UsageError where a word and its tag both have white space in them: a line with the tags of a line. Both are aligned."""
    if not has_spaces(set(chain.from_iterable(tags))):
        return
    for number, (row, tag_row) in enumerate(zip(sentences, tags, strict=True), start=1):
        for word, tag in zip(row, tag_row, strict=True):
            if WITHIN.search(word) and WITHIN.search(tag):
                both = f"{shown(word)} with the tag {shown(tag)}"
                raise UsageError(f"sentence {number}: {both} is a line, not a word. Split both: a list of words, and a tag for each.")

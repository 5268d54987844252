"""The words of an example that light each other up: what attention names, as it stands in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seqtasks.reports.shown import AttentionShown

LONGEST = 60  # words of a side; longer examples are shown without


class Placed(NamedTuple):
    """A word with its number in the attention, the white space behind it, and whether it is marked."""

    number: int
    word: str
    space: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class LitWords:
    """Both sides in the order of their texts; weights: a row of each target word of the attention, a column of each source word."""

    source: Sequence[Placed]
    target: Sequence[Placed]
    weights: Sequence[Sequence[float]]


def lit_words(attention: AttentionShown, source: str, output: Sequence[tuple[str, bool, str]]) -> LitWords | None:
    """None where a side is longer than LONGEST, or where what attention names is not the text itself (small letters, other signs).

    output: words of the output, whether each is marked, and the white space behind it. Ends of sentences are left out.
    """
    if max(len(attention.source), len(attention.target), 1) > LONGEST:
        return None
    sides = placed(attention.source, source), placed(attention.target, "".join(word + space for word, _, space in output))
    if not all(sides):
        return None
    marks = [marked for word, marked, space in output for _ in word + space]
    starts, place = {}, 0
    for word in sides[1]:
        starts[word.number] = place
        place += len(word.word) + len(word.space)
    target = [word._replace(marked=marks[starts[word.number]]) for word in sides[1]]
    return LitWords(sides[0], target, attention.weights)


def placed(words: Sequence[str], text: str) -> list[Placed]:
    """The words with the white space that the text has behind each; nothing where they are not the text."""
    found: list[Placed] = []
    rest = text.lstrip()
    for number, word in enumerate(words):
        if not rest:  # an end of the sentence
            break
        if not word or not rest.startswith(word):
            return []
        after = rest[len(word) :]
        rest = after.lstrip()
        found.append(Placed(number, word, after[: len(after) - len(rest)]))
    return found if not rest else []

"""A translated line as the faults see it: its words, and what is usual in the part of the data that it stands in. N lines."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from seqtasks.diagnosis.attention import AttentionStatistics
from seqtasks.text.tokenizers import is_word, words_and_marks


@dataclass(frozen=True)
class TranslatedLine:
    """A line, its translation and what it should be, with what the search knows of it.

    finished: the model ended it itself, before the length limit; unknown_output: unknown tokens (<unk>) in it; unknown_source: words or
    pieces of the source that the vocabulary lacks; attention: where it looked, None where that is not known.
    """

    source: str
    translation: str
    reference: str
    finished: bool = True
    unknown_output: int = 0
    unknown_source: tuple[str, ...] = ()
    attention: AttentionStatistics | None = None

    @property
    def complete(self) -> bool:
        """Whether there is something to translate and something to compare with."""
        return bool(self.source.strip() and self.reference.strip())


class Words:
    """The words of a line's three texts in lower case, without punctuation; `_marked`: with it."""

    def __init__(self, line: TranslatedLine) -> None:
        self.line = line
        self.source_marked, self.output_marked, self.reference_marked = (
            words_and_marks(text.lower()) for text in (line.source, line.translation, line.reference)
        )
        self.source = [word for word in self.source_marked if is_word(word)]
        self.output = [word for word in self.output_marked if is_word(word)]
        self.reference = [word for word in self.reference_marked if is_word(word)]


@dataclass(frozen=True)
class Usual:
    """What is usual in a part: words of a reference for each word of its source (the median), in how many references a word stands, and
    which words references have twice in a row ("nous nous").
    """

    lines: int
    ratio: float
    references_with: Mapping[str, int]
    doubled: frozenset[str]

    @classmethod
    def of(cls, lines: Sequence[Words]) -> Usual:
        neighbours = ((one, after) for words in lines for one, after in pairwise(words.reference_marked))
        return cls(
            len(lines),
            median([len(words.reference) / len(words.source) for words in lines if words.source] or [1.0]),
            Counter(word for words in lines for word in set(words.reference)),
            frozenset(one for one, after in neighbours if one == after),
        )

    def lengths(self, words: Words) -> tuple[float, float]:
        """The shortest and the longest length expected of a translation: the reference's, and what is usual for the source's."""
        expected = len(words.reference), self.ratio * len(words.source)
        return min(expected), max(expected)

    def likeness(self, first: Sequence[str], second: Sequence[str]) -> float:
        """The cosine of two lists of words as tf-idf vectors, 0 to 1: frequent words say little. 0 where one is empty."""
        one, other = (
            {word: count * math.log(1 + self.lines / max(1, self.references_with.get(word, 0))) for word, count in Counter(words).items()}
            for words in (first, second)
        )
        norms = math.sqrt(sum(value * value for value in one.values()) * sum(value * value for value in other.values()))
        return sum(value * other.get(word, 0.0) for word, value in one.items()) / norms if norms else 0.0

"""A translated line as the faults see it: its words, and what is usual in the part of the data that it stands in. N lines."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from seqtasks.diagnosis import limits
from seqtasks.diagnosis.differences import same_stem
from seqtasks.diagnosis.likeness import chrf, word_f1
from seqtasks.diagnosis.partners import partners_of
from seqtasks.text.tokenizers import is_word, words_and_marks


@dataclass(frozen=True)
class TranslatedLine:
    """A line, its translation and what it should be, with what the search knows of it.

    reference: of several the nearest (`seqtasks.diagnosis.likeness.nearest`). finished: the model ended it itself, before the length limit;
    unknown_output: unknown tokens (<unk>) in it; unknown_source: words or pieces of the source that the vocabulary lacks.
    """

    source: str
    translation: str
    reference: str
    finished: bool = True
    unknown_output: int = 0
    unknown_source: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether there is something to translate and something to compare with."""
        return bool(self.source.strip() and self.reference.strip())


class Words:
    """The words of a line's three texts in lower case, without punctuation (`_marked`: with it), and what they say of its translation."""

    def __init__(self, line: TranslatedLine) -> None:
        self.line = line
        self.source_marked, self.output_marked, self.reference_marked = (
            words_and_marks(text.lower()) for text in (line.source, line.translation, line.reference)
        )
        self.source = [word for word in self.source_marked if is_word(word)]
        self.output = [word for word in self.output_marked if is_word(word)]
        self.reference = [word for word in self.reference_marked if is_word(word)]

    @cached_property
    def chrf(self) -> float:
        """Of the translation, 0 to 100."""
        return chrf(self.line.translation, self.line.reference)

    @cached_property
    def f1(self) -> float:
        """Of the words of the translation, 0 to 1."""
        return word_f1(self.output, self.reference)

    @property
    def near(self) -> bool:
        """Whether the translation is near its reference: NEAR_CHRF and NEAR_F1 or more, or the very same words."""
        return (self.chrf >= limits.NEAR_CHRF and self.f1 >= limits.NEAR_F1) or self.output == self.reference


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual in a part: words of a reference for each word of its source (the median), in how many references a word stands, which
    words references have twice in a row ("nous nous"), and which source words go with a word of the references.
    """

    lines: int
    ratio: float
    references_with: Mapping[str, int]
    doubled: frozenset[str]
    partners: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, lines: Sequence[Words]) -> Usual:
        neighbours = ((one, after) for words in lines for one, after in pairwise(words.reference_marked))
        return cls(
            len(lines),
            median([len(words.reference) / len(words.source) for words in lines if words.source] or [1.0]),
            Counter(word for words in lines for word in set(words.reference)),
            frozenset(one for one, after in neighbours if one == after),
            partners_of([words.source for words in lines], [words.reference for words in lines]),
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

    def common(self, word: str) -> bool:
        """Whether a word stands in COMMON_SHARE of the references, and in COMMON_LINES."""
        return self.references_with.get(word, 0) >= max(limits.COMMON_LINES, limits.COMMON_SHARE * self.lines)

    def supported(self, word: str, words: Words) -> bool:
        """Whether a word of the output is one that its source asks for: a partner of it stands there, or it has none and is common."""
        partners = self.partners.get(word)
        return self.common(word) if partners is None else not partners.isdisjoint(words.source)

    def covered(self, words: Words) -> frozenset[str]:
        """The words of the source that some word of the output goes with."""
        return frozenset(other for word in set(words.output) for other in self.partners.get(word, ())) & frozenset(words.source)

    def said_otherwise(self, word: str, words: Words, covered: frozenset[str]) -> bool:
        """Whether a word of the reference can be done without: its partners in the source are those of words that the output has, too.

        A word without partners there is one that can where it is common.
        """
        asked = self.partners.get(word, frozenset()) & set(words.source)
        return asked <= covered if asked else self.common(word)

    def are_forms(self, one: str, other: str) -> bool:
        """Whether two words of the target are forms of one: they begin alike, or less so and go with one word of the source."""
        together = self.partners.get(one, frozenset()) & self.partners.get(other, frozenset())
        return same_stem(one, other, limits.SAME_SOURCE_SHARE if together else limits.STEM_SHARE)

"""Tagged sentences as numbers: the words, in the order in which they first occur, and flat arrays over all words of all sentences.

Sentences may be added later: what is kept is the same as if all had come at once.

Shape letters: T words of all sentences, B sentences, Y word types.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int32]
BLOCKS = 50  # the corpus is cut into about so many runs of sentences (of 100 at most) before some are held out
LONGEST_BLOCK = 100


@dataclass(frozen=True)
class TaggedCorpus:
    """words: text of each type; tags: text of each tag; types_T, tags_T: numbers of all words; lengths_B: words of each sentence."""

    words: list[str]
    tags: list[str]
    types_T: Integers
    tags_T: Integers
    lengths_B: Integers

    def starts(self) -> NDArray[np.bool_]:
        """True at the first word of each sentence."""
        first_T = np.zeros(len(self.types_T), dtype=bool)
        starts_B = np.cumsum(self.lengths_B) - self.lengths_B
        first_T[starts_B[self.lengths_B > 0]] = True
        return first_T

    def sentences(self) -> list[list[str]]:
        """The words of each sentence."""
        words, bounds = [self.words[word] for word in self.types_T], np.cumsum(self.lengths_B).tolist()
        return [words[end - length : end] for end, length in zip(bounds, self.lengths_B.tolist(), strict=True)]

    def select(self, kept_B: NDArray[np.bool_]) -> TaggedCorpus:
        """Some of the sentences, with the same numbers for words and tags."""
        kept_T = np.repeat(kept_B, self.lengths_B)
        return TaggedCorpus(self.words, self.tags, self.types_T[kept_T], self.tags_T[kept_T], self.lengths_B[kept_B])

    def with_sorted_tags(self, more: Sequence[str] = ()) -> TaggedCorpus:
        """The same with tags numbered in the order of their text, and with `more` tags, that need not occur."""
        tags = sorted({*self.tags, *more})
        rank = {tag: number for number, tag in enumerate(tags)}
        numbers = np.array([rank[tag] for tag in self.tags], dtype=np.int32)
        return TaggedCorpus(self.words, tags, self.types_T, numbers[self.tags_T], self.lengths_B)

    def held_out(self, share: float) -> NDArray[np.bool_]:
        """Which sentences a choice of weights is judged on: every so many-th run of neighbouring ones, so that whole texts are new."""
        sentences = np.arange(len(self.lengths_B))
        block = sentences // min(LONGEST_BLOCK, max(1, len(sentences) // BLOCKS))
        every = max(2, round(1 / share)) if share > 0 else len(sentences) + 1
        return np.asarray(block % every == every - 1)


def empty_corpus() -> TaggedCorpus:
    """No sentence yet."""
    nothing = np.zeros(0, dtype=np.int32)
    return TaggedCorpus([], [], nothing, nothing, nothing)


def add_sentences(corpus: TaggedCorpus, sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> TaggedCorpus:
    """A corpus with the sentences added at its end; each has a tag for each of its words."""
    words, types_T = _numbers(corpus.words, chain.from_iterable(sentences))
    names, tags_T = _numbers(corpus.tags, chain.from_iterable(tags))
    lengths_B = np.fromiter(map(len, sentences), dtype=np.int32, count=len(sentences))
    return TaggedCorpus(
        words,
        names,
        np.concatenate([corpus.types_T, types_T]),
        np.concatenate([corpus.tags_T, tags_T]),
        np.concatenate([corpus.lengths_B, lengths_B]),
    )


def _numbers(known: list[str], texts: Iterable[str]) -> tuple[list[str], Integers]:
    """All texts there are now, and the number of each text of the stream; new ones are numbered as they come."""
    index = {text: number for number, text in enumerate(known)}
    numbers = [index.setdefault(text, len(index)) for text in texts]
    return list(map(str, index)), np.array(numbers, dtype=np.int32)

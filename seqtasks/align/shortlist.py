"""Lexical shortlists: of all target words only those that a sentence's words may mean, and the most frequent ones.

V source words and target words of a model's vocabularies, A target words of every shortlist, C candidates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqtasks.align.blocks import Integers
from seqtasks.align.lexicon import Lexicon
from seqtasks.text.vocabulary import EOS, UNK, Vocabulary


@dataclass(frozen=True)
class Shortlists:
    """always_A: target ids of every shortlist, sorted; source word v adds candidates_C[first_V1[v]:first_V1[v + 1]]."""

    always_A: Integers
    first_V1: Integers
    candidates_C: Integers

    @classmethod
    def of(cls, lexicon: Lexicon, source: Vocabulary, target: Vocabulary, *, size: int, frequent: int) -> Shortlists:
        """Candidates in the numbers of a model's vocabularies: `size` for each source word at most, and the `frequent` most frequent words.

        The end of sentence and the unknown word are always among them. A source word that the lexicon does not have adds nothing.
        Raises ValueError if size or frequent is negative.
        """
        if size < 0 or frequent < 0:
            raise ValueError(f"size and frequent must not be negative, got {size} and {frequent}")
        known_U = np.array([-1 if (number := target.id(word)) is None else number for word in lexicon.target.list], dtype=np.int64)
        rows = []
        for word in source.list:
            number = None if word in source.specials else lexicon.source.id(word)
            first, last = (0, 0) if number is None else lexicon.forward.first_U1[number : number + 2]
            candidates = known_U[lexicon.forward.words_C[first:last]]
            rows.append(candidates[candidates >= 0][:size])
        specials = [target.special(name) for name in (EOS, UNK) if name in target.specials]
        always_A = np.unique(np.concatenate([np.array(specials, dtype=np.int64), known_U[known_U >= 0][:frequent]]))
        first_V1 = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        return cls(always_A, first_V1, np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64))

    def ids(self, source_ids: Iterable[int]) -> Integers:
        """The target ids that a sentence of these source ids may use, sorted."""
        parts = [self.candidates_C[self.first_V1[word] : self.first_V1[word + 1]] for word in {*source_ids}]
        return np.unique(np.concatenate([self.always_A, *parts]))

    def own(self, source_ids: Iterable[int]) -> int:
        """No shortlist of these source ids has more words of its own than this."""
        return sum(int(self.first_V1[word + 1] - self.first_V1[word]) for word in {*source_ids})

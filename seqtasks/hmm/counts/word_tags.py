"""How often each word was seen with each tag, and after which state: all that emissions are made of, as sorted flat arrays.

Shape letters: Y word types, A pairs of a word and a tag that occurred, K cells: triples of word, tag and context before, P contexts (the
states, or tags, and last the boundary: the word began a sentence), N tags.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.counts.corpus import TaggedCorpus
from seqtasks.hmm.counts.states import States, state_sequence

Integers = NDArray[np.int64]


def types_of(first_Y1: Integers) -> Integers:
    """The word of each pair or cell."""
    return np.repeat(np.arange(len(first_Y1) - 1), np.diff(first_Y1))


@dataclass(frozen=True)
class WordTags:
    """Pairs sorted by word, then tag. The pairs of word y are first_Y1[y]:first_Y1[y + 1].

    inner_A: how often the pair occurred inside a sentence; initial_A: how often at its start.
    """

    first_Y1: Integers
    tags_A: Integers
    inner_A: Integers
    initial_A: Integers

    def totals(self) -> Integers:
        """How often each word occurred."""
        sums = np.concatenate([[0], np.cumsum(self.inner_A + self.initial_A)])
        return np.asarray(sums[self.first_Y1[1:]] - sums[self.first_Y1[:-1]])

    def best_tags(self) -> NDArray[np.int32]:
        """The most frequent tag of each word, of several the first; -1 for a word that never occurred."""
        counts_A = self.inner_A + self.initial_A
        order = np.lexsort((self.tags_A, -counts_A, types_of(self.first_Y1)))
        best_Y = np.full(len(self.first_Y1) - 1, -1, dtype=np.int32)
        seen_Y = np.diff(self.first_Y1) > 0
        best_Y[seen_Y] = self.tags_A[order[self.first_Y1[:-1][seen_Y]]]
        return best_Y


@dataclass(frozen=True)
class Cells:
    """Triples with their counts, sorted by word, tag and context; those of word y are first_Y1[y]:first_Y1[y + 1]."""

    first_Y1: Integers
    tags_K: Integers
    contexts_K: Integers
    counts_K: Integers
    contexts: int  # P
    tags: int  # N

    def context_sums(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """How often each tag followed each context, totals_PN, and the number of cells_PN of this kind."""
        places = self.contexts_K * self.tags + self.tags_K
        size = self.contexts * self.tags
        totals = np.bincount(places, weights=self.counts_K, minlength=size).astype(np.float64)
        kinds = np.bincount(places, minlength=size).astype(np.int64)
        return totals.reshape(self.contexts, self.tags), kinds.reshape(self.contexts, self.tags)


def count_word_tags(corpus: TaggedCorpus) -> WordTags:
    """Count each word with each of its tags."""
    tags = max(1, len(corpus.tags))
    initial = corpus.starts()
    pairs, place_T = np.unique(corpus.types_T.astype(np.int64) * tags + corpus.tags_T, return_inverse=True)
    total_A = np.bincount(place_T, minlength=len(pairs))
    initial_A = np.bincount(place_T[initial], minlength=len(pairs))
    return WordTags(_firsts(pairs // tags, len(corpus.words)), pairs % tags, total_A - initial_A, initial_A)


def count_cells(corpus: TaggedCorpus, states: States) -> Cells:
    """Count each word with its tag and the state before."""
    contexts, tags = states.count + 1, max(1, states.tags)
    before_T = previous(state_sequence(corpus, states), corpus.starts(), states.count)
    keys = (corpus.types_T.astype(np.int64) * tags + corpus.tags_T) * contexts + before_T
    triples, counts_K = np.unique(keys, return_counts=True)
    pairs = triples // contexts
    return Cells(_firsts(pairs // tags, len(corpus.words)), pairs % tags, triples % contexts, counts_K, contexts, tags)


def merge_contexts(cells: Cells, groups_P: Integers, contexts: int) -> Cells:
    """The same with contexts of one group taken together."""
    types_K = types_of(cells.first_Y1)
    keys = (types_K * cells.tags + cells.tags_K) * contexts + groups_P[cells.contexts_K]
    triples, places = np.unique(keys, return_inverse=True)
    counts = np.bincount(places, weights=cells.counts_K).astype(np.int64)
    pairs = triples // contexts
    return Cells(
        _firsts(pairs // cells.tags, len(cells.first_Y1) - 1), pairs % cells.tags, triples % contexts, counts, contexts, cells.tags
    )


def previous(states_T: Integers, first_T: NDArray[np.bool_], boundary: int) -> Integers:
    """The state before each word."""
    before_T = np.append(boundary, states_T[:-1])[: len(states_T)]
    return np.where(first_T, boundary, before_T)


def _firsts(sorted_types: Integers, types: int) -> Integers:
    return np.asarray(np.searchsorted(sorted_types, np.arange(types + 1)), dtype=np.int64)

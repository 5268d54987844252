"""The tags of unknown words from their last letters (Samuelsson 1993; Brants 2000, section 2.3), in a trie for each case of the word.

P(tag | last k letters) = (relative frequency among rare words that end so + theta * P(tag | last k - 1 letters)) / (1 + theta), from no
letter at all up to the longest end that some rare word has. Words that begin with a capital have a trie of their own.

Shape letters: W words, N tags, K nodes of the tries.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.unknown.spelling import Hashes, HashTable, Spellings, salted

LONGEST = 10
Frequencies = NDArray[np.float64]


@dataclass(frozen=True)
class SuffixModel:
    """nodes_K: the hash of each end with its case; frequencies_KN: relative frequencies of tags there; theta: weight of the shorter end."""

    nodes_K: Hashes
    frequencies_KN: Frequencies
    prior_N: Frequencies
    theta: float

    def probabilities(self, words: Sequence[str]) -> Frequencies:
        """probabilities_WN of words; rows sum to 1."""
        table = HashTable(self.nodes_K, np.arange(len(self.nodes_K), dtype=np.int32))
        found_WN = np.tile(self.prior_N, (len(words), 1))
        for ends_W, valid_W in _ends(words):
            nodes_W = np.where(valid_W, table(ends_W), -1)
            known_W = nodes_W >= 0
            found_WN[known_W] = (self.frequencies_KN[nodes_W[known_W]] + self.theta * found_WN[known_W]) / (1 + self.theta)
        return found_WN


def train_suffixes(words: Sequence[str], counts_WN: Frequencies, theta: float) -> SuffixModel:
    """Count the ends of words whose tags were counted. Without any word every tag is as likely as another."""
    levels = [(ends_W[valid_W], counts_WN[valid_W]) for ends_W, valid_W in _ends(words)]
    nodes_K, places = np.unique(np.concatenate([ends for ends, _ in levels]), return_inverse=True)
    counts_KN = np.zeros((len(nodes_K), counts_WN.shape[1]))
    np.add.at(counts_KN, places, np.concatenate([counts for _, counts in levels]))
    prior_N = counts_WN.sum(axis=0) + 1.0 / counts_WN.shape[1]
    return SuffixModel(nodes_K, counts_KN / counts_KN.sum(axis=1, keepdims=True), prior_N / prior_N.sum(), theta)


def _ends(words: Sequence[str]) -> Iterator[tuple[Hashes, NDArray[np.bool_]]]:
    """The hash of the last 0, 1, ... LONGEST letters with the case of the first, and which words have so many letters."""
    spellings = Spellings(list(map(str.lower, words)))
    capital_W = np.array([word[:1].isupper() for word in words], dtype=bool)
    for size in range(LONGEST + 1):
        ends_W = spellings.part(spellings.lengths_W - size, spellings.lengths_W)
        yield np.where(capital_W, salted(ends_W, 2 * size + 1), salted(ends_W, 2 * size)), spellings.lengths_W >= size

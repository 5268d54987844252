"""States of the Markov chain: the tags, and for words after which other tags follow than usual a state of their own for each of their tags.

In a plain tagger "to" and "of" are the same context, ADP. A specialised state (Pla and Molina 2004, "Improving part-of-speech tagging using
lexicalized HMMs") is a pair of a word, in small letters, and a tag: those pairs are chosen whose next tags differ most from what
follows the tag in general (log-likelihood ratio, Dunning 1993). The state of a tagged word is known from the word and the tag, so
nothing new is hidden: each sequence of tags is one sequence of states, and posteriors and the k best of states are those of tags.

Shape letters: T words of all sentences, N tags, S states (the tags come first), Y word types, G words with states of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.counts.corpus import TaggedCorpus

Integers = NDArray[np.int64]
FEWEST = 15  # occurrences of a pair of word and tag that may become a state


@dataclass(frozen=True)
class States:
    """tag_S: the tag of each state; words: those with states of their own; states_GN: their state for each tag; last a row of the tags."""

    tag_S: Integers
    words: list[str]
    states_GN: Integers

    @property
    def count(self) -> int:
        """S, which is also the number of the boundary."""
        return len(self.tag_S)

    @property
    def tags(self) -> int:
        """N."""
        return self.states_GN.shape[1]

    def groups(self, words: Sequence[str]) -> Integers:
        """The row of states_GN for each word."""
        rows = {word: row for row, word in enumerate(self.words)}
        plain = len(self.words)
        return np.fromiter((rows.get(word.lower(), plain) for word in words), dtype=np.int64, count=len(words))

    def parents(self) -> Integers:
        """The tag of each state, with the boundary (N) last."""
        return np.append(self.tag_S, self.tags)


def states_from(tags: int, pairs: Sequence[tuple[str, int]]) -> States:
    """The tags, and a state for each pair of a word (in small letters) and a tag."""
    words = list(dict.fromkeys(word for word, _ in pairs))
    rows = {word: row for row, word in enumerate(words)}
    states_GN = np.tile(np.arange(tags), (len(words) + 1, 1))
    for number, (word, tag) in enumerate(pairs, start=tags):
        states_GN[rows[word], tag] = number
    tag_S = np.concatenate([np.arange(tags), np.array([tag for _, tag in pairs], dtype=np.int64)])
    return States(tag_S, words, states_GN)


def specialise(corpus: TaggedCorpus, most: int) -> States:
    """Choose at most `most` pairs of word and tag, those with the largest log-likelihood ratio."""
    tags = len(corpus.tags)
    if most < 1 or not len(corpus.types_T):
        return states_from(tags, [])
    numbers: dict[str, int] = {}  # of spellings in small letters
    spelling_Y = np.array([numbers.setdefault(word.lower(), len(numbers)) for word in corpus.words], dtype=np.int64)
    spellings = list(numbers)
    next_T = np.where(np.append(corpus.starts()[1:], True), tags, np.append(corpus.tags_T[1:], tags).astype(np.int64))
    pairs_T = spelling_Y[corpus.types_T] * tags + corpus.tags_T
    frequent = np.bincount(pairs_T, minlength=len(spellings) * tags) >= FEWEST
    kept_T = frequent[pairs_T]
    pairs, rows_T = np.unique(pairs_T[kept_T], return_inverse=True)
    follows_RO = np.bincount(rows_T * (tags + 1) + next_T[kept_T], minlength=len(pairs) * (tags + 1)).reshape(-1, tags + 1)
    usual_NO = np.bincount(corpus.tags_T * np.int64(tags + 1) + next_T, minlength=tags * (tags + 1)).reshape(tags, tags + 1)
    gains_R = _log_likelihood_ratio(follows_RO, usual_NO[pairs % tags])
    best = np.argsort(-gains_R, kind="stable")[:most]
    return states_from(tags, [(spellings[pair // tags], int(pair % tags)) for pair in pairs[best] if gains_R.size])


def state_sequence(corpus: TaggedCorpus, states: States) -> Integers:
    """The state of each word."""
    return states.states_GN[states.groups(corpus.words)[corpus.types_T], corpus.tags_T]


def _log_likelihood_ratio(counts_RO: NDArray[np.int64], usual_RO: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much likelier each row's outcomes are under its own frequencies than under the usual ones, in nats."""
    own = counts_RO / counts_RO.sum(axis=1, keepdims=True)
    usual = usual_RO / usual_RO.sum(axis=1, keepdims=True)
    terms = np.where(counts_RO > 0, counts_RO * np.log(np.where(counts_RO > 0, own, 1.0) / np.where(usual > 0, usual, 1.0)), 0.0)
    return np.asarray(terms.sum(axis=1))

"""What tags an unknown or rare word may have: a guess from its spelling, learned from the rare words of training.

Three models, by name: "max_ent" (max_ent.py), "suffix" (suffixes.py) and "prior" (the tags of all rare words alike). Under the last two,
words of a special class (addresses, numbers, marks ...) are guessed from rare words of their class; the first takes the class as a feature.

Shape letters: W words, N tags.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.counts.corpus import TaggedCorpus
from seqtasks.hmm.counts.word_tags import WordTags, types_of
from seqtasks.hmm.unknown.features import RelatedWords, feature_matrix, related_words
from seqtasks.hmm.unknown.max_ent import MaxEnt
from seqtasks.hmm.unknown.suffixes import SuffixModel
from seqtasks.hmm.unknown.word_classes import CAPITAL, CLASSES, letter_cases, word_class

KINDS = ("max_ent", "suffix", "prior")
Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class RareWords:
    """What a guesser learns from: words, whether they stood at the start of a sentence with a capital, and how often with which tag."""

    words: list[str]
    initial_W: NDArray[np.bool_]
    counts_WN: Probabilities
    related: RelatedWords


def rare_words(corpus: TaggedCorpus, pairs: WordTags, most: int) -> RareWords:
    """The words that occur at most `most` times. A capitalised one has its sentence-initial occurrences counted apart."""
    totals_Y = pairs.totals()
    seen = np.flatnonzero(totals_Y)
    related = related_words([corpus.words[word] for word in seen], pairs.best_tags()[seen], totals_Y[seen])
    types_A = types_of(pairs.first_Y1)
    rare_A = totals_Y[types_A] <= most
    types_A, tags_A, inner_A, initial_A = types_A[rare_A], pairs.tags_A[rare_A], pairs.inner_A[rare_A], pairs.initial_A[rare_A]
    rare = np.unique(types_A)
    capital_Y = np.zeros(len(totals_Y), dtype=bool)
    capital_Y[rare] = letter_cases([corpus.words[word] for word in rare], np.zeros(len(rare), dtype=bool)) == CAPITAL
    apart_A = capital_Y[types_A]
    keys = np.concatenate([2 * types_A, 2 * types_A + apart_A])
    counts = np.concatenate([inner_A, initial_A])
    kept = counts > 0
    items, places = np.unique(keys[kept], return_inverse=True)
    counts_WN = np.zeros((len(items), len(corpus.tags)))
    np.add.at(counts_WN, (places, np.concatenate([tags_A, tags_A])[kept]), counts[kept])
    return RareWords([corpus.words[item // 2] for item in items], items % 2 == 1, counts_WN, related)


@dataclass(frozen=True)
class Guesser:
    """P(tag | spelling). classes_KN: tags of the rare words of each class, by position in CLASSES; None where classes are not used."""

    prior_N: Probabilities
    classes_KN: Probabilities | None
    suffixes: SuffixModel | None = None
    max_ent: MaxEnt | None = None
    related: RelatedWords | None = None

    def probabilities(self, words: Sequence[str], initial_W: NDArray[np.bool_]) -> Probabilities:
        """probabilities_WN; rows sum to 1. initial_W: True for words at the start of a sentence."""
        if self.max_ent is not None:
            return self.max_ent.probabilities(feature_matrix(words, initial_W, self.related, self.classes_KN is not None))
        found_WN = self.suffixes.probabilities(words) if self.suffixes is not None else np.tile(self.prior_N, (len(words), 1))
        if self.classes_KN is not None:
            classes_W = np.fromiter(map(word_class, words), dtype=np.int64, count=len(words))
            found_WN = np.where(classes_W[:, None] > 0, self.classes_KN[classes_W], found_WN)
        return found_WN


def class_frequencies(rare: RareWords) -> tuple[Probabilities, Probabilities]:
    """prior_N of all rare words, and the frequencies of tags in each class, classes_KN; a class without words takes the prior."""
    prior_N = rare.counts_WN.sum(axis=0) + 1.0 / max(1, rare.counts_WN.shape[1])
    prior_N /= prior_N.sum()
    classes_KN = np.tile(prior_N, (len(CLASSES), 1))
    np.add.at(classes_KN, np.fromiter(map(word_class, rare.words), dtype=np.int64, count=len(rare.words)), rare.counts_WN)
    return prior_N, classes_KN / classes_KN.sum(axis=1, keepdims=True)

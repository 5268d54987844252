"""A log-linear (maximum-entropy) model of the tags of a word from features of its spelling (Ratnaparkhi 1996).

P(tag | word) = exp(sum of the weights of the word's features for the tag) / sum over tags. How it is learned: `max_ent_training.py`.
Shape letters: W words, F features of a word, X features that have weights, N tags.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.unknown.features import BITS

Weights = NDArray[np.float32]
NOWHERE = np.int32(-1)  # the place of a feature without weights


@dataclass(frozen=True)
class MaxEnt:
    """features_X: the numbers of the features that have weights, ascending; weights_XN."""

    features_X: NDArray[np.int32]
    weights_XN: Weights

    @cached_property
    def places(self) -> NDArray[np.int32]:
        """`places_of` its features."""
        return places_of(self.features_X)

    @cached_property
    def rows(self) -> Weights:
        """The weights, and last, where NOWHERE points, a row of zeros."""
        return np.pad(self.weights_XN, ((0, 1), (0, 0)))

    def probabilities(self, features_WF: NDArray[np.int32]) -> NDArray[np.float64]:
        """probabilities_WN of words; rows sum to 1. Features without weights say nothing."""
        scores_WN = np.zeros((len(features_WF), self.weights_XN.shape[1]), dtype=np.float32)
        for found_W in found_places(features_WF, self.places).T:
            scores_WN += self.rows[found_W]
        return np.asarray(softmax(scores_WN.astype(np.float64)), dtype=np.float64)


def places_of(features_X: NDArray[np.int32]) -> NDArray[np.int32]:
    """For every feature there may be, its place among features_X; NOWHERE where it is not one of them."""
    places = np.full(1 << BITS, NOWHERE, dtype=np.int32)
    places[features_X] = np.arange(len(features_X), dtype=np.int32)
    return places


def found_places(features_WF: NDArray[np.int32], places: NDArray[np.int32]) -> NDArray[np.int32]:
    """The place of each feature of each word, [W, F]; NOWHERE where a word has no further feature, too."""
    return np.where(features_WF >= 0, places[features_WF], NOWHERE)


def softmax(scores_WN: NDArray[np.floating]) -> NDArray[np.floating]:
    """Probabilities by row; the array is used up."""
    scores_WN -= scores_WN.max(axis=1, keepdims=True, initial=-np.inf)
    np.exp(scores_WN, out=scores_WN)
    scores_WN /= scores_WN.sum(axis=1, keepdims=True)
    return scores_WN

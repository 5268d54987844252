"""Learning the log-linear model of `max_ent.py` from rare words.

The log-likelihood is climbed by Adagrad (Duchi, Hazan and Singer 2011) in small batches; few passes, from zero, are its only
regularisation. A word counts as often as it occurs, but no more than MOST times. The order of the words is drawn from a seed, so the same
words give the same weights. Shape letters: W words, F features of a word, X features that have weights, N tags, B words of a batch.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from seqtasks.hmm.unknown.features import BITS
from seqtasks.hmm.unknown.max_ent import MaxEnt, Weights, found_places, places_of, softmax

BATCH = 256
RATE = 0.1
MOST = 3.0  # what a frequent word counts as
FEWEST = 2  # how many words must share a feature for it to get weights
TINY = 1e-6  # the first sum of squares, so that no step divides by 0


def design(features_WF: NDArray[np.int32], places: NDArray[np.int32]) -> csr_matrix:
    """The sparse matrix of words and features by `places_of`, 1 where a word has a feature."""
    found_WF = found_places(features_WF, places)
    kept_WF = found_WF >= 0
    bounds = np.concatenate([[0], np.cumsum(kept_WF.sum(axis=1))])
    columns = found_WF[kept_WF]
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, bounds), shape=(len(features_WF), int(places.max()) + 1))


def train_max_ent(features_WF: NDArray[np.int32], counts_WN: NDArray[np.floating], *, epochs: int, seed: int = 0) -> MaxEnt:
    """The model after some passes over words whose tags were counted."""
    return next(islice(max_ent_passes(features_WF, counts_WN, seed=seed), epochs - 1, None))


def max_ent_passes(features_WF: NDArray[np.int32], counts_WN: NDArray[np.floating], *, seed: int = 0) -> Iterator[MaxEnt]:
    """The model after each pass, without end; each shares its weights with the next, so use it before going on."""
    occurrences = np.bincount(features_WF[features_WF >= 0], minlength=1 << BITS)
    features_X = np.flatnonzero(occurrences >= FEWEST).astype(np.int32)
    design_WX = design(features_WF, places_of(features_X))
    total_W = counts_WN.sum(axis=1, keepdims=True)
    targets_WN = (counts_WN * (np.minimum(total_W, MOST) / np.maximum(total_W, TINY))).astype(np.float32)
    weights_XN = np.zeros((len(features_X), counts_WN.shape[1]), dtype=np.float32)
    squares_XN = np.full_like(weights_XN, TINY)
    generator = np.random.default_rng(seed)
    while True:
        order_W = generator.permutation(len(features_WF))
        shuffled, targets = design_WX[order_W], targets_WN[order_W]
        for first in range(0, len(order_W), BATCH):
            _step(shuffled[first : first + BATCH], targets[first : first + BATCH], weights_XN, squares_XN)
        yield MaxEnt(features_X, weights_XN)


def _step(batch_BX: csr_matrix, targets_BN: Weights, weights_XN: Weights, squares_XN: Weights) -> None:
    """One step of Adagrad on the features that the batch has."""
    present, columns = np.unique(batch_BX.indices, return_inverse=True)
    small = csr_matrix((batch_BX.data, columns.astype(np.int32), batch_BX.indptr), shape=(batch_BX.shape[0], len(present)))
    weights = weights_XN[present]
    predicted_BN = softmax(small @ weights)
    gradient = small.T @ (predicted_BN * targets_BN.sum(axis=1, keepdims=True) - targets_BN)
    squares = squares_XN[present] + gradient * gradient
    squares_XN[present] = squares
    weights_XN[present] = weights - RATE * gradient / np.sqrt(squares)

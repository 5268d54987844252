"""The entropy of training labels: the loss of a model that knows how frequent each label is, and nothing else. In nats.

G texts, N labels.
"""

import numpy as np
from numpy.typing import ArrayLike


def label_entropy(labels: ArrayLike) -> float:
    """Of label numbers; those below 0 (words without a label) are passed over."""
    values = np.asarray(labels, dtype=np.int64).ravel()
    counts = np.bincount(values[values >= 0])
    shares = counts[counts > 0] / max(1, counts.sum())
    return float(-(shares * np.log(shares)).sum()) + 0.0


def decision_entropy(labels_GN: ArrayLike) -> float:
    """Of texts with several labels each: the sum over labels of the entropy of "it belongs to the text". labels_GN: 1 where it does."""
    shares = np.asarray(labels_GN, dtype=np.float64).mean(axis=0)
    inner = shares[(shares > 0) & (shares < 1)]
    return float(-(inner * np.log(inner) + (1 - inner) * np.log(1 - inner)).sum()) + 0.0

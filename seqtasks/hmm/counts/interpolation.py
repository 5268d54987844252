"""Smoothing: how likely is the next tag, or a word, after a context that was rarely seen.

Deleted interpolation (Jelinek and Mercer 1980; Brants 2000, figure 1): one weight for each order, from leaving each n-gram out once.
Witten-Bell (1991): a context that was followed by many different outcomes gives more weight to the shorter context,
    P(x | long) = (count(x, long) + strength * kinds(long) * P(x | short)) / (count(long) + strength * kinds(long)).
Absolute discounting (Ney, Essen and Kneser 1994) takes a fixed amount from every count and gives it to the shorter context.

Shape letters: P contexts (tags or states with the boundary last), N tags, O outcomes (N tags and the end of the sentence).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
LEAST = 1e-4


def witten_bell(counts_PO: Counts, shorter_PO: Counts, strength: float) -> Counts:
    """Distributions over the last axis, smoothed by those of a shorter context (broadcast); a context never seen takes them as they are."""
    kinds = (counts_PO > 0).sum(axis=-1, keepdims=True) * strength
    total = counts_PO.sum(axis=-1, keepdims=True) + kinds
    return divided(counts_PO + kinds * shorter_PO, total, shorter_PO)


def divided(numbers: NDArray[Any], totals: NDArray[Any], otherwise: Counts | float) -> Counts:
    """Shares of totals; `otherwise` where there is none."""
    return np.where(totals > 0, numbers / np.where(totals > 0, totals, 1.0), otherwise)


def deleted_interpolation(counts: Counts) -> tuple[float, ...]:
    """The weights of unigrams, bigrams and so on that Brants' figure 1 gives for counts of n-grams [.., P, O]; they sum to 1.

    An n-gram votes for the order under which it is likeliest once it is left out; ties are votes for the shorter order.
    """
    orders = [np.broadcast_to(_left_out(table), counts.shape) for table in _shorter(counts)]
    winner = np.argmax(np.stack(orders), axis=0)
    votes = np.bincount(winner.ravel(), weights=counts.ravel(), minlength=len(orders))
    shares = votes / votes.sum() if votes.sum() else np.eye(len(orders))[0]
    return tuple(shares.tolist())


def _shorter(counts: Counts) -> list[Counts]:
    """The counts of unigrams, bigrams and so on, up to the given ones."""
    tables = [counts]
    while tables[0].ndim > 1:
        tables.insert(0, tables[0].sum(axis=0))
    return tables


def _left_out(counts: Counts) -> Counts:
    """Relative frequencies with one occurrence left out; 0 where nothing is left."""
    total = counts.sum(axis=-1, keepdims=True) - 1
    return divided(np.maximum(counts - 1, 0), total, 0.0)


def interpolated(counts: Counts, weights: Sequence[float]) -> Counts:
    """The weighted sum of the frequencies of each order; a context never seen takes those of the shorter one.

    The unigrams, of which none is impossible, keep a weight of LEAST even where deleted interpolation leaves them none.
    """
    weights = [max(weights[0], LEAST), *weights[1:]]
    weights = [weight / sum(weights) for weight in weights]
    unigrams_O, *longer = _shorter(counts)
    frequencies = floor(unigrams_O)
    found = weights[0] * frequencies
    for weight, table in zip(weights[1:], longer, strict=True):
        frequencies = divided(table, table.sum(axis=-1, keepdims=True), frequencies)
        found = found + weight * frequencies
    return found


def floor(unigrams_O: Counts) -> Counts:
    """Relative frequencies with half a count for every outcome, so that none is impossible."""
    return (unigrams_O + 0.5) / (unigrams_O + 0.5).sum()

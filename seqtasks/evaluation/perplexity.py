"""Perplexity: exp of the mean negative log-likelihood (natural logarithm) of a token."""

from __future__ import annotations

import math

from seqtasks.errors import DataError
from seqtasks.evaluation.score import Score


def perplexity(negative_log_likelihood: float, count: int, *, split: str, head: str) -> Score:
    """exp(sum / count). A sum that is not a number, or a result beyond a float, is infinite: the model has diverged.

    Raises DataError where there is no token, ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"a perplexity needs a count of at least 0, got {count}")
    if count == 0:
        raise DataError(f"{split} {head}", 0, "no tokens to take a perplexity of", "Give at least one sentence with a word")
    mean = negative_log_likelihood / count
    try:
        value = math.inf if math.isnan(mean) else math.exp(mean)
    except OverflowError:
        value = math.inf
    return Score(name="perplexity", value=value, split=split, head=head, signature=f"tokens:{count}|base:e")

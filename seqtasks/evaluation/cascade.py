"""A fast and a slow system in a row: the fast one answers what it is sure of, the slow one the rest.

The fast system reads everything, since only then it knows how sure it is. The slow one reads whole sentences, so that a sentence saves its
time only where the fast system is sure of every word. The threshold above 1 sends everything to the slow system, which then works alone.
T words, N sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.comparison import Cascade, CascadePoint

ALL_SLOW = 1.01
THRESHOLDS = (ALL_SLOW, 0.99999, 0.9999, 0.999, 0.998, 0.995, 0.99, 0.98, 0.97, 0.95, 0.92, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.0)


@dataclass(frozen=True)
class Stage:
    """One system of a cascade: which words it gets right, its two numbers by sentence (significance.py), words a second if measured."""

    name: str
    hits_T: NDArray[np.bool_]
    statistics_N2: NDArray[np.float64]
    tokens_per_second: float | None


def cascade(
    fast: Stage,
    slow: Stage,
    confidences_T: NDArray[np.float64],
    lengths_N: NDArray[np.int64],
    *,
    whole_sentences: bool,
    thresholds: Sequence[float] = THRESHOLDS,
) -> Cascade:
    """The points of the cascade by falling threshold. confidences_T: of the fast system's answers.

    whole_sentences: answers are never mixed within a sentence, as entities need it. Raises ValueError where the words do not add up.
    """
    words = int(lengths_N.sum())
    if not words == len(confidences_T) == len(fast.hits_T) == len(slow.hits_T):
        raise ValueError(
            f"sentences of {words} words, {len(confidences_T)} confidences, "
            f"{len(fast.hits_T)} and {len(slow.hits_T)} answers; they must be aligned one to one"
        )
    sentence_T = np.repeat(np.arange(len(lengths_N)), lengths_N)
    surest_N = np.full(len(lengths_N), np.inf)
    np.minimum.at(surest_N, sentence_T, confidences_T)  # an empty sentence is sure
    points = []
    for threshold in sorted(thresholds, reverse=True):
        fast_N = (surest_N >= threshold) & (lengths_N > 0)
        fast_T = fast_N[sentence_T] if whole_sentences else confidences_T >= threshold
        if whole_sentences:
            numerator, denominator = np.where(fast_N[:, None], fast.statistics_N2, slow.statistics_N2).sum(axis=0)
        else:
            numerator, denominator = np.where(fast_T, fast.hits_T, slow.hits_T).sum(), words
        slow_words = words - int(lengths_N[fast_N].sum())
        alone = threshold > 1
        points.append(
            CascadePoint(
                threshold=float(threshold),
                words_fast=_percent(int(fast_T.sum()), words),
                sentences_fast=_percent(int(fast_N.sum()), int((lengths_N > 0).sum())),
                score=_percent(float(numerator), float(denominator)),
                tokens_per_second=_speed(fast.tokens_per_second, slow.tokens_per_second, words, slow_words, alone),
            )
        )
    return Cascade(fast.name, slow.name, points)


def _speed(fast: float | None, slow: float | None, words: int, slow_words: int, alone: bool) -> float | None:
    if not fast or not slow or not words:
        return None
    return words / ((0.0 if alone else words / fast) + slow_words / slow)


def _percent(count: float, total: float) -> float:
    return 100.0 * count / total if total else 0.0

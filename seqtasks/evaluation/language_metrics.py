"""Measures of language models: how well they foresee a text. Of all of them less is better.

`perplexity`          exp of the mean negative log-likelihood of a token, the end of each sentence counted.
`word_perplexity`     the same likelihood shared out among the words between spaces (and the ends): it compares models of different tokens.
`bits_per_character`  the same in bits, shared out among the characters of the lines (and their ends).

A word that the vocabulary lacks counts as <unk>, one word among the others: what it is spelled like is never asked. So numbers of two
models can be compared only where both have the same vocabulary, or none of them has unknown words; the signature says how many there are.
N sentences, R draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.evaluation.score import FEWEST, Score, percentile_interval, resampled_sums, signed

SEED, SAMPLES = 1, 1000  # of the intervals


@dataclass(frozen=True)
class TextLikelihood:
    """What a model says of a text: by sentence nats_N (negative log-likelihood) and tokens_N, words_N, characters_N with their ends;
    unknown: tokens that the vocabulary lacks.
    """

    nats_N: NDArray[np.float64]
    tokens_N: NDArray[np.int64]
    words_N: NDArray[np.int64]
    characters_N: NDArray[np.int64]
    unknown: int = 0


@dataclass(frozen=True)
class LanguageMetric:
    """counts: what the likelihood is shared out among; of: one number from nats per such unit."""

    counts: Callable[[TextLikelihood], NDArray[np.int64]]
    of: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    base: str

    def value(self, found: TextLikelihood) -> float:
        """The measure of a whole text: infinite where the model has diverged. Raises ValueError for a text without any token."""
        count = self.counts(found).sum()
        if not count:
            raise ValueError("a text without tokens has no likelihood")
        return float(self.of(np.nan_to_num(found.nats_N.sum() / count, nan=math.inf, posinf=math.inf)))

    def interval(self, found: TextLikelihood) -> tuple[float, float] | None:
        """Of the value, 95 %, by resampling sentences; None of a value that is not finite, and of under FEWEST sentences."""
        if not np.isfinite(found.nats_N).all() or len(found.nats_N) < FEWEST:
            return None
        sums_R2 = resampled_sums(np.stack([found.nats_N, self.counts(found).astype(np.float64)], axis=1), seed=SEED, samples=SAMPLES)
        values_R = self.of(sums_R2[:, 0] / np.maximum(sums_R2[:, 1], 1))
        return percentile_interval(values_R) if np.isfinite(values_R).all() else None


def exponential(nats: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp, infinite where it is beyond a float."""
    with np.errstate(over="ignore"):
        return np.exp(nats)


def bits(nats: NDArray[np.float64]) -> NDArray[np.float64]:
    return nats / math.log(2)


def language_scores(
    found: TextLikelihood, names: Mapping[str, LanguageMetric], *, split: str, head: str, settings: Mapping[str, object]
) -> list[Score]:
    """The scores of a text by these measures. settings: what else belongs into their signatures.

    Raises DataError where there is no token.
    """
    if not found.tokens_N.sum():
        raise DataError(f"{split} {head}", 0, "no tokens to take a perplexity of", "Give at least one sentence with a word")
    scores = []
    for name, metric in names.items():
        interval = metric.interval(found)
        about = {
            "tokens": int(found.tokens_N.sum()),
            "counted": int(metric.counts(found).sum()),
            "eos": "counted",
            "unk": "one word",
            "unknown": found.unknown,
            "base": metric.base,
            "sentences": len(found.nats_N),
        }
        scores.append(
            Score(name, metric.value(found), split, head, signed({**settings, **about}, interval, seed=SEED, samples=SAMPLES), interval)
        )
    return scores


LANGUAGE_METRICS: dict[str, LanguageMetric] = {
    "perplexity": LanguageMetric(lambda found: found.tokens_N, exponential, "e"),
    "word_perplexity": LanguageMetric(lambda found: found.words_N, exponential, "e"),
    "bits_per_character": LanguageMetric(lambda found: found.characters_N, bits, "2"),
}

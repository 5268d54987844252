"""A score that carries its settings, and the 95 % interval of a score by resampling sentences.

The interval is the percentile bootstrap over sentences (Efron 1979; for translation Koehn 2004): sentences are drawn with replacement,
the score of each draw is computed from the summed statistics of its sentences, and the middle 95 % of these scores is the interval.
It depends on the seed, the number of draws and the number of sentences only, so two systems scored on the same sentences with the same
seed see the same draws. Of few sentences, and where all are right or all are wrong, draws say too much: see `shown_interval`.

Shape letters: N sentences, K statistics of a sentence, R draws.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqtasks.errors import RunDirectoryError

CONFIDENCE = 95.0
# names of scores that are no measures by table (`seqtasks.evaluation.directions`) and of which less is better
LOWER_IS_BETTER = frozenset({"perplexity", "word_perplexity", "bits_per_character", "calibration_error"})
FEWEST = 10  # sentences of a score with an interval
NORMAL = 1.959963984540054  # the middle 95 % of a normal distribution lies within so many standard deviations
BLOCK = 4_000_000  # drawn positions held in memory at a time


@dataclass(frozen=True, slots=True)
class Score:
    """One number with everything needed to repeat it; `value` is in percent, but for perplexities and bits. NaN is refused."""

    name: str
    value: float
    split: str
    head: str
    signature: str
    interval: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        numbers = [self.value, *(self.interval or ())]
        if any(math.isnan(number) for number in numbers):
            raise ValueError(
                f"score {self.name!r} of {self.split} {self.head} is not a number: value {self.value}, interval {self.interval}"
            )

    def __str__(self) -> str:
        return f"{self.name} = {self.value:.2f} [{self.signature}]"

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json; an infinite number becomes null, which JSON lacks a word for."""
        interval = None if self.interval is None else [_finite(bound) for bound in self.interval]
        return {
            "split": self.split,
            "head": self.head,
            "name": self.name,
            "value": _finite(self.value),
            "signature": self.signature,
            "interval": interval,
        }

    def to_dict(self) -> dict[str, Any]:
        """For JSON, as every answer has it: what `to_json` gives."""
        return self.to_json()

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Score:
        """The inverse of `to_json`. Raises RunDirectoryError for anything that `to_json` does not write."""
        missing = sorted(_KEYS - set(entry))
        unknown = sorted(set(entry) - _KEYS)
        if missing or unknown:
            faults = [f"{label} {', '.join(keys)}" for label, keys in (("lacks", missing), ("has unknown", unknown)) if keys]
            raise RunDirectoryError(
                f"a score in metrics.json {' and '.join(faults)}: {_shown(entry)}. Evaluate the run again to rewrite it."
            )
        interval = entry["interval"]
        texts_are_texts = all(isinstance(entry[key], str) for key in ("name", "split", "head", "signature"))
        interval_is_pair = interval is None or (isinstance(interval, Sequence) and len(interval) == 2 and all(map(_is_number, interval)))
        if not (texts_are_texts and _is_number(entry["value"]) and interval_is_pair):
            raise RunDirectoryError(
                f"a score in metrics.json has a value of the wrong kind: {_shown(entry)}. Evaluate the run again to rewrite it."
            )
        return cls(
            name=entry["name"],
            value=_number(entry["value"]),
            split=entry["split"],
            head=entry["head"],
            signature=entry["signature"],
            interval=None if interval is None else (_number(interval[0]), _number(interval[1])),
        )


def bootstrap_interval(numerators: ArrayLike, denominators: ArrayLike, *, seed: int, samples: int = 1000) -> tuple[float, float] | None:
    """The interval of 100 * sum(numerators) / sum(denominators), both given by sentence; None where the ratio is not defined."""
    statistics_NK = np.stack([np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)], axis=1)
    sums_RK = resampled_sums(statistics_NK, seed=seed, samples=samples)
    defined_R = sums_RK[:, 1] > 0  # a draw without any counted token says nothing
    return percentile_interval(100.0 * sums_RK[defined_R, 0] / sums_RK[defined_R, 1])


def resampled_sums(statistics_NK: NDArray[np.float64], *, seed: int, samples: int) -> NDArray[np.float64]:
    """Draw N sentences with replacement, `samples` times, and sum their statistics: sums_RK. Exact for whole numbers below 2 ** 53.

    A draw is kept as how often it holds each sentence, so that summing is one matrix product.
    """
    sentences = len(statistics_NK)
    if sentences == 0:
        return np.zeros((0, statistics_NK.shape[1]))
    generator = np.random.default_rng(seed)
    sums_RK = np.empty((samples, statistics_NK.shape[1]))
    rows = max(1, BLOCK // sentences)
    for first in range(0, samples, rows):
        count = min(rows, samples - first)
        drawn_RN = generator.integers(0, sentences, size=(count, sentences))
        drawn_RN += np.arange(count)[:, None] * sentences
        times_RN = np.bincount(drawn_RN.ravel(), minlength=count * sentences).reshape(count, sentences)
        sums_RK[first : first + count] = times_RN.astype(np.float64) @ statistics_NK
    return sums_RK


def percentile_interval(values_R: ArrayLike) -> tuple[float, float] | None:
    """The middle 95 % of the values; None if there are none."""
    values = np.asarray(values_R, dtype=np.float64)
    if values.size == 0:
        return None
    low, high = np.percentile(values, [(100 - CONFIDENCE) / 2, (100 + CONFIDENCE) / 2])
    return float(low), float(high)


def shown_interval(
    interval: tuple[float, float] | None, *, value: float, sentences: int, share: bool
) -> tuple[tuple[float, float] | None, dict[str, str]]:
    """The interval of a score as it is told, and what of it stands in the signature. share: whether the score is a share of something.

    sentences: those in which anything is counted. Below FEWEST there is none: so few say nothing of others. Where every draw gives 0 or
    100 %, a share has Wilson's (1927) interval with sentences as its trials, for that none of those seen was wrong does not mean that none
    is; other measures have none.
    """
    if interval is None or sentences < FEWEST:
        return None, {}
    if interval[0] < interval[1] or round(value, 9) not in (0.0, 100.0):
        return interval, {}
    if not share:
        return None, {}
    margin = 100.0 * NORMAL**2 / (sentences + NORMAL**2)
    return ((0.0, margin) if value == 0.0 else (100.0 - margin, 100.0)), {"interval": "wilson"}


def signed(settings: Mapping[str, object], interval: tuple[float, float] | None, *, seed: int, samples: int) -> str:
    """A signature: `key:value` joined by bars, and how the interval was drawn where there is one that was."""
    drawn = {} if interval is None or "interval" in settings else {"bootstrap": samples, "seed": seed}
    return "|".join(f"{key}:{value}" for key, value in {**settings, **drawn}.items())


def check_same_lengths(first: Sequence[object], second: Sequence[object], names: tuple[str, str]) -> None:
    """Raises ValueError where one of two aligned lists is longer: nothing can be compared then."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} {names[0]} but {len(second)} {names[1]}; they must be aligned one to one")


def check_aligned(gold: Sequence[Sequence[object]], predicted: Sequence[Sequence[object]]) -> None:
    """The same of the tags of both sides: as many sentences, and in each as many tags."""
    check_same_lengths(gold, predicted, ("gold sentences", "predicted sentences"))
    for position, (true, found) in enumerate(zip(gold, predicted, strict=True), start=1):
        check_same_lengths(true, found, ("gold tags", f"predicted tags in sentence {position}"))


def share_score(
    name: str,
    parts: tuple[ArrayLike, ArrayLike],
    settings: Mapping[str, object],
    *,
    split: str,
    head: str,
    seed: int,
    samples: int,
) -> Score:
    """100 * sum(numerators) / sum(denominators), both given by sentence, with its interval; 0 where nothing is counted."""
    numerator, denominator = (np.sum(part).item() for part in parts)
    value = 100.0 * numerator / denominator if denominator else 0.0
    drawn = bootstrap_interval(*parts, seed=seed, samples=samples)
    interval, told = shown_interval(drawn, value=value, sentences=int(np.count_nonzero(parts[1])), share=True)
    return Score(
        name=name,
        value=value,
        split=split,
        head=head,
        signature=signed({**settings, **told}, interval, seed=seed, samples=samples),
        interval=interval,
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _number(value: float | None) -> float:
    return math.inf if value is None else float(value)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _shown(entry: Mapping[str, Any]) -> str:
    return json.dumps(dict(entry), ensure_ascii=False, default=str)


_KEYS = {"split", "head", "name", "value", "signature", "interval"}

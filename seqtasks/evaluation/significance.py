"""Is one system better than another, or are these sentences too few to tell? Tests between two systems answering the same sentences.

- Paired bootstrap over sentences (Efron 1979; Koehn 2004; Berg-Kirkpatrick et al. 2012): the difference of every draw. The interval is the
  percentile interval of the differences, and p the smallest level whose interval leaves 0 out: twice the share of draws on the far side of
  0. So p <= 0.05 says exactly that the 95 % interval does not hold 0.
- Approximate randomisation (Noreen 1989; Yeh 2000; for translation Riezler and Maxwell 2005): were the systems alike, swapping their
  answers to a sentence would change nothing. p is the share of swaps that leave a difference as large as the observed one; every swap
  is tried where there are no more than `draws`.
- McNemar's exact test (1947): of the words that only one system gets right, is half on either side? It takes words for independent.

A sentence is a pair of numbers: the score is 100 * sum(first number) / sum(second number). For accuracy these are right words and words,
for F1 twice the right entities and gold plus predicted ones. Randomisation also takes scores of K sums, such as BLEU. No sampled p is 0:
it is (count + 1) / (draws + 1) (Phipson and Smyth 2010).
N sentences, K numbers of a sentence, M systems or runs, R draws, D sentences that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqtasks.evaluation.score import resampled_sums

Floats = NDArray[np.float64]
DRAWS = 10_000
LEVEL = 0.05
NOTHING = 1e-9  # points: what rounding leaves of equal scores
SWAPS = 8_000_000  # swaps of sentences held in memory at a time


@dataclass(frozen=True, slots=True)
class Paired:
    """Second minus first in points, its 95 % interval (None below 39 draws) and the two-sided p-value; they agree at 5 %."""

    difference: float
    interval: tuple[float, float] | None
    p: float


def ratio(statistics_N2: NDArray[np.float64]) -> float:
    """The score in percent; 0 where nothing was counted."""
    numerator, denominator = statistics_N2.sum(axis=0)
    return float(100.0 * numerator / denominator) if denominator else 0.0


def resampled_scores(statistics_MN2: NDArray[np.float64], *, seed: int, draws: int = DRAWS) -> NDArray[np.float64]:
    """scores_RM in percent of all systems on the same drawn sentences; NaN where a draw holds nothing to count."""
    systems, sentences, _ = statistics_MN2.shape
    columns_NK = statistics_MN2.transpose(1, 0, 2).reshape(sentences, 2 * systems)
    sums_RM2 = resampled_sums(columns_NK, seed=seed, samples=draws).reshape(-1, systems, 2)
    scores_RM = np.full(sums_RM2.shape[:2], np.nan)
    np.divide(100.0 * sums_RM2[..., 0], sums_RM2[..., 1], out=scores_RM, where=sums_RM2[..., 1] > 0)
    return scores_RM


def paired_bootstrap(first_N2: ArrayLike, second_N2: ArrayLike, *, seed: int, draws: int = DRAWS) -> Paired:
    """The paired bootstrap of two systems. Raises ValueError where they do not have the same number of sentences."""
    first, second = _aligned(first_N2, second_N2)
    scores_RM = resampled_scores(np.stack([first, second]), seed=seed, draws=draws)
    return paired_from_draws(scores_RM[:, 1] - scores_RM[:, 0], ratio(second) - ratio(first))


def paired_from_draws(differences_R: ArrayLike, difference: float) -> Paired:
    """Interval and p-value of differences that were drawn. Draws that are NaN are left out; without any, p is 1."""
    drawn_R = np.sort(_without_rounding(differences_R))
    drawn_R = drawn_R[np.isfinite(drawn_R)]
    draws = drawn_R.size
    outside = int((draws + 1) * LEVEL / 2)  # on either side; p <= LEVEL exactly where fewer draws than that reach 0
    interval = (float(drawn_R[outside - 1]), float(drawn_R[draws - outside])) if outside else None
    beyond = min(int((drawn_R <= 0).sum()), int((drawn_R >= 0).sum()))
    return Paired(difference, interval, min(1.0, 2.0 * (beyond + 1) / (draws + 1)))


def approximate_randomisation(
    first_NK: ArrayLike, second_NK: ArrayLike, *, seed: int, draws: int = DRAWS, scores: Callable[[Floats], Floats] | None = None
) -> float:
    """The two-sided p-value from swapping whole sentences; exact where all swaps are at most `draws`, so for few sentences that differ.

    scores: from sums_RK to the scores of R systems; None for the ratio of two numbers in percent, 0 where nothing is counted.
    Raises ValueError where the number of sentences is not the same.
    """
    first, second = _aligned(first_NK, second_NK, columns=2 if scores is None else None)
    scores = scores or _points
    change_DK = (second - first)[(first != second).any(axis=1)]
    sums_K, sums_other_K = first.sum(axis=0), second.sum(axis=0)
    observed = abs(_without_rounding(scores(sums_other_K[None]) - scores(sums_K[None]))[0])
    sentences = len(change_DK)
    exact = sentences < 63 and 2**sentences <= draws
    total = 2**sentences if exact else draws
    generator = np.random.default_rng(seed)
    reached = 0
    rows = max(1, SWAPS // max(1, sentences))
    for start in range(0, total, rows):
        count = min(rows, total - start)
        swapped_RD = _all_swaps(start, count, sentences) if exact else _random_swaps(generator, count, sentences)
        moved_RK = swapped_RD.astype(np.float64) @ change_DK
        differences_R = scores(sums_other_K - moved_RK) - scores(sums_K + moved_RK)
        reached += int((np.abs(differences_R) >= observed - NOTHING).sum())
    return reached / total if exact else (reached + 1) / (total + 1)


def mcnemar(only_first_right: int, only_second_right: int) -> float:
    """The exact two-sided p-value of the words that only one of two systems gets right; 1 where there are none."""
    from scipy.stats import binomtest

    words = only_first_right + only_second_right
    return float(binomtest(only_first_right, words, 0.5).pvalue) if words else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for their number (Holm 1979), in the order given: the smallest times m, the next times m - 1, and so on, each at
    least as large as the one before and at most 1."""
    order = np.argsort(p_values, kind="stable")
    corrected = np.empty(len(p_values))
    corrected[order] = np.maximum.accumulate(np.minimum(1.0, np.arange(len(p_values), 0, -1) * np.asarray(p_values)[order]))
    return corrected.tolist()


def shown_p(p: float) -> str:
    """A p-value for a sentence: "p = 0.032", "p < 0.001"; three digits behind the point close to 5 %, else two."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def shown_gap(first: str, second: str, difference: float, *, lower_is_better: bool = False) -> str:
    """ "BiLSTM is 1.13 points better than HMM", whichever of the two leads."""
    if not isfinite(difference):
        raise ValueError(f"the difference between {first} and {second} is {difference}")
    if abs(difference) < 0.005:
        return f"{first} and {second} are less than 0.01 points apart"
    better, worse = (second, first) if (difference > 0) != lower_is_better else (first, second)
    return f"{better} is {abs(difference):.2f} points better than {worse}"


def shown_interval(interval: tuple[float, float] | None, difference: float) -> str:
    """ "95 % interval 0.86 to 1.40", in the direction of the gap; "no interval" where there is none."""
    if interval is None:
        return "no interval"
    low, high = interval if difference > -0.005 else (-interval[1], -interval[0])
    return f"95 % interval {_rounded(low)} to {_rounded(high)}"


def _rounded(number: float) -> str:
    return f"{round(number, 2) + 0.0:.2f}"  # never -0.00


def _aligned(first_NK: ArrayLike, second_NK: ArrayLike, columns: int | None = 2) -> tuple[Floats, Floats]:
    first, second = np.asarray(first_NK, dtype=np.float64), np.asarray(second_NK, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 2 or columns not in (None, first.shape[1]):
        expected = "two numbers" if columns == 2 else "numbers"
        raise ValueError(f"{expected} for each of the same sentences expected; the shapes are {first.shape} and {second.shape}")
    return first, second


def _points(sums_R2: NDArray[np.float64]) -> NDArray[np.float64]:
    counted_R = sums_R2[:, 1] > 0
    return np.divide(100.0 * sums_R2[:, 0], sums_R2[:, 1], out=np.zeros(len(sums_R2)), where=counted_R)


def _without_rounding(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    return np.where(np.abs(array) < NOTHING, 0.0, array)


def _all_swaps(start: int, count: int, sentences: int) -> NDArray[np.bool_]:
    numbers_R = np.arange(start, start + count)
    return (numbers_R[:, None] >> np.arange(sentences)) % 2 == 1


def _random_swaps(generator: np.random.Generator, count: int, sentences: int) -> NDArray[np.uint8]:
    width = -(-sentences // 8)
    drawn = np.frombuffer(generator.bytes(count * width), dtype=np.uint8).reshape(count, width)
    return np.unpackbits(drawn, axis=1, count=sentences)

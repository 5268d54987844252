"""One recipe under several seeds gives several scores. Is a difference between two systems more than the luck of the seed?

- Two samples of scores: Welch's t-test (1947), which takes the scores of a system for roughly normal and lets the spreads differ. Beside it
  the exact permutation test of the difference of means (Fisher 1935; Pitman 1937), which assumes only that under the null the runs could be
  exchanged, but has few permutations: with 3 and 3 runs its p cannot fall below 0.1. So Welch's decides and the exact one is shown.
- A system without a seed, such as the HMM, against a sample: the t-test of one sample (Student 1908) against the fixed score, beside it
  the exact test that flips the side of the fixed score on which each run lies (Fisher 1935). With 3 runs it cannot fall below 0.25.
- Seeds and sentences together: a hierarchical bootstrap (Davison and Hinkley 1997, section 3.8). Sentences are resampled. Runs are too few
  to be resampled (three have ten different samples), so their luck is drawn from the distribution that Welch's test gives it: Student's,
  with the variance of the runs. With no luck it is the paired bootstrap of the mean scores, with no spread over sentences Welch's test.
- How many runs would show the gap: the power of the same t-tests (noncentral t).

S runs of a system, R draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqtasks.evaluation.significance import DRAWS, LEVEL, NOTHING, Paired, paired_from_draws

POWER = 0.8
MOST_RUNS = 1000
MOST_PERMUTATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Permutation:
    """p of a permutation test, and the smallest that so few runs could give."""

    p: float
    smallest: float


def welch(first: Sequence[float], second: Sequence[float]) -> Paired | None:
    """The difference of the means, second minus first, with Welch's interval and p.

    None where either has fewer than two runs, or no run differs from another of its system: then the spread over seeds is not known.
    """
    if min(len(first), len(second)) < 2:
        return None
    errors = [float(np.var(runs, ddof=1)) / len(runs) for runs in (first, second)]
    if sum(errors) < NOTHING**2:
        return None
    return _student(float(np.mean(second) - np.mean(first)), sqrt(sum(errors)), _freedom(errors, [len(first), len(second)]))


def against_fixed(fixed: float, runs: Sequence[float]) -> Paired | None:
    """The mean of the runs minus a fixed score, with Student's interval and p; None for fewer than two runs or runs all the same."""
    if len(runs) < 2 or float(np.std(runs)) < NOTHING:
        return None
    return _student(float(np.mean(runs)) - fixed, float(np.std(runs, ddof=1)) / sqrt(len(runs)), len(runs) - 1)


def permutation(first: Sequence[float], second: Sequence[float], *, seed: int = 1, draws: int = DRAWS) -> Permutation:
    """The two-sided test of the difference of means over all ways to deal the runs to two systems; sampled where these are too many."""
    runs = np.array([*first, *second], dtype=np.float64)
    ways = comb(len(runs), len(first))
    exact = ways <= MOST_PERMUTATIONS
    if exact:
        chosen = np.array(list(combinations(range(len(runs)), len(first))), dtype=np.int64).reshape(ways, len(first))
    else:
        chosen = np.random.default_rng(seed).random((draws, len(runs))).argsort(axis=1)[:, : len(first)]
    sums = runs[chosen].sum(axis=1)
    gaps = np.abs(sums / len(first) - (runs.sum() - sums) / len(second))
    return _permutation(gaps, abs(float(np.mean(first) - np.mean(second))), (2 if len(first) == len(second) else 1) / ways, exact)


def sign_flips(fixed: float, runs: Sequence[float], *, seed: int = 1, draws: int = DRAWS) -> Permutation:
    """The two-sided test of the mean distance from a fixed score over all ways to turn the runs to its other side; or sampled."""
    distances = np.array(runs, dtype=np.float64) - fixed
    ways = 2 ** len(distances)
    exact = ways <= MOST_PERMUTATIONS
    if exact:
        flipped = (np.arange(ways)[:, None] >> np.arange(len(distances))) % 2
    else:
        flipped = np.random.default_rng(seed).integers(0, 2, size=(draws, len(distances)))
    gaps = np.abs(((1 - 2 * flipped) * distances).mean(axis=1))
    return _permutation(gaps, abs(float(distances.mean())), 2 / ways, exact)


def hierarchical_bootstrap(
    scores_first_RS: ArrayLike, scores_second_RS: ArrayLike, first: Sequence[float], second: Sequence[float], *, seed: int
) -> Paired:
    """The difference of the mean scores, with an interval and p over both sentences and seeds.

    scores_..._RS: the scores of every run on the same drawn sentences (significance.resampled_scores); first, second: the scores on all
    sentences. A system of one run counts as fixed. Raises ValueError where runs or draws are not aligned.
    """
    one, other = _mean_and_luck(scores_first_RS, first), _mean_and_luck(scores_second_RS, second)
    if len(one[0]) != len(other[0]):
        raise ValueError(f"{len(one[0])} draws of one system but {len(other[0])} of the other")
    difference = float(np.mean(second) - np.mean(first))
    drawn_R = other[0] - one[0]
    errors = [one[1], other[1]]
    if sum(errors) > NOTHING**2:
        freedom = _freedom(errors, [len(first), len(second)])
        drawn_R = drawn_R + sqrt(sum(errors)) * np.random.default_rng([seed, 1]).standard_t(freedom, len(drawn_R))
    return paired_from_draws(drawn_R, difference)


def runs_needed(difference: float, spread_first: float, spread_second: float, *, fixed: bool = False, power: float = POWER) -> int | None:
    """The fewest runs of each system with which the t-test finds this difference at 5 % with this probability.

    spread_...: standard deviation over seeds; fixed: the first system has one fixed score and only the second is run again. None where
    even 1,000 runs would not do. At least 2.
    """
    if abs(difference) < NOTHING:
        return None

    def enough(runs: int) -> bool:
        return _power(difference, 0.0 if fixed else spread_first, spread_second, runs, fixed=fixed) >= power

    if not enough(MOST_RUNS):
        return None
    low, high = 1, MOST_RUNS  # one run is never enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _power(difference: float, spread_first: float, spread_second: float, runs: int, *, fixed: bool) -> float:
    from scipy.stats import nct, t

    errors = [spread**2 / runs for spread in (spread_first, spread_second)]
    if sum(errors) < NOTHING**2:
        return 1.0
    freedom = _freedom(errors, [1 if fixed else runs, runs])
    shift = abs(difference) / sqrt(sum(errors))
    bound = float(t.ppf(1 - LEVEL / 2, freedom))
    found = float(nct.sf(bound, freedom, shift) + nct.cdf(-bound, freedom, shift))
    return found if isfinite(found) else 1.0  # scipy gives up where the shift is far beyond the bound


def _permutation(gaps: NDArray[np.float64], observed: float, smallest: float, exact: bool) -> Permutation:
    reached = int((gaps >= observed - NOTHING).sum())
    if exact:
        return Permutation(reached / len(gaps), min(1.0, smallest))
    return Permutation((reached + 1) / (len(gaps) + 1), max(smallest, 1 / (len(gaps) + 1)))


def _student(difference: float, error: float, freedom: float) -> Paired:
    from scipy.stats import t

    width = float(t.ppf(1 - LEVEL / 2, freedom)) * error
    return Paired(difference, (difference - width, difference + width), float(2 * t.sf(abs(difference) / error, freedom)))


def _mean_and_luck(scores_RS: ArrayLike, scores: Sequence[float]) -> tuple[NDArray[np.float64], float]:
    """The mean score of the runs by draw, and the variance of that mean from the luck of the seeds.

    Runs also differ because they are scored on few sentences. The drawn sentences show that part already, so it is taken off the variance.
    """
    drawn_RS, runs = np.asarray(scores_RS, dtype=np.float64), len(scores)
    if drawn_RS.ndim != 2 or drawn_RS.shape[1] != runs:
        raise ValueError(f"scores of shape {drawn_RS.shape} were drawn, but there are {runs} runs")
    means_R: NDArray[np.float64] = drawn_RS.mean(axis=1)
    if runs < 2:
        return means_R, 0.0
    of_sentences = float(np.nanvar(drawn_RS - means_R[:, None], axis=0).sum()) / (runs - 1)
    return means_R, max(0.0, float(np.var(scores, ddof=1)) - of_sentences) / runs


def _freedom(errors: Sequence[float], runs: Sequence[int]) -> float:
    """Welch's and Satterthwaite's degrees of freedom of a sum of variances of means; a fixed score has variance 0."""
    uncertain = sum(error**2 / (count - 1) for error, count in zip(errors, runs, strict=True) if count > 1)
    return sum(errors) ** 2 / uncertain

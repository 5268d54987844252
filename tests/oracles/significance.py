"""Tests between systems as textbooks tell them: count every case, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product
from math import comb

Row = tuple[float, float]


def plain_score(rows: Sequence[Row]) -> float:
    """100 * sum / sum, 0 for nothing."""
    total = sum(row[1] for row in rows)
    return 100 * sum(row[0] for row in rows) / total if total else 0.0


def plain_randomisation(first: Sequence[Row], second: Sequence[Row]) -> float:
    """The share of all ways to swap sentences that differ as much as the systems do."""
    observed = abs(plain_score(second) - plain_score(first))
    reached = 0
    for swaps in product([False, True], repeat=len(first)):
        one = [b if swap else a for a, b, swap in zip(first, second, swaps, strict=True)]
        other = [a if swap else b for a, b, swap in zip(first, second, swaps, strict=True)]
        reached += abs(plain_score(other) - plain_score(one)) >= observed - 1e-9
    return reached / 2 ** len(first)


def plain_interval_p(differences: Sequence[float], steps: int = 4000) -> float:
    """The smallest level, of a fine grid, at which the interval between order statistics leaves out 0; 1 if none does."""
    ordered = sorted(differences)
    for step in range(1, steps + 1):
        outside = int((len(ordered) + 1) * step / steps / 2 + 1e-9)
        if outside and (ordered[outside - 1] > 0 or ordered[len(ordered) - outside] < 0):
            return step / steps
    return 1.0


def plain_mcnemar(one: int, other: int) -> float:
    """The probability of all splits of the words that are no more likely than this one."""
    words = one + other
    likely = [comb(words, count) / 2**words for count in range(words + 1)]
    return min(1.0, sum(share for share in likely if share <= likely[one] * (1 + 1e-9)))


def plain_holm(p_values: Sequence[float]) -> list[float]:
    """Holm's own words: reject in rising order as long as p <= level / (m - rank); the corrected p is the smallest level that rejects."""
    order = sorted(range(len(p_values)), key=lambda position: p_values[position])
    corrected = [0.0] * len(p_values)
    for rank, position in enumerate(order):
        needed = [(len(p_values) - before) * p_values[order[before]] for before in range(rank + 1)]
        corrected[position] = min(1.0, max(needed))
    return corrected


def plain_permutation(first: Sequence[float], second: Sequence[float]) -> float:
    """The share of all ways to deal the scores that differ as much in their means."""
    scores = [*first, *second]

    def gap(chosen: Sequence[int]) -> float:
        one = [scores[position] for position in chosen]
        other = [score for position, score in enumerate(scores) if position not in chosen]
        return abs(sum(one) / len(one) - sum(other) / len(other))

    observed = gap(range(len(first)))
    gaps = [gap(chosen) for chosen in combinations(range(len(scores)), len(first))]
    return sum(value >= observed - 1e-9 for value in gaps) / len(gaps)


def plain_sign_flips(fixed: float, runs: Sequence[float]) -> float:
    """The share of all ways to mirror runs at the fixed score whose mean lies as far away."""
    observed = abs(sum(runs) / len(runs) - fixed)
    ways = [
        sum((run - fixed) * sign for run, sign in zip(runs, signs, strict=True)) / len(runs) for signs in product([1, -1], repeat=len(runs))
    ]
    return sum(abs(way) >= observed - 1e-9 for way in ways) / len(ways)


def best_of_sentences(first: Sequence[Row], second: Sequence[Row]) -> float:
    """The best score of all ways to take each sentence from one of two systems."""
    return max(plain_score(rows) for rows in product(*zip(first, second, strict=True)))


def plain_calibration_error(probabilities: Sequence[float], right: Sequence[bool], inside: Callable[[float], int]) -> float:
    """Percent: for each bin the gap between mean probability and share of right answers, weighted by its answers."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for probability, hit in zip(probabilities, right, strict=True):
        bins.setdefault(inside(probability), []).append((probability, hit))
    error = 0.0
    for rows in bins.values():
        sure = sum(row[0] for row in rows) / len(rows)
        true = sum(row[1] for row in rows) / len(rows)
        error += len(rows) / len(right) * abs(sure - true)
    return 100 * error

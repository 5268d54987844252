"""What a search ranks finished hypotheses by: log-probability / length penalty + coverage penalty (Wu et al. 2016, equation 14).

N rows, B sentences, S source positions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

LengthPenalty = Callable[[int], float]
LEAST_COVERED = 1e-6  # a position with less attention counts as if it had this: sparse attention gives exact zeros


@dataclass(frozen=True)
class Coverage:
    """The coverage penalty: weight * sum over source positions of log(min(attention they got in all, 1)); never above 0.

    mask_BS: True at real source positions; padding counts as covered. Raises ValueError for a negative weight, for which the early stop
    of the search would not be proved.
    """

    weight: float
    mask_BS: Tensor

    def __post_init__(self) -> None:
        if not 0 <= self.weight < math.inf:
            raise ValueError(f"the weight of the coverage penalty must be a number from 0 on, got {self.weight}")

    def penalty(self, coverage_NS: Tensor) -> Tensor:
        """penalty_N of the attention that each position has had so far, 1 at padding; 0 for a source of no positions."""
        return self.weight * coverage_NS.clamp(LEAST_COVERED, 1.0).log().sum(dim=-1)


def penalty_table(length_penalty: LengthPenalty, longest: int) -> list[float]:
    """The penalty of every length up to the longest; 1 for length 0. Raises ValueError for a penalty that is not positive."""
    penalties = [1.0] + [float(length_penalty(length)) for length in range(1, longest + 1)]
    for length, penalty in enumerate(penalties):
        if not 0 < penalty < math.inf:
            raise ValueError(f"length_penalty({length}) must be a positive number, got {penalty}")
    return penalties


def none(alpha: float) -> LengthPenalty:
    """No penalty: the score is the log-probability."""
    return lambda length: 1.0


def average(alpha: float) -> LengthPenalty:
    """length ** alpha; with alpha 1 the score is the mean log-probability of a token."""
    return lambda length: float(length**alpha)


def wu(alpha: float) -> LengthPenalty:
    """((5 + length) / 6) ** alpha (Wu et al. 2016, equation 14)."""
    return lambda length: float(((5 + length) / 6) ** alpha)


# name -> (alpha -> penalty of a length)
LENGTH_PENALTIES: dict[str, Callable[[float], LengthPenalty]] = {"none": none, "average": average, "wu": wu}

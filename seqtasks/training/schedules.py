"""Learning-rate schedules: pure functions of the update, each a factor between 0 and 1 on the recipe's learning rate.

Updates count from 0. `warmup` updates rise linearly from 1/(warmup+1); `total` is the number of updates planned.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def constant(*, warmup: int, total: int) -> Schedule:
    """Full rate after the warm-up."""
    return lambda update: rise(update, warmup)


def linear(*, warmup: int, total: int) -> Schedule:
    """Falls in a straight line from the end of the warm-up to 0 at `total`."""
    return lambda update: rise(update, warmup) * (1 - passed(update, warmup, total))


def cosine(*, warmup: int, total: int) -> Schedule:
    """Falls along half a cosine from the end of the warm-up to 0 at `total` (Loshchilov and Hutter 2017, without restarts)."""
    return lambda update: rise(update, warmup) * 0.5 * (1 + math.cos(math.pi * passed(update, warmup, total)))


def inverse_square_root(*, warmup: int, total: int) -> Schedule:
    """Falls with 1/sqrt(update) after the warm-up (Vaswani et al. 2017, section 5.3, scaled so that its peak is 1)."""
    start = max(1, warmup)
    return lambda update: rise(update, warmup) * min(1.0, math.sqrt(start / max(1, update)))


def rise(update: int, warmup: int) -> float:
    """The warm-up's factor: reaches 1 at update `warmup`."""
    return min(1.0, (update + 1) / (warmup + 1))


def passed(update: int, warmup: int, total: int) -> float:
    """The share of the way from the end of the warm-up to `total` that lies behind, 0 to 1."""
    return min(1.0, max(0.0, (update - warmup) / max(1, total - warmup)))


SCHEDULES = {"constant": constant, "linear": linear, "cosine": cosine, "inverse_square_root": inverse_square_root}

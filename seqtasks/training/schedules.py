"""Learning-rate schedules: pure functions of the update, each a factor between 0 and 1 on the recipe's learning rate.

Updates count from 0. `warmup` updates rise linearly from 1/(warmup+1); `total` is the number of updates planned.
Below them those of scheduled sampling: the share of words that a decoder in training reads from the reference.
"""

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

TeacherForcingRate = Callable[[int], float]


def falling(rate: TeacherForcingRate, most: float) -> TeacherForcingRate:
    """The same, but never below 1 - most."""
    return lambda update: max(1 - most, rate(update))


def linear_forcing(*, half: int, most: float) -> TeacherForcingRate:
    """Falls in a straight line (Bengio et al. 2015, section 2.4)."""
    return falling(lambda update: 1 - update / (2 * half), most)


def exponential_forcing(*, half: int, most: float) -> TeacherForcingRate:
    """k ** update, k < 1."""
    return falling(lambda update: 0.5 ** (update / half), most)


def inverse_sigmoid_forcing(*, half: int, most: float) -> TeacherForcingRate:
    """k / (k + exp(update / k)): stays near 1 at first. It is 1/2 where update = k log k, so k is exp of Lambert's W of `half`."""
    exponent = math.log1p(half)
    for _ in range(50):  # Newton's steps to exponent * exp(exponent) = half
        exponent -= (exponent - half * math.exp(-exponent)) / (1 + exponent)
    return falling(lambda update: 1 / (1 + math.exp(min(700.0, update / math.exp(exponent) - exponent))), most)


# name -> (update at which half of the words are the reference's, largest share of others) -> share of the reference's words by update
TEACHER_FORCING_RATES: dict[str, Callable[..., TeacherForcingRate]] = {
    "linear": linear_forcing,
    "exponential": exponential_forcing,
    "inverse_sigmoid": inverse_sigmoid_forcing,
}

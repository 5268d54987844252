"""The bootstrap as it is told: draw sentences one by one, gather their statistics, score, sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def plain_bootstrap(
    statistics: Sequence[Sequence[float]], score: Callable[[list[float]], float | None], *, seed: int, samples: int
) -> list[float]:
    """The score of each draw, in the order drawn; a score of None is passed over."""
    drawn = np.random.default_rng(seed).integers(0, len(statistics), size=(samples, len(statistics)))
    values = []
    for row in drawn:
        sums = [0.0] * len(statistics[0])
        for sentence in row:
            sums = [total + part for total, part in zip(sums, statistics[sentence], strict=True)]
        value = score(sums)
        if value is not None:
            values.append(value)
    return values


def plain_interval(values: Sequence[float]) -> tuple[float, float]:
    """The values 2.5 % and 97.5 % of the way through the sorted list, between neighbours in proportion."""
    ordered = sorted(values)
    bounds = []
    for share in (0.025, 0.975):
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        bounds.append(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
    return bounds[0], bounds[1]

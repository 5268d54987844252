"""Batches of several corpora in one epoch: how many of each, and in which order.

A corpus of n batches gets the share n^a / (n_1^a + n_2^a + ...) of as many batches as all of them have (smoothing a: 1 in proportion to
size, 0 all alike; Conneau et al. 2020 take 0.3 for languages). A corpus that gets more than it has is gone through again in another
order; of one that gets fewer, other batches come in every epoch.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from seqtasks.text.batching import BatchPlan, Positions


class Mixture:
    """The batches of each epoch, a function of seed and epoch. smoothing: the power a, 0 to 1; with 1 every sentence comes exactly once."""

    def __init__(self, plans: Sequence[BatchPlan], *, smoothing: float, seed: int) -> None:
        self.plans = plans
        self.smoothing = smoothing
        self.seed = seed

    def epoch(self, number: int) -> list[tuple[int, Positions]]:
        """(corpus, positions) of every batch of epoch `number`, in order."""
        counts = smoothed([len(plan.epoch(number)) for plan in self.plans], self.smoothing)
        items = [
            (corpus, positions)
            for corpus, (plan, count) in enumerate(zip(self.plans, counts, strict=True))
            for positions in taken(plan, number, count)
        ]
        if len(self.plans) == 1:
            return items
        order = np.random.default_rng([self.seed, number]).permutation(len(items))
        return [items[position] for position in order]


def smoothed(sizes: Sequence[int], smoothing: float) -> list[int]:
    """How many batches each corpus gets of as many as there are: in proportion to size^smoothing, at least one."""
    weights = [size**smoothing for size in sizes]
    return [max(1, round(sum(sizes) * weight / sum(weights))) for weight in weights]


def taken(plan: BatchPlan, number: int, count: int) -> list[Positions]:
    """The first `count` batches of as many passes over a corpus as epoch `number` needs; no two epochs begin with the same pass."""
    first = plan.epoch(number)
    passes = -(-count // len(first))
    if passes == 1:
        return first[:count]
    following = itertools.count((number - 1) * passes + 1)
    return list(itertools.islice(itertools.chain.from_iterable(map(plan.epoch, following)), count))

"""The same training with and without gradient clipping: norms and losses by update: `study_clipping()`. U updates.

A plain RNN on the adding task, its recurrent weights orthogonal and then stretched, so that gradients grow with distance; plain SGD, which
takes each gradient as large as it is. Clipping scales a gradient whose norm is above the limit down to it (Pascanu et al. 2013, 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from seqtasks.insight.studies.networks import NETWORKS
from seqtasks.insight.studies.sequences import TASKS, SequenceTask
from seqtasks.insight.studies.training import BATCH, TaskNetwork, generator_of, loss_of

PARAMETERS = 4500


@dataclass(frozen=True)
class ClippedRun:
    """limit: of the gradient's norm, None without one. norms_U: before clipping; losses_U: of each update's batch.

    Both end at the update at which either is no longer finite; diverged: that update, counted from 1, None where there was none.
    """

    limit: float | None
    seed: int
    norms_U: NDArray[np.float64]
    losses_U: NDArray[np.float64]
    diverged: int | None

    def clipped_share(self) -> float:
        """Share of updates whose gradient was scaled down."""
        return 0.0 if self.limit is None else float((self.norms_U > self.limit).mean())

    def last_loss(self, updates: int = 50) -> float:
        """Mean over the last updates; infinite where the training diverged."""
        return float("inf") if self.diverged else float(self.losses_U[-updates:].mean())


@dataclass(frozen=True)
class ClippingStudy:
    """Pairs of trainings that begin alike, one pair a seed. chance: the squared error of guessing the mean."""

    distance: int
    stretch: float
    rate: float
    updates: int
    chance: float
    clipped: tuple[ClippedRun, ...]
    unclipped: tuple[ClippedRun, ...]


def study_clipping(
    *,
    seeds: Sequence[int] = (1, 2, 3),
    limit: float = 1.0,
    distance: int = 60,
    stretch: float = 1.5,
    rate: float = 0.05,
    updates: int = 300,
) -> ClippingStudy:
    """Each seed's training with a limit of the gradient's norm, and without. stretch: what recurrent weights are multiplied by."""
    task = TASKS["adding"]
    pairs = [
        [one_run(task, seed, bound, distance=distance, stretch=stretch, rate=rate, updates=updates) for bound in (limit, None)]
        for seed in seeds
    ]
    clipped, unclipped = (tuple(column) for column in zip(*pairs, strict=True))
    return ClippingStudy(distance, stretch, rate, updates, task.chance, clipped, unclipped)


def one_run(task: SequenceTask, seed: int, limit: float | None, *, distance: int, stretch: float, rate: float, updates: int) -> ClippedRun:
    """One training by SGD; it ends where its loss or gradient is not finite."""
    network = stretched(task, stretch, seed)
    weights, generator = list(network.parameters()), generator_of(distance, 0, seed)
    optimizer = torch.optim.SGD(weights, rate)
    norms: list[float] = []
    losses: list[float] = []
    for number in range(1, updates + 1):
        examples = task.examples(BATCH, distance, generator)
        loss = loss_of(task, network(examples.inputs, 1), examples.answers_BA)
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(weights, float("inf") if limit is None else limit)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            return ClippedRun(limit, seed, np.array(norms), np.array(losses), number)
        norms.append(norm.item())
        losses.append(loss.item())
        optimizer.step()
    return ClippedRun(limit, seed, np.array(norms), np.array(losses), None)


@torch.no_grad()
def stretched(task: SequenceTask, stretch: float, seed: int) -> TaskNetwork:
    """A network whose recurrent weights are orthogonal times `stretch`."""
    network = TaskNetwork.of(NETWORKS["rnn-orthogonal"], task, parameters=PARAMETERS, longest=2, seed=seed)
    for name, weight in network.backbone.named_parameters():
        if "weight_hh" in name:
            weight.mul_(stretch)
    return network

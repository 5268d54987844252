"""Gradient by distance before training, network beside network, under several seeds: `study_gradients(...)`.

N networks, R seeds, D words back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.insight.gradients import relative_gradients, standard_normal
from seqtasks.insight.studies.networks import NetworkKind

SENTENCES = 32


@dataclass(frozen=True)
class GradientStudy:
    """relative_NRD: the gradient at the word D back in units of that at the last word; D from 0 on. longest: what chrono was set to."""

    networks: tuple[str, ...]
    seeds: tuple[int, ...]
    hidden_size: int
    longest: int
    scale: float
    relative_NRD: NDArray[np.float64]

    def typical(self) -> NDArray[np.float64]:
        """relative_ND: geometric mean over the seeds; 0 where one of them is 0."""
        with np.errstate(divide="ignore"):
            result: NDArray[np.float64] = np.exp(np.log(self.relative_NRD).mean(axis=1))
        return result

    def ordered(self, names: Sequence[str], back: int) -> list[bool]:
        """For each seed, whether the gradients of these networks `back` words back rise in the order given."""
        rows = [self.relative_NRD[self.networks.index(name), :, back] for name in names]
        return [bool(np.all(np.diff(column) > 0)) for column in np.stack(rows, axis=1)]


def study_gradients(
    kinds: Sequence[NetworkKind], *, seeds: Sequence[int] = (1, 2, 3, 4, 5), length: int = 101, hidden_size: int = 64, scale: float = 1.0
) -> GradientStudy:
    """Of fresh networks of one hidden size, on standard-normal inputs of that size times `scale`; chrono is set to `length` words."""
    curves = np.zeros((len(kinds), len(seeds), length))
    for place, kind in enumerate(kinds):
        for row, seed in enumerate(seeds):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                network = kind.build(hidden_size, hidden_size, length)
            inputs_BSE = standard_normal(SENTENCES, length, hidden_size, seed=seed, scale=scale)
            curves[place, row] = relative_gradients(network, inputs_BSE, seed=seed)
    return GradientStudy(tuple(kind.name for kind in kinds), tuple(seeds), hidden_size, length, scale, curves)

"""Accuracy by distance: fresh networks of equal size, each trained at one distance alone, under several seeds: `study_memory(...)`.

A network that is trained on all distances at once climbs from the short ones to the long ones, and nearly every network gets there; to see
what it can bridge by itself it must be trained at the distance. N networks, D distances, R seeds.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.insight.gradients import area_under_curve, relative_gradients
from seqtasks.insight.studies.networks import NetworkKind
from seqtasks.insight.studies.sequences import SequenceTask
from seqtasks.insight.studies.training import BATCH, CHECKED, TaskNetwork, TrainingEnd, generator_of, score, train

TESTED = 1000
LEARNED = 0.9  # of the way from chance to all right, or to no error
Table = NDArray[np.float64]


@dataclass(frozen=True)
class MemoryStudy:
    """scores_NDR of the measure ("accuracy" as a share, "squared error"); parameters: of each network.

    gradients_NDR: before training, the gradient of the last answer at the word that must be remembered, in units of that at the last word;
    NaN for tasks without such a word. updates_NDR: how many there were.
    """

    task: str
    measure: str
    chance: float
    networks: tuple[str, ...]
    parameters: tuple[int, ...]
    distances: tuple[int, ...]
    seeds: tuple[int, ...]
    scores_NDR: Table
    gradients_NDR: Table
    updates_NDR: NDArray[np.int64]

    @property
    def lower_is_better(self) -> bool:
        return self.measure != "accuracy"

    def typical(self) -> Table:
        """scores_ND: mean over the seeds."""
        result: Table = self.scores_NDR.mean(axis=2)
        return result

    def learned(self) -> NDArray[np.bool_]:
        """Which trainings came LEARNED of the way from chance to perfect, [N, D, R]."""
        perfect = 0.0 if self.lower_is_better else 1.0
        result: NDArray[np.bool_] = (self.scores_NDR - self.chance) / (perfect - self.chance) >= LEARNED
        return result

    def prediction(self) -> float:
        """AUC: the chance that of two trainings, one that learned and one that did not, the first began with the larger gradient."""
        known = np.isfinite(self.gradients_NDR)
        return area_under_curve(self.gradients_NDR[known], self.learned()[known])


def study_memory(
    kinds: Sequence[NetworkKind],
    task: SequenceTask,
    *,
    distances: Sequence[int],
    seeds: Sequence[int] = (1, 2, 3),
    parameters: int = 7000,
    updates: int | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> MemoryStudy:
    """Every network at every distance under every seed, scored on fresh examples. updates: at most; None: the task's.

    tell: hears a line after each training. Raises UsageError for a distance that the task does not have.
    """
    shape = len(kinds), len(distances), len(seeds)
    scores, gradients, counts, sizes = np.zeros(shape), np.full(shape, np.nan), np.zeros(shape, dtype=np.int64), []
    for place, kind in enumerate(kinds):
        for column, distance in enumerate(distances):
            for row, seed in enumerate(seeds):
                network = TaskNetwork.of(kind, task, parameters=parameters, longest=distance + 1, seed=seed)
                cell = place, column, row
                gradients[cell] = gradient_at_symbol(network, task, distance, seed)
                trained = train_at(network, task, distance, seed, task.updates if updates is None else updates)
                scores[cell] = score(network, task, task.examples(TESTED, distance, generator_of(distance, 2)))
                counts[cell] = trained.updates
                tell(f"{kind.name}, {distance} words, seed {seed}: {task.measure} {scores[cell]:.3f} after {trained.updates} updates")
        sizes.append(network.size)
    names = tuple(kind.name for kind in kinds)
    return MemoryStudy(task.name, task.measure, task.chance, names, tuple(sizes), tuple(distances), tuple(seeds), scores, gradients, counts)


def train_at(network: TaskNetwork, task: SequenceTask, distance: int, seed: int, updates: int) -> TrainingEnd:
    """At one distance alone; the examples depend on seed and distance, so all networks see the same ones."""
    generator = generator_of(distance, 0, seed)
    check = task.examples(CHECKED, distance, generator_of(distance, 1))
    return train(network, task, lambda: task.examples(BATCH, distance, generator), [check], updates=updates)


def gradient_at_symbol(network: TaskNetwork, task: SequenceTask, distance: int, seed: int) -> float:
    """Of the last answer, `distance` words back, in units of that at the last word; NaN where no such word must be remembered."""
    if not task.words:
        return float("nan")
    examples = task.examples(BATCH, distance, generator_of(distance, 3, seed))
    double = copy.deepcopy(network).double()
    curve_D = relative_gradients(lambda vectors_BSE: double.read(vectors_BSE, 1), double.embedding(examples.inputs), seed=seed)
    return float(curve_D[distance])

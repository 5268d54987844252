"""What a trained network remembers, beside what its gradient says: `study_trained(...)`. N networks, R seeds, D distances.

Each network learns to recall a symbol over all distances up to the longest, drawn anew for each batch. Then, at single distances: its
accuracy; the gradient of the right answer's log-probability at the symbol in units of that at the last word; and *influence*: how much less
probable, in nats, the right answer gets when the symbol is replaced by another. Where units are saturated the gradient is 0 although the
symbol decides all; influence by replacement is not fooled (cf. integrated gradients: Sundararajan et al. 2017, section 2.1).
B sentences, E word vector.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqtasks.insight.gradients import curve_of, relative
from seqtasks.insight.studies.networks import NetworkKind
from seqtasks.insight.studies.sequences import SYMBOLS, TASKS, Examples, SequenceTask
from seqtasks.insight.studies.training import BATCH, CHECKED, TaskNetwork, TrainingEnd, generator_of, score, train

TESTED, UPDATES = 500, 2000


@dataclass(frozen=True)
class TrainedStudy:
    """accuracies_NRD as shares, relative_NRD (gradients), influences_NRD in nats, by distance; parameters: of each network."""

    networks: tuple[str, ...]
    parameters: tuple[int, ...]
    distances: tuple[int, ...]
    seeds: tuple[int, ...]
    chance: float
    accuracies_NRD: NDArray[np.float64]
    relative_NRD: NDArray[np.float64]
    influences_NRD: NDArray[np.float64]


def study_trained(
    kinds: Sequence[NetworkKind],
    *,
    distances: Sequence[int],
    seeds: Sequence[int] = (1, 2, 3),
    parameters: int = 7000,
    updates: int = UPDATES,
    tell: Callable[[str], None] = lambda line: None,
) -> TrainedStudy:
    """Trained on 1 to the last of the distances, measured at each of them. tell: hears a line after each training."""
    task, longest = TASKS["recall"], max(distances)
    shape = len(kinds), len(seeds), len(distances)
    accuracies, gradients, influences, sizes = np.zeros(shape), np.zeros(shape), np.zeros(shape), []
    for place, kind in enumerate(kinds):
        for row, seed in enumerate(seeds):
            network = TaskNetwork.of(kind, task, parameters=parameters, longest=longest + 1, seed=seed)
            done = train_on_all(network, task, distances, seed, updates)
            double = copy.deepcopy(network).double()
            for column, distance in enumerate(distances):
                examples = task.examples(TESTED, distance, generator_of(distance, 2))
                accuracies[place, row, column] = score(double, task, examples)
                gradients[place, row, column] = gradient_of_answer(double, examples)[distance]
                influences[place, row, column] = influence_of_symbol(double, examples, generator_of(distance, 5))
            reached = ", ".join(f"{100 * value:.0f} %" for value in accuracies[place, row])
            tell(f"{kind.name}, seed {seed}: {reached} after {done.updates} updates")
        sizes.append(network.size)
    return TrainedStudy(
        networks=tuple(kind.name for kind in kinds),
        parameters=tuple(sizes),
        distances=tuple(distances),
        seeds=tuple(seeds),
        chance=task.chance,
        accuracies_NRD=accuracies,
        relative_NRD=gradients,
        influences_NRD=influences,
    )


def train_on_all(network: TaskNetwork, task: SequenceTask, distances: Sequence[int], seed: int, updates: int) -> TrainingEnd:
    """Batches of one distance each, drawn from 1 to the longest."""
    longest, generator = max(distances), generator_of(max(distances), 0, seed)

    def draw() -> Examples:
        return task.examples(BATCH, int(torch.randint(1, longest + 1, (1,), generator=generator)), generator)

    check = [task.examples(CHECKED, distance, generator_of(distance, 1)) for distance in distances]
    return train(network, task, draw, check, updates=updates)


def gradient_of_answer(network: TaskNetwork, examples: Examples) -> NDArray[np.float64]:
    """Of the right answer's log-probability at each word back, in units of that at the last word."""
    leaf_BSE = network.embedding(examples.inputs).detach().requires_grad_()
    right = right_log_probability(network.read(leaf_BSE, 1), examples.answers_BA).sum()
    (gradient_BSE,) = torch.autograd.grad(right, leaf_BSE)
    return relative(curve_of(gradient_BSE))


@torch.no_grad()
def influence_of_symbol(network: TaskNetwork, examples: Examples, generator: torch.Generator) -> float:
    """Mean nats that the right answer loses when the first word, the symbol, becomes another symbol."""
    replaced = examples.inputs.clone()
    others = torch.randint(1, SYMBOLS, (len(replaced),), generator=generator)
    replaced[:, 0] = (replaced[:, 0] + others) % SYMBOLS
    before, after = (right_log_probability(network(words, 1), examples.answers_BA) for words in (examples.inputs, replaced))
    return (before - after).mean().item()


def right_log_probability(outputs_BAO: Tensor, answers_BA: Tensor) -> Tensor:
    """log p_BA of the right answers."""
    return outputs_BAO.log_softmax(dim=2).gather(2, answers_BA[:, :, None])[:, :, 0]

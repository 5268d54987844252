"""A network for a task, and its training: fresh examples at every update, Adam, clipped gradients; ends early where it is solved.

B sentences, S words, E input size, A answers at the last A words, O outputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.insight.studies.networks import NetworkKind
from seqtasks.insight.studies.sequences import Examples, SequenceTask

EMBEDDING, BATCH, RATE, CLIP = 16, 32, 0.003, 1.0
EVERY, CHECKED = 25, 256  # updates between looks at so many examples
SOLVED = {"accuracy": 0.995, "squared error": 0.002}


class TaskNetwork(nn.Module):
    """Word vectors (none where inputs are real numbers), the network, and a linear map of its states at the words that ask."""

    def __init__(self, backbone: nn.Module, *, words: int, input_size: int, hidden_size: int, outputs: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, input_size) if words else nn.Identity()
        self.backbone = backbone
        self.output = nn.Linear(hidden_size, outputs)

    @classmethod
    def of(cls, kind: NetworkKind, task: SequenceTask, *, parameters: int, longest: int, seed: int) -> TaskNetwork:
        """Fresh from a seed, as near as its sizes allow to so many parameters. longest: what chrono is set to, in words."""
        input_size = EMBEDDING if task.words else task.features
        rest = task.words * input_size + task.outputs
        hidden = kind.matched(input_size, parameters, lambda size: rest + size * task.outputs)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            backbone = kind.build(input_size, hidden, longest)
            return cls(backbone, words=task.words, input_size=input_size, hidden_size=hidden, outputs=task.outputs)

    def forward(self, inputs: Tensor, answers: int) -> Tensor:
        """outputs_BAO at the last `answers` words."""
        return self.read(self.embedding(inputs), answers)

    def read(self, vectors_BSE: Tensor, answers: int) -> Tensor:
        """The same from embedded words."""
        mask_BS = torch.ones(vectors_BSE.shape[:2], dtype=torch.bool)
        outputs_BAO: Tensor = self.output(self.backbone(vectors_BSE, mask_BS).output[:, -answers:])
        return outputs_BAO

    @property
    def size(self) -> int:
        return sum(weight.numel() for weight in self.parameters())


@dataclass(frozen=True)
class TrainingEnd:
    """updates: how many there were; solved: whether they ended early."""

    updates: int
    solved: bool


def loss_of(task: SequenceTask, outputs_BAO: Tensor, answers_BA: Tensor) -> Tensor:
    """Mean cross-entropy in nats, or squared error, of the answers."""
    if task.measure == "accuracy":
        return functional.cross_entropy(outputs_BAO.flatten(0, 1), answers_BA.flatten())
    return functional.mse_loss(outputs_BAO[:, :, 0], answers_BA)


@torch.no_grad()
def score(network: TaskNetwork, task: SequenceTask, examples: Examples) -> float:
    """The task's measure, accuracy as a share."""
    outputs_BAO = network(examples.inputs, examples.answers_BA.size(1))
    if task.measure == "accuracy":
        return (outputs_BAO.argmax(dim=2) == examples.answers_BA).double().mean().item()
    return loss_of(task, outputs_BAO, examples.answers_BA).item()


def is_solved(task: SequenceTask, value: float) -> bool:
    return value >= SOLVED["accuracy"] if task.measure == "accuracy" else value <= SOLVED["squared error"]


def train(
    network: TaskNetwork, task: SequenceTask, draw: Callable[[], Examples], check: Sequence[Examples], *, updates: int
) -> TrainingEnd:
    """At most so many updates; every EVERY of them the network is checked, and done once each of `check` is solved."""
    weights = list(network.parameters())
    optimizer = torch.optim.Adam(weights, RATE)
    guessed = math.log(task.outputs) if task.measure == "accuracy" else task.chance  # the loss of guessing: far from it nothing is checked
    for number, examples in batches(draw, updates):
        loss = loss_of(task, network(examples.inputs, examples.answers_BA.size(1)), examples.answers_BA)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, CLIP)
        optimizer.step()
        if number % EVERY == 0 and check and loss.item() < guessed / 2 and all(is_solved(task, score(network, task, one)) for one in check):
            return TrainingEnd(number, True)
    return TrainingEnd(updates, False)


def batches(draw: Callable[[], Examples], updates: int) -> Iterator[tuple[int, Examples]]:
    """Numbered from 1."""
    for number in range(1, updates + 1):
        yield number, draw()


def generator_of(*numbers: int) -> torch.Generator:
    """Draws of their own for each tuple of numbers."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % 2**62
    return torch.Generator().manual_seed(seed)

"""What search and a model say to each other. Search knows only a step function, so a hand-written table can test it.

B sentences, N rows (B * K, the K beams of a sentence consecutive), V columns of scores, C candidates per row, M rows chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor

Self = TypeVar("Self", bound="Selectable")


class Selectable(Protocol):
    """A state (of N rows) or a memory (of B sentences): `select` takes positions_M and returns those, in that order, repeats allowed."""

    def select(self: Self, positions: Tensor, /) -> Self: ...


State = TypeVar("State", bound=Selectable)
MemoryOf = TypeVar("MemoryOf", bound=Selectable)


@dataclass(frozen=True)
class Step(Generic[State]):
    """The answer to one step.

    log_probs_NV: log-probabilities, at most 0; -inf forbids a token.
    state: what the next step needs, N rows.
    candidate_ids: with a shortlist, the vocabulary id of each column: ids_V for all rows, or ids_NV; None where column = id.
    """

    log_probs_NV: Tensor
    state: State
    candidate_ids: Tensor | None = None


# (last_N, memory of B sentences, state of N rows) -> Step; last_N holds the begin-of-sentence id at first
StepFunction = Callable[[Tensor, MemoryOf, State], Step[State]]


@dataclass(frozen=True)
class Hypothesis:
    """One answer. tokens: without begin and end; score: log_probability over the length penalty; finished: it ended by itself."""

    tokens: tuple[int, ...]
    log_probability: float
    score: float
    finished: bool


def best(step: Step[State], count: int) -> tuple[Tensor, Tensor]:
    """log_probs_NC and ids_NC of the best tokens of each row, best first; C is count, or V where that is smaller."""
    log_probs_NC, columns_NC = step.log_probs_NV.topk(min(count, step.log_probs_NV.size(1)), dim=1)
    if step.candidate_ids is None:
        return log_probs_NC, columns_NC
    if step.candidate_ids.dim() == 1:
        return log_probs_NC, step.candidate_ids[columns_NC]
    return log_probs_NC, step.candidate_ids.gather(1, columns_NC)


def check_lengths(maximum_lengths_B: Tensor) -> list[int]:
    """The lengths as numbers. Raises ValueError for a tensor that is not one-dimensional or a negative length."""
    if maximum_lengths_B.dim() != 1:
        raise ValueError(f"maximum_lengths must hold one number per sentence, got shape {tuple(maximum_lengths_B.shape)}")
    lengths: list[int] = maximum_lengths_B.tolist()
    if min(lengths, default=0) < 0:
        raise ValueError(f"maximum lengths must not be negative, got {min(lengths)}")
    return lengths


def positions(chosen: list[int], like: Tensor) -> Tensor:
    """A list of positions as a tensor on like's device."""
    return torch.tensor(chosen, dtype=torch.long, device=like.device)

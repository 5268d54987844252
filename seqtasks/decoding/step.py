"""What search and a model say to each other. Search knows only a step function, so a hand-written table can test it.

B sentences, N rows (B * K, the K beams of a sentence consecutive), V columns of scores, C candidates per row, M rows chosen,
S source positions, T tokens so far.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor

GROUP = 32  # columns of a group, whose maximum is looked at first
LEAVING = 16  # finished sentences leave a batch by so many: kernels on CPUs are planned anew for each number of rows
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
    candidate_ids: with a shortlist, the vocabulary id of each column: ids_V for all rows, ids_NV, or ids_BV, which the rows of a sentence
    share; None where column = id.
    attention_NS: how much each source position was looked at, 0 at padding; None for a model without attention.
    """

    log_probs_NV: Tensor
    state: State
    candidate_ids: Tensor | None = None
    attention_NS: Tensor | None = None


# (last_N, memory of B sentences, state of N rows) -> Step; last_N holds the begin-of-sentence id at first
StepFunction = Callable[[Tensor, MemoryOf, State], Step[State]]

# (log_probs_NV, candidate_ids, tokens_NT, sentence_N) -> log_probs_NV, with -inf where a token must not come; see constraints.py
Constraint = Callable[[Tensor, Tensor | None, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Hypothesis:
    """One answer. tokens: without begin and end; score: what it was ranked by; finished: it ended by itself."""

    tokens: tuple[int, ...]
    log_probability: float
    score: float
    finished: bool


def constrained(answer: Step[State], constraints: Sequence[Constraint], tokens_NT: Tensor, sentence_N: Tensor) -> Step[State]:
    """The answer without the tokens that a constraint forbids; what is left keeps its log-probability."""
    log_probs_NV = answer.log_probs_NV
    for constraint in constraints:
        log_probs_NV = constraint(log_probs_NV, answer.candidate_ids, tokens_NT, sentence_N)
    return replace(answer, log_probs_NV=log_probs_NV)


def best(step: Step[State], count: int) -> tuple[Tensor, Tensor]:
    """log_probs_NC and ids_NC of the best tokens of each row, best first; C is count, or V where that is smaller."""
    log_probs_NC, columns_NC = largest(step.log_probs_NV, min(count, step.log_probs_NV.size(1)))
    return log_probs_NC, ids_at(step.candidate_ids, columns_NC)


def largest(values_NV: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """torch.topk along rows, faster on a CPU: the largest of V lie in those groups whose maxima are largest."""
    rows, width = values_NV.shape
    groups = width // GROUP
    if values_NV.device.type != "cpu" or groups <= 2 * count:
        return values_NV.topk(count, dim=1)
    if count == 1:
        found_N, column_N = values_NV.max(dim=1)
        return found_N[:, None], column_N[:, None]
    inner = values_NV[:, : groups * GROUP].unflatten(1, (GROUP, groups))  # a group is every groups-th column: its maximum is fast
    chosen_NC = inner.amax(dim=1).topk(count, dim=1).indices
    members_NX = inner.gather(2, chosen_NC[:, None].expand(-1, GROUP, -1)).flatten(1)
    found_NC, place_NC = torch.cat([members_NX, values_NV[:, groups * GROUP :]], dim=1).topk(count, dim=1)
    within_NC = place_NC // count * groups + chosen_NC.gather(1, place_NC % count)
    return found_NC, torch.where(place_NC < GROUP * count, within_NC, place_NC + GROUP * (groups - count))


def ids_at(candidate_ids: Tensor | None, columns_NC: Tensor) -> Tensor:
    """The vocabulary ids of columns."""
    if candidate_ids is None:
        return columns_NC
    if candidate_ids.dim() == 1:
        return candidate_ids[columns_NC]
    return candidate_ids.gather(1, columns_NC.reshape(len(candidate_ids), -1)).view_as(columns_NC)


def ids_of_rows(candidate_ids: Tensor, rows: int) -> Tensor:
    """ids_NV, or ids_V where all rows have the same."""
    return candidate_ids if candidate_ids.dim() == 1 else candidate_ids.repeat_interleave(rows // max(1, len(candidate_ids)), dim=0)


def at_ids(step: Step[State], ids_N: Tensor) -> Tensor:
    """log_probs_N of one vocabulary id for each row; -inf for one that a shortlist does not hold."""
    if step.candidate_ids is None:
        return step.log_probs_NV.gather(1, ids_N[:, None])[:, 0]
    ids = ids_of_rows(step.candidate_ids, len(ids_N))
    return step.log_probs_NV.masked_fill(ids != ids_N[:, None], -math.inf).amax(dim=1)


def check_lengths(maximum_lengths_B: Tensor) -> list[int]:
    """The lengths as numbers. Raises ValueError for a tensor that is not one-dimensional or a negative length."""
    if maximum_lengths_B.dim() != 1:
        raise ValueError(f"maximum_lengths must hold one number per sentence, got shape {tuple(maximum_lengths_B.shape)}")
    lengths: list[int] = maximum_lengths_B.tolist()
    if min(lengths, default=0) < 0:
        raise ValueError(f"maximum lengths must not be negative, got {min(lengths)}")
    return lengths


def with_room(limits: list[int], memory: MemoryOf, state: State, like: Tensor) -> tuple[list[int], MemoryOf, State]:
    """The sentences that may have a token at all, in order, and what a search begins with for them: memory and state, one row each."""
    sentences = [sentence for sentence, limit in enumerate(limits) if limit > 0]
    if len(sentences) == len(limits):
        return sentences, memory, state
    start = positions(sentences, like)
    return sentences, memory.select(start), state.select(start)


def positions(chosen: list[int], like: Tensor) -> Tensor:
    """A list of positions as a tensor on like's device."""
    return torch.tensor(chosen, dtype=torch.long, device=like.device)


def staying(going: Sequence[bool]) -> list[int] | None:
    """The places of a batch that are kept: all that go on, and of the others as many as make a multiple of LEAVING (twice that while many
    go on); None for all places."""
    alive = sum(going)
    multiple = LEAVING if alive <= 4 * LEAVING else 2 * LEAVING
    left = -(-alive // multiple) * multiple
    if left >= len(going):
        return None
    over = [place for place, goes in enumerate(going) if not goes]
    return sorted([place for place, goes in enumerate(going) if goes] + over[: left - alive])

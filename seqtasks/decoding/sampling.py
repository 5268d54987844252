"""Sampling from a model: outputs drawn word by word (ancestral sampling), with temperature, top-k and nucleus.

Each sentence draws from a generator of its own, for each of its samples and steps one number, whatever else is in the batch: so the same
sentence with the same generator gives the same samples in any batch.

B sentences still running, K samples of each, N = B * K rows, V columns, T tokens so far, L longest output; at the first step one row
serves all samples of its sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seqtasks.decoding.constraints import keep_top_k, keep_top_p
from seqtasks.decoding.step import (
    Constraint,
    Hypothesis,
    MemoryOf,
    State,
    StepFunction,
    check_lengths,
    constrained,
    ids_at,
    positions,
    with_room,
)


@dataclass(frozen=True)
class Shape:
    """The distribution that is drawn from: probabilities ** (1 / temperature), of the top_k best (0: all), of the nucleus of top_p.

    Raises ValueError for a temperature that is not positive, a negative top_k, a top_p outside (0, 1].
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature must be a positive number, got {self.temperature}")
        if self.top_k < 0:
            raise ValueError(f"top_k must not be negative, got {self.top_k}")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p must be above 0 and at most 1, got {self.top_p}")

    def __call__(self, log_probs_NV: Tensor) -> Tensor:
        """The logarithm of what is drawn from, up to a constant of each row."""
        shaped_NV = log_probs_NV if self.temperature == 1 else log_probs_NV / self.temperature
        if self.top_k:
            shaped_NV = keep_top_k(shaped_NV, self.top_k)
        return shaped_NV if self.top_p == 1 else keep_top_p(shaped_NV, self.top_p)


def draw(log_weights_NV: Tensor, uniform_NM: Tensor) -> Tensor:
    """columns_NM: for each uniform number in [0, 1) the column in whose share of the row's weight it falls; never one of weight 0."""
    weights_NV = (log_weights_NV - log_weights_NV.amax(dim=1, keepdim=True)).exp()
    below_NV = weights_NV.cumsum(dim=1)
    total_N1 = below_NV[:, -1:]
    reached_NM = torch.minimum(uniform_NM.to(total_N1.dtype) * total_N1, torch.nextafter(total_N1, torch.zeros_like(total_N1)))
    return torch.searchsorted(below_NV, reached_NM, right=True).clamp(max=weights_NV.size(1) - 1)


@dataclass(frozen=True)
class Drawn:
    """Samples of the sentences still running. sample_BK: which of its sentence's samples each is; open_BK: False where one is over."""

    log_probs_BK: Tensor
    tokens_BKT: Tensor
    sample_BK: Tensor
    open_BK: Tensor

    def longer(self, ids_BK: Tensor, log_probs_BK: Tensor, *, eos: int, last_B: Tensor) -> tuple[Drawn, Tensor, Tensor]:
        """With one more token each; ended_BK: by itself; stuck_BK: everything was forbidden, so the token does not count."""
        stuck_BK = log_probs_BK == -math.inf
        ended_BK = (ids_BK == eos) & ~stuck_BK
        totals_BK = torch.where(stuck_BK, self.log_probs_BK, self.log_probs_BK + log_probs_BK)
        tokens_BKT = torch.cat([self.tokens_BKT, ids_BK[:, :, None]], dim=2)
        open_BK = self.open_BK & ~ended_BK & ~stuck_BK & ~last_B[:, None]
        return Drawn(totals_BK, tokens_BKT, self.sample_BK, open_BK), ended_BK, stuck_BK

    def select(self, sentences_M: Tensor, places_MK: Tensor) -> Drawn:
        """Some sentences, and of each some samples."""
        log_probs_MK, sample_MK, open_MK = (
            column_BK[sentences_M].gather(1, places_MK) for column_BK in (self.log_probs_BK, self.sample_BK, self.open_BK)
        )
        tokens_MKT = self.tokens_BKT[sentences_M].gather(1, places_MK[:, :, None].expand(-1, -1, self.tokens_BKT.size(2)))
        return Drawn(log_probs_MK, tokens_MKT, sample_MK, open_MK)


def numbers_for(generators: Sequence[np.random.Generator], limits: Sequence[int], samples: int) -> np.ndarray:
    """uniform_BLK: what each sentence draws with, step by step, so that a longer limit changes nothing before it."""
    uniform_BLK = np.zeros((len(limits), max(limits, default=0), samples))
    for row, (generator, limit) in enumerate(zip(generators, limits, strict=True)):
        uniform_BLK[row, :limit] = generator.random((limit, samples))
    return uniform_BLK


def sample(
    step: StepFunction[MemoryOf, State],
    memory: MemoryOf,
    state: State,
    *,
    bos: int,
    eos: int,
    maximum_lengths: Tensor,
    generators: Sequence[np.random.Generator],
    samples: int,
    shape: Shape,
    constraints: Sequence[Constraint] = (),
) -> list[list[Hypothesis]]:
    """The samples of each sentence, in the order drawn; log-probability and score are the model's own, whatever the shape.

    maximum_lengths_B as in greedy search; generators: one per sentence. Raises ValueError for less than one sample.
    """
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples}")
    limits = check_lengths(maximum_lengths)
    uniform_BLK = torch.from_numpy(numbers_for(generators, limits, samples)).to(maximum_lengths.device)
    results = [[Hypothesis((), 0.0, 0.0, False)] * samples for _ in limits]
    running, memory, state = with_room(limits, memory, state, maximum_lengths)
    drawn = unbegun(len(running), samples, maximum_lengths)
    last_N = maximum_lengths.new_full((len(running),), bos)
    while running:
        sentence_B, length = positions(running, last_N), drawn.tokens_BKT.size(2) + 1
        answer = step(last_N, memory, state)
        if constraints:
            tokens_NT = drawn.tokens_BKT.flatten(0, 1) if length > 1 else last_N.new_empty(len(last_N), 0)
            each = len(last_N) // len(running)
            answer = constrained(answer, constraints, tokens_NT, sentence_B.repeat_interleave(each))
        uniform_BK = uniform_BLK[sentence_B, length - 1].gather(1, drawn.sample_BK)
        columns_NM = draw(shape(answer.log_probs_NV), uniform_BK.reshape(len(last_N), -1))
        ids_BK = ids_at(answer.candidate_ids, columns_NM).view_as(drawn.sample_BK)
        log_probs_BK = answer.log_probs_NV.gather(1, columns_NM).view_as(drawn.sample_BK)
        before, last_B = drawn.open_BK, maximum_lengths[sentence_B] == length
        drawn, ended_BK, stuck_BK = drawn.longer(ids_BK, log_probs_BK, eos=eos, last_B=last_B)
        collect(results, running, drawn, before & ~drawn.open_BK, ended_BK, stuck_BK)
        row_BK = torch.arange(len(last_N), device=last_N.device).view(len(running), -1).expand_as(drawn.sample_BK)
        open_B = drawn.open_BK.sum(dim=1).tolist()
        stay = positions([place for place, count in enumerate(open_B) if count], last_N)
        order_MK = (~drawn.open_BK[stay]).long().sort(dim=1, stable=True).indices[:, : max(open_B)]  # open ones first
        running = [sentence for sentence, count in zip(running, open_B, strict=True) if count]
        memory, state = memory.select(stay), answer.state.select(row_BK[stay].gather(1, order_MK).flatten())
        drawn = drawn.select(stay, order_MK)
        last_N = drawn.tokens_BKT[:, :, -1].flatten()
    return results


def unbegun(sentences: int, samples: int, like: Tensor) -> Drawn:
    """Nothing drawn yet."""
    log_probs_BK = torch.zeros(sentences, samples, device=like.device)
    sample_BK = torch.arange(samples, device=like.device).expand(sentences, -1)
    tokens_BKT = torch.empty(sentences, samples, 0, dtype=torch.long, device=like.device)
    return Drawn(log_probs_BK, tokens_BKT, sample_BK, torch.ones_like(sample_BK, dtype=torch.bool))


def collect(
    results: list[list[Hypothesis]], running: Sequence[int], drawn: Drawn, over_BK: Tensor, ended_BK: Tensor, stuck_BK: Tensor
) -> None:
    """Put the samples that are over now where they belong."""
    place_X = over_BK.nonzero(as_tuple=True)
    columns = (drawn.sample_BK, drawn.log_probs_BK, drawn.tokens_BKT, ended_BK, stuck_BK)
    found = [column[place_X].tolist() for column in columns]
    for place, number, total, words, ended, stuck in zip(place_X[0].tolist(), *found, strict=True):
        kept = words[:-1] if ended or stuck else words
        results[running[place]][number] = Hypothesis(tuple(kept), total, total, ended)

"""Attention over a source sentence: additive (Bahdanau et al. 2015, A.1.2), dot and general (Luong et al. 2015, 3.1).

Keys are projected once per sentence, into a Memory; modules hold no call state. Weights are computed in float32.
B batch, S source position, Q queries per sentence, H hidden size (of queries or of values), A size of keys.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

CACHED = 2**20  # numbers of the B x Q x S x A tensor of additive attention that a CPU works on at a time


@dataclass(frozen=True)
class Memory:
    """Sentences as attention sees them, made once each. mask_BS is bool, True at real words; segments_BS numbers chunks, if any."""

    values_BSH: Tensor
    keys_BSA: Tensor
    mask_BS: Tensor
    segments_BS: Tensor | None = None

    def select(self, sentences: Tensor) -> Memory:
        """The memory of some sentences, by position, in the order given."""
        segments = None if self.segments_BS is None else self.segments_BS.index_select(0, sentences)
        values = self.values_BSH.index_select(0, sentences)
        keys = values if self.keys_BSA is self.values_BSH else self.keys_BSA.index_select(0, sentences)
        return Memory(values, keys, self.mask_BS.index_select(0, sentences), segments)


def masked_softmax(energy: Tensor, mask: Tensor) -> Tensor:
    """Softmax over the last dimension, in float32 at least; exactly 0 where mask (broadcast to energy) is False.

    A row without any True gives zeros, never NaN.
    """
    energy = energy.to(torch.promote_types(energy.dtype, torch.float32))
    lowest = torch.finfo(energy.dtype).min
    return energy.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0)


class Attention(nn.Module, ABC):
    """What every kind shares. `parallel`: all queries of a sentence may be asked at once (no state runs over time)."""

    parallel = True

    def __init__(self, *, query_size: int, memory_size: int) -> None:
        super().__init__()
        self.query_size = query_size
        self.memory_size = memory_size

    @abstractmethod
    def keys(self, states_BSH: Tensor) -> Tensor:
        """keys_BSA of the source, what energy compares queries with."""

    @abstractmethod
    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        """energy_BQS, before masking."""

    def project(self, states_BSH: Tensor, mask_BS: Tensor, segments_BS: Tensor | None = None) -> Memory:
        """The memory of a batch of sentences: once per sentence, not once per query."""
        return Memory(states_BSH, self.keys(states_BSH), mask_BS, segments_BS)

    def forward(self, query_BQH: Tensor, memory: Memory, state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor | None]:
        """Summarise the source for each query.

        Returns context_BQH (of the values' size), weights_BQS (float32: rows sum to 1, masked words get exactly 0; zeros for a
        source without any real word) and the state as it came. Raises ValueError if queries and memory disagree on B.
        """
        if query_BQH.size(0) != memory.keys_BSA.size(0):
            queries, sentences = query_BQH.size(0), memory.keys_BSA.size(0)
            raise ValueError(f"queries for {queries} sentences but {sentences} sentences in memory; select the memory's rows first")
        weights_BQS = masked_softmax(self.energy(query_BQH, memory.keys_BSA), memory.mask_BS[:, None])
        return weights_BQS.to(memory.values_BSH.dtype) @ memory.values_BSH, weights_BQS, state


class AdditiveAttention(Attention):
    """energy = v . tanh(W query + b + U value); keys are U value. No bias in U (b is enough) nor after v (softmax ignores it)."""

    def __init__(self, *, query_size: int, memory_size: int, hidden_size: int) -> None:
        super().__init__(query_size=query_size, memory_size=memory_size)
        self.query = nn.Linear(query_size, hidden_size)
        self.key = nn.Linear(memory_size, hidden_size, bias=False)
        self.weigh = nn.Linear(hidden_size, 1, bias=False)

    def keys(self, states_BSH: Tensor) -> Tensor:
        keys_BSA: Tensor = self.key(states_BSH)
        return keys_BSA

    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        query_BQA = self.query(query_BQH)
        together = query_BQA.size(1)
        if query_BQA.device.type == "cpu":  # a few queries at a time stay in the cache: 2.5x faster for 18 queries of 64 sentences
            together = max(1, CACHED // max(keys_BSA.numel(), 1))
        parts = [self.weigh((part[:, :, None] + keys_BSA[:, None]).tanh_()) for part in query_BQA.split(together, dim=1)]
        return torch.cat(parts, dim=1).squeeze(-1)


class DotAttention(Attention):
    """energy = query . value; the values are the keys, so the sizes must agree."""

    def __init__(self, *, query_size: int, memory_size: int) -> None:
        if query_size != memory_size:
            sizes = f"query_size {query_size} and memory_size {memory_size}"
            raise ValueError(f"dot attention needs equal sizes, got {sizes}; use general attention")
        super().__init__(query_size=query_size, memory_size=memory_size)

    def keys(self, states_BSH: Tensor) -> Tensor:
        return states_BSH

    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        return query_BQH.to(keys_BSA.dtype) @ keys_BSA.transpose(1, 2)


class GeneralAttention(Attention):
    """energy = query . W value; keys are W value."""

    def __init__(self, *, query_size: int, memory_size: int) -> None:
        super().__init__(query_size=query_size, memory_size=memory_size)
        self.key = nn.Linear(memory_size, query_size, bias=False)

    def keys(self, states_BSH: Tensor) -> Tensor:
        keys_BSA: Tensor = self.key(states_BSH)
        return keys_BSA

    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        return query_BQH.to(keys_BSA.dtype) @ keys_BSA.transpose(1, 2)


class AttentionBuilder(Protocol):
    """hidden_size is used by kinds with an inner layer; the others are made without it."""

    def __call__(self, *, query_size: int, memory_size: int, hidden_size: int) -> Attention: ...


def additive(*, query_size: int, memory_size: int, hidden_size: int) -> Attention:
    """Additive attention with an inner layer of hidden_size."""
    return AdditiveAttention(query_size=query_size, memory_size=memory_size, hidden_size=hidden_size)


def dot(*, query_size: int, memory_size: int, hidden_size: int) -> Attention:
    """Dot attention; it has no inner layer, hidden_size changes nothing."""
    return DotAttention(query_size=query_size, memory_size=memory_size)


def general(*, query_size: int, memory_size: int, hidden_size: int) -> Attention:
    """General attention; it has no inner layer, hidden_size changes nothing."""
    return GeneralAttention(query_size=query_size, memory_size=memory_size)


ATTENTIONS: dict[str, AttentionBuilder] = {"additive": additive, "dot": dot, "general": general}

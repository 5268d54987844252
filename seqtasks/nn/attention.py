"""Attention over a source sentence: how a query weighs words, one at a time or with a memory of what was looked at.

additive   v . tanh(W query + b + U value)           Bahdanau et al. 2015, A.1.2
dot        query . value                             Luong et al. 2015, 3.1
scaled     query . value / sqrt(size)                Vaswani et al. 2017, 3.2.1
general    query . W value                           Luong et al. 2015, 3.1
location   additive + U (F * weights before)         Chorowski et al. 2015, equations 8 and 9: F is a convolution over positions
coverage   additive + U (sum of weights before)      Tu et al. 2016, See et al. 2017, equations 10 and 11

Each takes any normaliser and any window (`seqtasks.nn.attention_weights`); `seqtasks.nn.composed_attention` makes heads and hierarchies
of them. Keys are projected once per sentence, into a Memory; modules hold no call state. Weights are float32.
B batch, S source position, Q queries per sentence, H hidden size (of queries or of values), A size of keys, X numbers of a state.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from seqtasks.nn.attention_weights import AttentionWeights

CACHED = 2**20  # numbers of the B x Q x S x A tensor of additive attention that a CPU works on at a time
FILTERS = 10  # of location-aware attention's convolution
WIDTH = 11  # words that it sees at a time
Weights = AttentionWeights | None  # None: softmax over all words


@dataclass(frozen=True)
class Memory:
    """Sentences as attention sees them, made once each. mask_BS is bool, True at real words; segments_BS numbers chunks, if any.

    parts: what the parts of an attention that is made of several see (its heads).
    """

    values_BSH: Tensor
    keys_BSA: Tensor
    mask_BS: Tensor
    segments_BS: Tensor | None = None
    parts: tuple[Memory, ...] = ()

    def select(self, sentences: Tensor) -> Memory:
        """The memory of some sentences, by position, in the order given."""
        segments = None if self.segments_BS is None else self.segments_BS.index_select(0, sentences)
        values = self.values_BSH.index_select(0, sentences)
        keys = values if self.keys_BSA is self.values_BSH else self.keys_BSA.index_select(0, sentences)
        parts = tuple(part.select(sentences) for part in self.parts)
        return Memory(values, keys, self.mask_BS.index_select(0, sentences), segments, parts)


class AnyAttention(nn.Module, ABC):
    """What a decoder asks of an attention.

    parallel: all queries of a sentence may be asked at once. Where it is False a state runs over time: queries are then asked one step
    at a time, the Q queries of a call are rows (beams) of a sentence, and each goes on with its own row of state_BQSX.
    state_size: X, the numbers that such a state holds for each source position.
    """

    parallel = True
    state_size = 0

    def __init__(self, *, query_size: int, memory_size: int) -> None:
        super().__init__()
        self.query_size = query_size
        self.memory_size = memory_size

    @abstractmethod
    def project(self, states_BSH: Tensor, mask_BS: Tensor, segments_BS: Tensor | None = None) -> Memory:
        """The memory of a batch of sentences: once per sentence, not once per query."""

    @abstractmethod
    def forward(self, query_BQH: Tensor, memory: Memory, state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor | None]:
        """Summarise the source for each query: context_BQH (of memory_size), weights_BQS and the state of the next step.

        state: what the step before returned; None at the first step.
        """


def check_queries(query_BQH: Tensor, memory: Memory) -> None:
    """Raises ValueError if queries and memory disagree on B."""
    if query_BQH.size(0) != memory.mask_BS.size(0):
        queries, sentences = query_BQH.size(0), memory.mask_BS.size(0)
        raise ValueError(f"queries for {queries} sentences but {sentences} sentences in memory; select the memory's rows first")


class Attention(AnyAttention):
    """Attention by an energy of each query and word, which a normaliser makes weights of, among the words that a window lets through."""

    def __init__(self, *, query_size: int, memory_size: int, attention_weights: Weights = None) -> None:
        super().__init__(query_size=query_size, memory_size=memory_size)
        self.shares = AttentionWeights() if attention_weights is None else attention_weights  # so called in saved weights
        self.state_size = self.state_size + self.shares.state_size
        self.parallel = self.parallel and not self.shares.state_size

    @abstractmethod
    def keys(self, states_BSH: Tensor) -> Tensor:
        """keys_BSA of the source, what energy compares queries with."""

    @abstractmethod
    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        """energy_BQS, before masking."""

    def project(self, states_BSH: Tensor, mask_BS: Tensor, segments_BS: Tensor | None = None) -> Memory:
        return Memory(states_BSH, self.keys(states_BSH), mask_BS, segments_BS)

    def forward(self, query_BQH: Tensor, memory: Memory, state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor | None]:
        """Summarise the source for each query.

        Returns context_BQH (of the values' size), weights_BQS (float32: rows sum to 1, masked words get exactly 0; zeros for a
        source without any real word) and the state of the next step, which is None for kinds and windows without one.
        Raises ValueError if queries and memory disagree on B.
        """
        check_queries(query_BQH, memory)
        weights_BQS, state = self.weights(query_BQH, memory, state)
        return weights_BQS.to(memory.values_BSH.dtype) @ memory.values_BSH, weights_BQS, state

    def weights(self, query_BQH: Tensor, memory: Memory, state: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """weights_BQS and the state of the next step."""
        shared: tuple[Tensor, Tensor | None] = self.shares(self.energy(query_BQH, memory.keys_BSA), query_BQH, memory.mask_BS, state)
        return shared


class AdditiveAttention(Attention):
    """energy = v . tanh(W query + b + U value); keys are U value. No bias in U (b is enough) nor after v (softmax ignores it)."""

    def __init__(self, *, query_size: int, memory_size: int, hidden_size: int, attention_weights: Weights = None) -> None:
        super().__init__(query_size=query_size, memory_size=memory_size, attention_weights=attention_weights)
        self.query = nn.Linear(query_size, hidden_size)
        self.key = nn.Linear(memory_size, hidden_size, bias=False)
        self.weigh = nn.Linear(hidden_size, 1, bias=False)

    def keys(self, states_BSH: Tensor) -> Tensor:
        return cast(Tensor, self.key(states_BSH))

    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        query_BQA = self.query(query_BQH)
        together = query_BQA.size(1)
        if query_BQA.device.type == "cpu":  # a few queries at a time stay in the cache: 2.5x faster for 18 queries of 64 sentences
            together = max(1, CACHED // max(keys_BSA.numel(), 1))
        parts = [self.weigh((part[:, :, None] + keys_BSA[:, None]).tanh_()) for part in query_BQA.split(together, dim=1)]
        return torch.cat(parts, dim=1).squeeze(-1)


class DotAttention(Attention):
    """energy = query . value; the values are the keys, so the sizes must agree. scaled: divided by the square root of the size."""

    def __init__(self, *, query_size: int, memory_size: int, scaled: bool = False, attention_weights: Weights = None) -> None:
        if query_size != memory_size:
            sizes = f"query_size {query_size} and memory_size {memory_size}"
            raise ValueError(f"{'scaled' if scaled else 'dot'} attention needs equal sizes, got {sizes}; use general attention")
        super().__init__(query_size=query_size, memory_size=memory_size, attention_weights=attention_weights)
        self.scale = query_size**-0.5 if scaled else None

    def keys(self, states_BSH: Tensor) -> Tensor:
        return states_BSH

    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        energy_BQS = query_BQH.to(keys_BSA.dtype) @ keys_BSA.transpose(1, 2)
        return energy_BQS if self.scale is None else energy_BQS * self.scale


class GeneralAttention(Attention):
    """energy = query . W value; keys are W value."""

    def __init__(self, *, query_size: int, memory_size: int, attention_weights: Weights = None) -> None:
        super().__init__(query_size=query_size, memory_size=memory_size, attention_weights=attention_weights)
        self.key = nn.Linear(memory_size, query_size, bias=False)

    def keys(self, states_BSH: Tensor) -> Tensor:
        return cast(Tensor, self.key(states_BSH))

    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        return query_BQH.to(keys_BSA.dtype) @ keys_BSA.transpose(1, 2)


class AttentionOverTime(Attention):
    """energy = v . tanh(W query + b + U value + past(weights so far)): it knows where it has looked.

    past: state_BQS2 -> features_BQSA, the state being the weights of the step before and the sum of all before.
    """

    parallel = False
    state_size = 2

    def __init__(self, *, query_size: int, memory_size: int, hidden_size: int, past: nn.Module, attention_weights: Weights = None) -> None:
        super().__init__(query_size=query_size, memory_size=memory_size, attention_weights=attention_weights)
        self.query = nn.Linear(query_size, hidden_size)
        self.key = nn.Linear(memory_size, hidden_size, bias=False)
        self.past = past
        self.weigh = nn.Linear(hidden_size, 1, bias=False)

    def keys(self, states_BSH: Tensor) -> Tensor:
        return cast(Tensor, self.key(states_BSH))

    def energy(self, query_BQH: Tensor, keys_BSA: Tensor) -> Tensor:
        """energy_BQS of a first step, when nothing has been looked at."""
        return self.energy_after(query_BQH, keys_BSA, query_BQH.new_zeros(*query_BQH.shape[:2], keys_BSA.size(1), 2))

    def energy_after(self, query_BQH: Tensor, keys_BSA: Tensor, looked_BQS2: Tensor) -> Tensor:
        """energy_BQS after the weights of the step before, and their sum."""
        sum_BQSA = self.query(query_BQH)[:, :, None] + keys_BSA[:, None] + self.past(looked_BQS2)
        return cast(Tensor, self.weigh(sum_BQSA.tanh()).squeeze(-1))

    def weights(self, query_BQH: Tensor, memory: Memory, state: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """weights_BQS and the next state: these weights, their sum, and what the window keeps."""
        if state is None:
            number = torch.promote_types(memory.keys_BSA.dtype, torch.float32)
            state = torch.zeros(*query_BQH.shape[:2], memory.mask_BS.size(1), self.state_size, dtype=number, device=query_BQH.device)
        looked_BQS2, others_BQSX = state[..., :2], state[..., 2:]
        energy_BQS = self.energy_after(query_BQH, memory.keys_BSA, looked_BQS2)
        weights_BQS, others = self.shares(energy_BQS, query_BQH, memory.mask_BS, others_BQSX)
        looked_BQS2 = torch.stack([weights_BQS, looked_BQS2[..., 1] + weights_BQS], dim=-1)
        return weights_BQS, torch.cat([looked_BQS2, others], dim=-1)


class LocationFeatures(nn.Module):
    """Features of each word from the weights around it: a convolution of the last weights and of their sum, then a linear map.

    The sum beside the last weights is Shen et al.'s (2018, 2.2). width is odd.
    """

    def __init__(self, *, filters: int, width: int, hidden_size: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(2, filters, width, padding=width // 2, bias=False)
        self.linear = nn.Linear(filters, hidden_size, bias=False)

    def forward(self, looked_BQS2: Tensor) -> Tensor:
        """features_BQSA; beyond the sentence, where nothing was looked at, there are zeros as beyond its padding."""
        if not looked_BQS2.numel():
            return looked_BQS2.new_zeros(*looked_BQS2.shape[:3], self.linear.out_features)
        found_RFS = self.convolution(looked_BQS2.flatten(0, 1).transpose(1, 2))
        return cast(Tensor, self.linear(found_RFS.transpose(1, 2)).unflatten(0, looked_BQS2.shape[:2]))


class CoverageFeatures(nn.Module):
    """Features of each word from the sum of its weights so far: how much of it is translated."""

    def __init__(self, *, hidden_size: int) -> None:
        super().__init__()
        self.linear = nn.Linear(1, hidden_size, bias=False)

    def forward(self, looked_BQS2: Tensor) -> Tensor:
        """features_BQSA of the attention that each source word has had so far."""
        return cast(Tensor, self.linear(looked_BQS2[..., 1:]))


class AttentionBuilder(Protocol):
    """hidden_size is used by kinds with an inner layer; the others are made without it. attention_weights: if not softmax."""

    def __call__(self, *, query_size: int, memory_size: int, hidden_size: int, attention_weights: Weights = None) -> Attention: ...


def without_inner_layer(kind: Callable[..., Attention]) -> AttentionBuilder:
    """A kind that has no inner layer: hidden_size changes nothing."""

    def build(*, query_size: int, memory_size: int, hidden_size: int, attention_weights: Weights = None) -> Attention:
        return kind(query_size=query_size, memory_size=memory_size, attention_weights=attention_weights)

    return build


def location(*, query_size: int, memory_size: int, hidden_size: int, attention_weights: Weights = None) -> Attention:
    """Location-aware attention: FILTERS filters over WIDTH words."""
    past = LocationFeatures(filters=FILTERS, width=WIDTH, hidden_size=hidden_size)
    return AttentionOverTime(
        query_size=query_size, memory_size=memory_size, hidden_size=hidden_size, past=past, attention_weights=attention_weights
    )


def coverage(*, query_size: int, memory_size: int, hidden_size: int, attention_weights: Weights = None) -> Attention:
    """Attention with a coverage vector."""
    past = CoverageFeatures(hidden_size=hidden_size)
    return AttentionOverTime(
        query_size=query_size, memory_size=memory_size, hidden_size=hidden_size, past=past, attention_weights=attention_weights
    )


ATTENTIONS: dict[str, AttentionBuilder] = {
    "additive": AdditiveAttention,
    "dot": without_inner_layer(DotAttention),
    "scaled": without_inner_layer(partial(DotAttention, scaled=True)),
    "general": without_inner_layer(GeneralAttention),
    "location": location,
    "coverage": coverage,
}

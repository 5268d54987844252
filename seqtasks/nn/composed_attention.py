"""Attentions made of attentions: several heads (Vaswani et al. 2017, 3.2.2), and words within segments of a document.

Hierarchical attention weighs the words of each segment (a sentence, or a chunk) among themselves, makes a summary of each, and weighs the
summaries (Yang et al. 2016; for translation Miculicich et al. 2018, 3.1), to which a vector for their distance from the last segment is
added, the one that is being translated. A word's weight is its share of its segment times the segment's share, so a row still sums to 1.

B batch, S source position, Q queries per sentence, G segments, H hidden size (of queries or of values), X numbers of a state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor, nn

from seqtasks.nn.attention import AnyAttention, Attention, Memory, check_queries

DISTANCES = 16  # a segment so far back, or further, is one of the farthest


class MultiHeadAttention(AnyAttention):
    """Heads that look each in its own way: queries, keys and values are projected for each head, contexts joined by a linear map.

    heads: attentions of any kind, normaliser and window; each says by query_size and memory_size how wide its projections are.
    The weights are the mean of the heads'. Raises ValueError for no heads.
    """

    def __init__(self, *, query_size: int, memory_size: int, heads: Sequence[AnyAttention]) -> None:
        super().__init__(query_size=query_size, memory_size=memory_size)
        if not heads:
            raise ValueError("multi-head attention needs at least one head")
        self.heads = nn.ModuleList(heads)
        self.query_sizes, self.value_sizes = [head.query_size for head in heads], [head.memory_size for head in heads]
        self.state_sizes = [head.state_size for head in heads]
        self.state_size = sum(self.state_sizes)
        self.parallel = all(head.parallel for head in heads)
        self.query = nn.Linear(query_size, sum(self.query_sizes))
        self.key = nn.Linear(memory_size, sum(self.value_sizes))
        self.value = nn.Linear(memory_size, sum(self.value_sizes))
        self.join = nn.Linear(sum(self.value_sizes), memory_size)

    def project(self, states_BSH: Tensor, mask_BS: Tensor, segments_BS: Tensor | None = None) -> Memory:
        """A memory whose parts are the heads'."""
        parts = []
        keys, values = self.key(states_BSH).split(self.value_sizes, dim=2), self.value(states_BSH).split(self.value_sizes, dim=2)
        for head, keys_BSH, values_BSH in zip(self.heads, keys, values, strict=True):
            memory = cast(AnyAttention, head).project(keys_BSH, mask_BS, segments_BS)
            parts.append(replace(memory, values_BSH=values_BSH))
        return Memory(states_BSH, states_BSH, mask_BS, segments_BS, tuple(parts))

    def forward(self, query_BQH: Tensor, memory: Memory, state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor | None]:
        """context_BQH, the mean of the heads' weights_BQS, and their states side by side; zeros for a source without any real word."""
        check_queries(query_BQH, memory)
        states = [None] * len(self.heads) if state is None else state.split(self.state_sizes, dim=-1)
        contexts, weights, after = [], [], []
        for number, head_query in enumerate(self.query(query_BQH).split(self.query_sizes, dim=2)):
            context_BQH, weights_BQS, next_state = self.heads[number](head_query, memory.parts[number], states[number])
            contexts.append(context_BQH)
            weights.append(weights_BQS)
            after += [] if next_state is None else [next_state]
        context_BQH = self.join(torch.cat(contexts, dim=2)) * memory.mask_BS.any(dim=1)[:, None, None]
        return context_BQH, torch.stack(weights).mean(dim=0), torch.cat(after, dim=-1) if self.state_size else None


class HierarchicalAttention(AnyAttention):
    """Words within segments, then segments by what was found in them; without segments, all words are one.

    words: weighs the words of a segment, by its energy and its normaliser; segments: weighs the summaries, for each query anew, with their
    distances, which are learned from zero.
    Raises ValueError for kinds whose state runs over time, and for windows, which know no segments.
    """

    def __init__(self, *, words: Attention, segments: AnyAttention) -> None:
        super().__init__(query_size=words.query_size, memory_size=words.memory_size)
        if (segments.query_size, segments.memory_size) != (words.query_size, words.memory_size):
            sizes = f"{words.query_size} and {words.memory_size}, {segments.query_size} and {segments.memory_size}"
            raise ValueError(f"both levels of a hierarchy take queries and values of the same sizes, got {sizes}")
        if not (words.parallel and segments.parallel) or words.shares.window is not None:
            raise ValueError("an attention whose state runs over time, or that has a window, cannot be a level of a hierarchy")
        self.words = words
        self.segments = segments
        self.distance = nn.Embedding(DISTANCES, words.memory_size)
        nn.init.zeros_(self.distance.weight)

    def project(self, states_BSH: Tensor, mask_BS: Tensor, segments_BS: Tensor | None = None) -> Memory:
        """The words' memory. segments_BS numbers the segments of each row from 0; the words of a segment may stand anywhere."""
        return self.words.project(states_BSH, mask_BS, segments_BS)

    def forward(self, query_BQH: Tensor, memory: Memory, state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor | None]:
        """context_BQH and weights_BQS, a word's share of its segment times the segment's share; no state."""
        check_queries(query_BQH, memory)
        sentences, queries, size = query_BQH.shape
        members_BGS = members(memory)
        energy_BQGS = self.words.energy(query_BQH, memory.keys_BSA)[:, :, None].expand(-1, -1, members_BGS.size(1), -1)
        inside_BQGS = self.words.shares.normaliser(energy_BQGS, members_BGS[:, None])
        flat_BXS = inside_BQGS.flatten(1, 2).to(memory.values_BSH.dtype)
        summaries_BQGH = (flat_BXS @ memory.values_BSH).unflatten(1, (queries, members_BGS.size(1)))
        real_BG = members_BGS.any(dim=2)
        placed_BQGH = summaries_BQGH + self.distance(distances(real_BG))[:, None]
        real_BQG = real_BG[:, None].expand(-1, queries, -1)
        above = self.segments.project(placed_BQGH.flatten(0, 1), real_BQG.flatten(0, 1))
        _, weights_X1G, _ = self.segments(query_BQH.reshape(sentences * queries, 1, size), above)
        weights_BQS = (weights_X1G.view(sentences, queries, 1, -1) @ inside_BQGS).squeeze(2)
        return weights_BQS.to(memory.values_BSH.dtype) @ memory.values_BSH, weights_BQS, None


def distances(real_BG: Tensor) -> Tensor:
    """How many segments each lies before the last real one, at most DISTANCES - 1; 0 for those after it."""
    number_G = torch.arange(real_BG.size(1), device=real_BG.device)
    last_B1 = torch.where(real_BG, number_G, 0).amax(dim=1, keepdim=True)
    return (last_B1 - number_G).clamp(0, DISTANCES - 1)


def members(memory: Memory) -> Tensor:
    """members_BGS: True where a real word belongs to a segment; G is the largest number of segments, 1 without any."""
    if memory.segments_BS is None or not memory.segments_BS.numel():
        return memory.mask_BS[:, None]
    number_G = torch.arange(int(memory.segments_BS.max()) + 1, device=memory.mask_BS.device)
    return (memory.segments_BS[:, None] == number_G[:, None]) & memory.mask_BS[:, None]

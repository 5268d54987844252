"""A Transformer decoder (Vaswani et al. 2017, 3.1) with the norm first (Xiong et al. 2020) and the encoder's relative positions.

Each layer looks back at the target so far, then at the source, then feeds forward. Tokens may be read all at once or in parts: what a layer
has seen is kept as keys and values, and the tokens of a part look at those and at one another. So training is one call over all T, a step
of the search one call over one token, by the same lines. Positions are distances, cut at REACH: there is no longest target.
B batch, N = B * K rows (the K rows of a sentence are consecutive, the memory has B), S source position, T target position, P tokens read
before, Q queries of a sentence, E embedding, H features, A heads, D features of a head.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.attention import Memory
from seqtasks.nn.attention_weights import masked_softmax
from seqtasks.nn.decoders import CachedState, TargetEmbedding, sentence_rows
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.transformer import TransformerLayer


class CrossAttention(nn.Module):
    """Scaled dot-product attention by heads over a source of memory_size features, whose keys and values are projected once."""

    def __init__(self, *, size: int, memory_size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(memory_size, size)
        self.value = nn.Linear(memory_size, size)
        self.join = nn.Linear(size, size)
        for linear in (self.query, self.key, self.value, self.join):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def project(self, encoded: Encoded) -> Memory:
        """The source as this attention sees it."""
        return Memory(self.value(encoded.output), self.key(encoded.output), encoded.mask_BS)

    def forward(self, states_NTH: Tensor, memory: Memory, *, weighed: bool) -> tuple[Tensor, Tensor | None]:
        """context_NTH and, where asked for (weighed), the mean of the heads' weights_NTS (float32); a source without words gives zeros."""
        rows, steps, size = states_NTH.shape
        sentences = sentence_rows(rows, memory)
        query_BQH = self.query(states_NTH).reshape(sentences, rows * steps // max(sentences, 1), size)
        query, key, value = (self.by_heads(part) for part in (query_BQH, memory.keys_BSA, memory.values_BSH))
        weights_NTS = None
        if weighed:
            energy_BAQS = query @ key.transpose(2, 3) / math.sqrt(query.size(3))
            weights_BAQS = masked_softmax(energy_BAQS, memory.mask_BS[:, None, None])
            attended_BAQD = weights_BAQS.to(value.dtype) @ value
            weights_NTS = weights_BAQS.mean(dim=1).reshape(rows, steps, key.size(2))
        else:
            real_B111 = memory.mask_BS.any(dim=1)[:, None, None, None]
            seen_B11S = memory.mask_BS[:, None, None] | ~real_B111
            attended_BAQD = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen_B11S) * real_B111
        return self.join(attended_BAQD.transpose(1, 2).reshape(rows, steps, size)), weights_NTS

    def by_heads(self, states_BSH: Tensor) -> Tensor:
        """[B, A, S, D]."""
        return states_BSH.unflatten(2, (self.heads, -1)).transpose(1, 2)


class DecoderLayer(nn.Module):
    """An encoder's layer that looks back only, with a look at the source between its halves."""

    def __init__(self, *, layer: TransformerLayer, cross: CrossAttention, dropout: LockedDropout) -> None:
        super().__init__()
        self.layer = layer
        self.cross_norm = nn.LayerNorm(cross.query.in_features)
        self.cross = cross
        self.dropout = dropout

    def forward(self, states_NTH: Tensor, memory: Memory, cache: Tensor, *, weighed: bool) -> tuple[Tensor, Tensor, Tensor | None]:
        """states_NTH, the cache with these tokens, and the weights of the look at the source where asked for.

        cache: keys and values of the tokens before, [N, 2, A, P, D].
        """
        attention, before = self.layer.attention, cache.size(3)
        query, *own = attention.split(self.layer.attention_norm(states_NTH)).split([1, 2], dim=1)
        cache = torch.cat([cache, *own], dim=3)
        back_ATP = looking_back(self.layer.bias(cache.size(3), before))
        attended = functional.scaled_dot_product_attention(query[:, 0], cache[:, 0], cache[:, 1], attn_mask=back_ATP)
        states_NTH = states_NTH + self.dropout(attention.joined(attended))
        context_NTH, weights_NTS = self.cross(self.cross_norm(states_NTH), memory, weighed=weighed)
        return self.layer.fed(states_NTH + self.dropout(context_NTH)), cache, weights_NTS


def looking_back(bias_ATP: Tensor) -> Tensor:
    """The bias, and -inf at the tokens that come after the one that looks: the last T of all tokens look."""
    looking, seen = bias_ATP.shape[1:]
    later_TP = torch.ones(looking, seen, dtype=torch.bool, device=bias_ATP.device).triu(seen - looking + 1)
    return bias_ATP.masked_fill(later_TP, -math.inf)


class TransformerDecoder(nn.Module):
    """A linear map of the embedding to hidden_size and a norm, the layers, and a last norm. It needs no bridge: the memory is all it gets.

    inner_size: of the feed-forward parts, 0 is 4 * hidden_size, which heads must divide. dropout: of the embedded inputs and of what layers
    add, one mask per sentence each. The weights are the mean over the heads of the last layer.
    """

    def __init__(
        self, *, embedding: nn.Module, memory_size: int, hidden_size: int, layers: int, heads: int, dropout: float, inner_size: int = 0
    ) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"a decoder needs at least one layer, got {layers}")
        self.embedding = embedding
        self.dropout = LockedDropout(dropout)
        self.enter = nn.Linear(cast(TargetEmbedding, embedding).output_size, hidden_size)
        nn.init.xavier_uniform_(self.enter.weight)
        nn.init.zeros_(self.enter.bias)
        self.scale = nn.LayerNorm(hidden_size)  # as the encoder's: embeddings are small
        self.layers = nn.ModuleList(
            DecoderLayer(
                layer=TransformerLayer(size=hidden_size, heads=heads, dropout=self.dropout, inner_size=inner_size),
                cross=CrossAttention(size=hidden_size, memory_size=memory_size, heads=heads),
                dropout=self.dropout,
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(hidden_size)
        self.heads = heads
        self.output_size = hidden_size

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, CachedState]:
        """The memory, whose parts are what each layer sees of the source, and caches that hold nothing yet."""
        parts = tuple(cast(DecoderLayer, layer).cross.project(encoded) for layer in self.layers)
        sizes = (len(encoded.mask_BS), 2, self.heads, 0, self.output_size // self.heads)
        nothing = tuple(part.keys_BSA.new_empty(sizes) for part in parts)
        return Memory(encoded.output, encoded.output, encoded.mask_BS, segments_BS, parts), CachedState(nothing)

    def forward(self, inputs_BT: Tensor, memory: Memory, state: CachedState) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs_BT are bos and the target without its end. Returns outputs_BTH and weights_BTS."""
        outputs_BTH, _, weights_BTS = self.read(inputs_BT, memory, state)
        return outputs_BTH, weights_BTS

    def step(self, last_N: Tensor, memory: Memory, state: CachedState) -> tuple[Tensor, CachedState, Tensor]:
        outputs_N1H, state, weights_N1S = self.read(last_N[:, None], memory, state)
        return outputs_N1H[:, 0], state, weights_N1S[:, 0]

    def read(self, inputs_NT: Tensor, memory: Memory, state: CachedState) -> tuple[Tensor, CachedState, Tensor]:
        """outputs_NTH after each of some more tokens, the state after the last of them, and weights_NTS."""
        states_NTH = self.scale(self.enter(self.dropout(self.embedding(inputs_NT))))
        caches, weights_NTS, top = [], states_NTH.new_zeros(0), len(self.layers) - 1
        for number, layer in enumerate(self.layers):
            states_NTH, cache, found = layer(states_NTH, memory.parts[number], state.caches[number], weighed=number == top)
            caches.append(cache)
            weights_NTS = weights_NTS if found is None else found
        return self.norm(states_NTH), CachedState(tuple(caches)), weights_NTS

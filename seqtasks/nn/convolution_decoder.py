"""A convolutional decoder (Gehring et al. 2017, section 3): causal gated convolutions, each of which asks an attention.

Of a layer's input x, at each token i, with g the embedding of the token that is read there and m the number of source words:

    h_i = GLU(W [x_(i-width+1) ... x_i] + b)                 the layer sees this token and those before it
    c_i = sqrt(m) * attention((U h_i + u + g_i) * sqrt(0.5))
    x_i = (x_i + (h_i + V c_i + v) * sqrt(0.5)) * sqrt(0.5)

sqrt(m) keeps the variance of a mean of m words, sqrt(0.5) that of a sum (3.4), and so do the first weights (3.5). Other than the paper: the
attention's values are the encoder's states without the source's embeddings, since a backbone answers with states only; there are no
embeddings of positions (so no longest target), and a norm of the entering embedding instead of weight normalisation.
Tokens may be read all at once or in parts: a layer keeps its last width - 1 inputs, zeros at first.
B batch, N = B * K rows (the K rows of a sentence are consecutive, the memory has B), S source position, T target position, E embedding,
H features.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.attention import AnyAttention, Memory
from seqtasks.nn.decoders import CachedState, TargetEmbedding, attend_rows
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded

HALF = math.sqrt(0.5)  # keeps the variance of a sum of two


class GatedConvolution(nn.Module):
    """GLU(W [the last `width` inputs] + b). The first weights keep the variance of inputs that go through a gate and dropout."""

    def __init__(self, *, size: int, width: int, dropout: float) -> None:
        super().__init__()
        self.width = width
        self.linear = nn.Linear(width * size, 2 * size)
        nn.init.normal_(self.linear.weight, std=math.sqrt(4 * (1 - dropout) / (width * size)))
        nn.init.zeros_(self.linear.bias)

    def forward(self, states_NTH: Tensor, before_NXH: Tensor) -> tuple[Tensor, Tensor]:
        """found_NTH, and the last width - 1 inputs, which the next token needs; before_NXH are those before these."""
        length = states_NTH.size(1)
        seen_NXH = torch.cat([before_NXH, states_NTH], dim=1)
        window_NTX = torch.cat([seen_NXH[:, start : start + length] for start in range(self.width)], dim=2)
        return functional.glu(self.linear(window_NTX), dim=2), seen_NXH[:, length:]


class ConvolutionLayer(nn.Module):
    """A gated convolution and a look at the source, around which its input goes. embedding_size: that of the attention's queries."""

    def __init__(self, *, size: int, embedding_size: int, width: int, dropout: LockedDropout) -> None:
        super().__init__()
        self.convolution = GatedConvolution(size=size, width=width, dropout=dropout.p)
        self.query = nn.Linear(size, embedding_size)
        self.join = nn.Linear(embedding_size, size)
        self.dropout = dropout
        for linear in (self.query, self.join):
            nn.init.normal_(linear.weight, std=math.sqrt(1 / linear.in_features))
            nn.init.zeros_(linear.bias)

    def forward(
        self, states_NTH: Tensor, embedded_NTE: Tensor, before_NXH: Tensor, memory: Memory, attention: AnyAttention
    ) -> tuple[Tensor, Tensor, Tensor]:
        """states_NTH, the inputs to keep, and weights_NTS."""
        found_NTH, kept_NXH = self.convolution(self.dropout(states_NTH), before_NXH)
        query_NTE = (self.query(found_NTH) + embedded_NTE) * HALF
        context_NTE, weights_NTS, _ = attend_rows(attention, query_NTE, memory, None)
        states_NTH = (states_NTH + (found_NTH + self.join(context_NTE)) * HALF) * HALF
        return states_NTH, kept_NXH, weights_NTS


class ConvolutionDecoder(nn.Module):
    """A linear map of the embedding to hidden_size and a norm, then the layers. It needs no bridge: the memory is all it gets.

    attention: of queries and values of the embedding's size, to which the source's states are mapped, once for all layers.
    width: tokens that a convolution sees, the one just read among them. dropout: of the embedded inputs, of what convolutions see and of
    the outputs, one mask per sentence each. The weights are the mean over the layers.
    Raises ValueError for sizes that do not fit, and for an attention whose state runs over time.
    """

    def __init__(
        self,
        *,
        embedding: nn.Module,
        attention: AnyAttention,
        memory_size: int,
        hidden_size: int,
        layers: int,
        width: int,
        dropout: float,
    ) -> None:
        super().__init__()
        embedding_size = cast(TargetEmbedding, embedding).output_size
        if layers < 1 or width < 1:
            raise ValueError(f"a convolutional decoder needs at least one layer and a width of 1, got {layers} and {width}")
        if (attention.query_size, attention.memory_size) != (embedding_size, embedding_size):
            sizes = f"{attention.query_size} and {attention.memory_size}"
            raise ValueError(f"the attention must take queries and values of the embedding's {embedding_size} features, got {sizes}")
        if not attention.parallel:
            raise ValueError("every layer asks for all tokens at once: an attention whose state runs over time does not fit")
        self.embedding = embedding
        self.attention = attention
        self.dropout = LockedDropout(dropout)
        self.source = nn.Linear(memory_size, embedding_size)
        self.enter = nn.Linear(embedding_size, hidden_size)
        for linear in (self.source, self.enter):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)
        self.scale = nn.LayerNorm(hidden_size)  # embeddings are small
        self.layers = nn.ModuleList(
            ConvolutionLayer(size=hidden_size, embedding_size=embedding_size, width=width, dropout=self.dropout) for _ in range(layers)
        )
        self.width = width
        self.output_size = hidden_size

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, CachedState]:
        """The memory that all layers share, and zeros as the inputs before the first token."""
        memory = self.attention.project(self.source(encoded.output), encoded.mask_BS, segments_BS)
        words_B11 = encoded.mask_BS.sum(dim=1).to(memory.values_BSH.dtype)[:, None, None]
        memory = replace(memory, values_BSH=memory.values_BSH * words_B11.sqrt())
        nothing_BXH = self.enter.weight.new_zeros(len(encoded.mask_BS), self.width - 1, self.output_size)
        return memory, CachedState((nothing_BXH,) * len(self.layers))

    def forward(self, inputs_BT: Tensor, memory: Memory, state: CachedState) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs_BT are bos and the target without its end. Returns outputs_BTH and weights_BTS."""
        outputs_BTH, _, weights_BTS = self.read(inputs_BT, memory, state)
        return outputs_BTH, weights_BTS

    def step(self, last_N: Tensor, memory: Memory, state: CachedState) -> tuple[Tensor, CachedState, Tensor]:
        outputs_N1H, state, weights_N1S = self.read(last_N[:, None], memory, state)
        return outputs_N1H[:, 0], state, weights_N1S[:, 0]

    def read(self, inputs_NT: Tensor, memory: Memory, state: CachedState) -> tuple[Tensor, CachedState, Tensor]:
        """outputs_NTH after each of some more tokens, the state after the last of them, and weights_NTS."""
        embedded_NTE = self.dropout(self.embedding(inputs_NT))
        states_NTH = self.scale(self.enter(embedded_NTE))
        caches, weights = [], []
        for layer, before_NXH in zip(self.layers, state.caches, strict=True):
            states_NTH, kept_NXH, weights_NTS = layer(states_NTH, embedded_NTE, before_NXH, memory, self.attention)
            caches.append(kept_NXH)
            weights.append(weights_NTS)
        return self.dropout(states_NTH), CachedState(tuple(caches)), torch.stack(weights).mean(dim=0)

"""A Transformer encoder (Vaswani et al. 2017) with the norm first (Xiong et al. 2020) and relative positions (Raffel et al. 2020, 2.1).

How far and to which side a word stands adds a learned number for each head to the energy of attention: nothing depends on where a
sentence stands or on how it is padded. B batch, S position, Q positions that look, E input size, H features, A heads, R relative
positions.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.self_attention import SelfAttention

REACH = 16  # words further away than this share one number
WIDER = 4  # the inner layer of the feed-forward part, in units of the features, where no size is given


class RelativeBias(nn.Module):
    """A learned number for each head and distance, cut at `reach` on both sides.

    At first -2^(-8 a / A) for each word of distance in head a = 1 ... A (ALiBi, Press et al. 2022): near words count more.
    """

    def __init__(self, *, heads: int, reach: int) -> None:
        super().__init__()
        slope_A = 2 ** (-8 * torch.arange(1, heads + 1) / heads)
        distance_R = torch.arange(-reach, reach + 1).abs()
        self.table = nn.Parameter(-slope_A[:, None] * distance_R)
        self.reach = reach

    def forward(self, length: int, first: int = 0) -> Tensor:
        """bias_AQS: of the words that look (from number `first` on) towards each of `length` words."""
        positions_S = torch.arange(length, device=self.table.device)
        distance_QS = (positions_S - positions_S[first:, None]).clamp(-self.reach, self.reach)
        return self.table[:, distance_QS + self.reach]


class TransformerLayer(nn.Module):
    """states + attention(norm(states)), then states + feed_forward(norm(states)); dropout of what is added, one mask per sentence."""

    def __init__(self, *, size: int, heads: int, dropout: LockedDropout, inner_size: int = 0) -> None:
        super().__init__()
        self.bias = RelativeBias(heads=heads, reach=REACH)
        self.attention_norm = nn.LayerNorm(size)
        self.attention = SelfAttention(size=size, heads=heads)
        self.inner_norm = nn.LayerNorm(size)
        self.inner = nn.Linear(size, inner_size or WIDER * size)
        self.outer = nn.Linear(inner_size or WIDER * size, size)
        self.dropout = dropout
        for linear in (self.inner, self.outer):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """states_BSH, whatever at padding."""
        attended_BSH = self.attention(self.attention_norm(states_BSH), mask_BS, self.bias(states_BSH.size(1)))
        return self.fed(states_BSH + self.dropout(attended_BSH))

    def fed(self, states_BSH: Tensor) -> Tensor:
        """The second half: states_BSH + feed_forward(norm(states_BSH)), each word on its own."""
        added_BSH = self.outer(functional.gelu(self.inner(self.inner_norm(states_BSH))))
        return states_BSH + self.dropout(added_BSH)


class Transformer(nn.Module):
    """A backbone: a linear map to hidden_size and a norm, the layers, and a last norm of the top one. It has no final states.

    inner_size: of the feed-forward parts; 0 is WIDER * hidden_size.
    """

    def __init__(self, *, input_size: int, hidden_size: int, layers: int, heads: int, dropout: LockedDropout, inner_size: int = 0) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"a Transformer needs at least one layer, got {layers}")
        self.enter = nn.Linear(input_size, hidden_size)
        nn.init.xavier_uniform_(self.enter.weight)
        nn.init.zeros_(self.enter.bias)
        self.scale = nn.LayerNorm(hidden_size)  # embeddings are small: without it what layers add would drown them
        self.layers = nn.ModuleList(
            TransformerLayer(size=hidden_size, heads=heads, dropout=dropout, inner_size=inner_size) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(hidden_size)
        self.output_size = hidden_size

    def forward(self, embedded_BSE: Tensor, mask_BS: Tensor) -> Encoded:
        """States of every layer. mask_BS is True at real words, which must come first in each row."""
        states_BSH, layers = self.scale(self.enter(embedded_BSE)), []
        for layer in self.layers:
            states_BSH = layer(states_BSH, mask_BS)
            layers.append(states_BSH)
        layers[-1] = self.norm(states_BSH)
        return Encoded(tuple(states * mask_BS[:, :, None] for states in layers), None, mask_BS)

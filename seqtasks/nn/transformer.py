"""Self-attention by heads (Vaswani et al. 2017, 3.2), on top of a stack or in a Transformer encoder with the norm first (Xiong et al. 2020)
and relative positions (Raffel et al. 2020, 2.1).

How far and to which side a word stands adds a learned number for each head to the energy of attention: nothing depends on where a sentence
stands or on how it is padded. B batch, S position, Q positions that look, E input size, H features, A heads, D features of a head,
R relative positions.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.recurrent import RecurrentStack

REACH = 16  # words further away than this share one number
WIDER = 4  # the inner layer of the feed-forward part, in units of the features, where no size is given


class SelfAttention(nn.Module):
    """softmax(Q K' / sqrt(D)) V by heads, joined by a linear map; padding is never looked at. Raises ValueError if heads do not fit."""

    def __init__(self, *, size: int, heads: int) -> None:
        super().__init__()
        if size % heads:
            raise ValueError(f"{heads} heads cannot share {size} features evenly; choose a number of heads that divides them")
        self.heads = heads
        self.project = nn.Linear(size, 3 * size)
        self.join = nn.Linear(size, size)
        for linear in (self.project, self.join):
            for block in linear.weight.data.split(size):
                nn.init.xavier_uniform_(block)
            nn.init.zeros_(linear.bias)

    def forward(self, states_BSH: Tensor, mask_BS: Tensor, bias_ASS: Tensor | None = None) -> Tensor:
        """attended_BSH, whatever at padding. bias_ASS: added to the energy, a row for each word that looks."""
        if states_BSH.numel() == 0:
            return states_BSH
        seen_BS = mask_BS | ~mask_BS.any(dim=1, keepdim=True)  # a sentence without words looks at its padding: no row is NaN
        query, key, value = self.split(states_BSH).unbind(1)
        return self.joined(functional.scaled_dot_product_attention(query, key, value, attn_mask=with_mask(bias_ASS, seen_BS)))

    def split(self, states_BSH: Tensor) -> Tensor:
        """Queries, keys and values of each head, [B, 3, A, S, D]."""
        sentences, length, size = states_BSH.shape
        split_B3ASD: Tensor = self.project(states_BSH).view(sentences, length, 3, self.heads, size // self.heads).permute(0, 2, 3, 1, 4)
        return split_B3ASD

    def joined(self, attended_BASD: Tensor) -> Tensor:
        """attended_BSH of what the heads have found."""
        joined_BSH: Tensor = self.join(attended_BASD.transpose(1, 2).flatten(2))
        return joined_BSH


def with_mask(bias_ASS: Tensor | None, seen_BS: Tensor) -> Tensor:
    """What is added to the energy, [B, A, S, S]: the bias, and -inf at what must not be seen; without a bias a bool [B, 1, 1, S]."""
    seen_B11S = seen_BS[:, None, None]
    return seen_B11S if bias_ASS is None else torch.where(seen_B11S, bias_ASS, -math.inf)


class SelfAttentionOnTop(nn.Module):
    """A backbone with self-attention on top: LayerNorm(states + attention(states)). Lower layers and final states are the stack's."""

    def __init__(self, stack: RecurrentStack, *, heads: int, dropout: LockedDropout) -> None:
        super().__init__()
        self.stack = stack
        self.attention = SelfAttention(size=stack.output_size, heads=heads)
        self.norm = nn.LayerNorm(stack.output_size)
        self.dropout = dropout
        self.output_size = stack.output_size

    def forward(self, embedded_BSE: Tensor, mask_BS: Tensor) -> Encoded:
        """As many layers as the stack has; mask_BS is True at real words, which must come first in each row."""
        return self.on_top(self.stack(embedded_BSE, mask_BS))

    def on_top(self, encoded: Encoded) -> Encoded:
        """What the stack answered, with the attention above its top layer."""
        top_BSH, mask_BS = encoded.output, encoded.mask_BS
        attended_BSH = self.norm(top_BSH + self.dropout(self.attention(top_BSH, mask_BS))) * mask_BS[:, :, None]
        return Encoded((*encoded.layers[:-1], attended_BSH), encoded.final, mask_BS)


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

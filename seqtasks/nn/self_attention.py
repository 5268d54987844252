"""Words that look at all words of their sentence: multi-head scaled dot-product attention (Vaswani et al. 2017, section 3.2).

B batch, S position, H features, A heads, D features of a head.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.recurrent import RecurrentStack


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
        encoded = self.stack(embedded_BSE, mask_BS)
        top_BSH = encoded.output
        attended_BSH = self.norm(top_BSH + self.dropout(self.attention(top_BSH, mask_BS))) * mask_BS[:, :, None]
        return Encoded((*encoded.layers[:-1], attended_BSH), encoded.final, mask_BS)

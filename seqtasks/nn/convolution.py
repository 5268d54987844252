"""Iterated dilated convolutions (Strubell et al. 2017, section 4): a block of them, run over its own output again and again.

The block's convolutions see three words each, 1, 2, 4 and again 1 apart, so one run sees 8 words to each side, and every further one as
many more at no further weights. Each is added to its input after a norm; padding is zeroed before each, so that nothing leaks from it.
B batch, S position, E input size, H features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded

DILATIONS = (1, 2, 4, 1)


class DilatedConvolution(nn.Module):
    """relu(W [word - dilation, word, word + dilation] + b) of normed words; zeros beyond the sentence's ends."""

    def __init__(self, *, size: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.linear = nn.Linear(3 * size, size)
        self.dilation = dilation
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """added_BSH, whatever at padding."""
        length, step = states_BSH.size(1), self.dilation
        padded_BSH = functional.pad(self.norm(states_BSH) * mask_BS[:, :, None], (0, 0, step, step))
        window_BSX = torch.cat([padded_BSH[:, start : start + length] for start in (0, step, 2 * step)], dim=2)
        return functional.relu(self.linear(window_BSX))


class IteratedConvolutions(nn.Module):
    """A backbone: a linear map to hidden_size and a norm, then the block `layers` times with the same weights. It has no final states."""

    def __init__(self, *, input_size: int, hidden_size: int, layers: int, dropout: LockedDropout) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"iterated convolutions need at least one layer, got {layers}")
        self.enter = nn.Linear(input_size, hidden_size)
        nn.init.xavier_uniform_(self.enter.weight)
        nn.init.zeros_(self.enter.bias)
        self.scale = nn.LayerNorm(hidden_size)  # embeddings are small: without it what layers add would drown them
        self.block = nn.ModuleList(DilatedConvolution(size=hidden_size, dilation=dilation) for dilation in DILATIONS)
        self.iterations = layers
        self.dropout = dropout
        self.output_size = hidden_size

    def forward(self, embedded_BSE: Tensor, mask_BS: Tensor) -> Encoded:
        """States after every run of the block. mask_BS is True at real words, which must come first in each row."""
        states_BSH, layers = self.scale(self.enter(embedded_BSE)), []
        for _ in range(self.iterations):
            for convolution in self.block:
                states_BSH = states_BSH + self.dropout(convolution(states_BSH, mask_BS))
            layers.append(states_BSH * mask_BS[:, :, None])
        return Encoded(tuple(layers), None, mask_BS)

"""From an encoder's end to a decoder's beginning: tanh of a linear map of the sentence's summary (Bahdanau et al. 2015, A.2.2).

B batch, L decoder layers, H decoder hidden size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqtasks.nn.encoded import Encoded, summary


class Bridge(nn.Module):
    """First states of every decoder layer, and cells for an LSTM, from any Encoded of encoder_size features."""

    def __init__(self, *, encoder_size: int, hidden_size: int, layers: int, cell: bool) -> None:
        super().__init__()
        self.encoder_size = encoder_size
        self.hidden_size = hidden_size
        self.layers = layers
        self.cell = cell
        self.linear = nn.Linear(encoder_size, hidden_size * layers * (2 if cell else 1))

    def forward(self, encoded: Encoded) -> tuple[Tensor, Tensor | None]:
        """hidden_LBH and cell_LBH (None without cells), in the parameters' precision: a running state is not kept in bf16."""
        start_BX = torch.tanh(self.linear(summary(encoded))).to(self.linear.weight.dtype)
        start_XBH = start_BX.view(start_BX.size(0), -1, self.hidden_size).transpose(0, 1).contiguous()
        if not self.cell:
            return start_XBH, None
        return start_XBH[: self.layers], start_XBH[self.layers :]

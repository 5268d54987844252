"""What a backbone returns, a summary of it, and the bridge from that to a decoder's first states.

B batch, S source position, H hidden size, L decoder layers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Encoded:
    """A batch of sentences after the backbone.

    layers: one states_BSH per layer, lowest first; zero at padding.
    final: one state_BH per layer, or None where a backbone has no such thing. It is the hidden state h (for an LSTM h, not the cell c):
    the forward direction's at the last real word, joined with the backward direction's at position 0. Zeros for an empty sentence.
    mask_BS: bool, True at real words, which come first.
    """

    layers: Sequence[Tensor]
    final: tuple[Tensor, ...] | None
    mask_BS: Tensor

    @property
    def output(self) -> Tensor:
        """The states_BSH of the top layer."""
        return self.layers[-1]

    def projected(self, layer: int, projection: Callable[[Tensor], Tensor]) -> Tensor:
        """projected_BSN: what a projection makes of the states_BSH of a layer, position by position; without meaning at padding."""
        return projection(self.layers[layer])


torch.export.register_dataclass(Encoded, serialized_type_name="seqtasks.nn.Encoded")  # so that exported backbones answer with it


def summary(encoded: Encoded) -> Tensor:
    """One vector_BH per sentence: the top layer's final state, or the mean of its real states where there is no final state."""
    if encoded.final is not None:
        return encoded.final[-1]
    total_BH = torch.where(encoded.mask_BS[:, :, None], encoded.output, 0).sum(dim=1)
    return total_BH / encoded.mask_BS.sum(dim=1, keepdim=True).clamp(min=1)


class Bridge(nn.Module):
    """First states of every decoder layer, and cells for an LSTM, from any Encoded of encoder_size features.

    tanh of a linear map of the sentence's summary (Bahdanau et al. 2015, A.2.2).
    """

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

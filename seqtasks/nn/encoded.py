"""What a backbone returns: the states of every layer, the final states and the mask. B batch, S source position, H hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


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


def summary(encoded: Encoded) -> Tensor:
    """One vector_BH per sentence: the top layer's final state, or the mean of its real states where there is no final state."""
    if encoded.final is not None:
        return encoded.final[-1]
    total_BH = torch.where(encoded.mask_BS[:, :, None], encoded.output, 0).sum(dim=1)
    return total_BH / encoded.mask_BS.sum(dim=1, keepdim=True).clamp(min=1)

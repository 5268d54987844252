"""The states of a text to one vector: what a head reads that labels whole texts. All are exact under padding.

last: the state at the last real word, and of what is read from right to left the state at the first one; mean and max: over real words;
attention: a weighted mean whose weights come from the states (Yang et al. 2016, equations 5 to 7, for words).
A text without any word gives zeros. B batch, S position, H features of a state, A size of the attention's hidden layer.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn

from seqtasks.nn.attention_weights import masked_softmax
from seqtasks.nn.recurrent import BidirectionalLayer, RecurrentStack, last_real


class LastState(nn.Module):
    """The last state of each direction. backward: how many of a state's features, its last ones, are read from right to left."""

    def __init__(self, *, input_size: int, backward: int) -> None:
        super().__init__()
        if not 0 <= backward <= input_size:
            raise ValueError(f"backward must lie between 0 and input_size={input_size}, got {backward}")
        self.ahead = input_size - backward

    def forward(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """pooled_BH; mask_BS is True at real words, which come first, and states are zero elsewhere."""
        ahead_BH = last_real(states_BSH[:, :, : self.ahead], mask_BS)
        return torch.cat([ahead_BH, last_real(states_BSH[:, :, self.ahead :], mask_BS[:, :1])], dim=1)


class MeanPooling(nn.Module):
    """The mean of the states of real words."""

    def forward(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """pooled_BH."""
        words_B1 = mask_BS.sum(dim=1, keepdim=True).clamp(min=1)
        return states_BSH.masked_fill(~mask_BS[:, :, None], 0).sum(dim=1) / words_B1


class MaxPooling(nn.Module):
    """The largest value of each feature among real words."""

    def forward(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """pooled_BH."""
        if states_BSH.size(1) == 0:
            return states_BSH.new_zeros(states_BSH.size(0), states_BSH.size(2))
        lowest = torch.finfo(states_BSH.dtype).min
        best_BH = states_BSH.masked_fill(~mask_BS[:, :, None], lowest).amax(dim=1)
        return best_BH.masked_fill(~mask_BS.any(dim=1)[:, None], 0)


class AttentionPooling(nn.Module):
    """A weighted mean of the states: w_s = softmax over real words of v . tanh(W h_s + b)."""

    def __init__(self, *, input_size: int, attention_size: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(input_size, attention_size)
        self.energy = nn.Linear(attention_size, 1, bias=False)

    def weights(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """weights_BS, float32 at least: rows sum to 1, padding gets exactly 0; zeros for a text without words."""
        return masked_softmax(self.energy(torch.tanh(self.hidden(states_BSH))).squeeze(-1), mask_BS)

    def forward(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """pooled_BH."""
        weights_BS = self.weights(states_BSH, mask_BS).to(states_BSH.dtype)
        return (weights_BS[:, None] @ states_BSH).squeeze(1)


def backward_features(backbone: nn.Module, layer: int = -1) -> int:
    """How many of the last features of each state of a backbone's layer are read from right to left: half of them, or none."""
    if isinstance(backbone, RecurrentStack) and isinstance(backbone.layers[layer], BidirectionalLayer):
        return backbone.output_size // 2
    return 0


class PoolingBuilder(Protocol):
    """How a pooling is made. backward: see `backward_features`."""

    def __call__(self, *, input_size: int, backward: int) -> nn.Module: ...


POOLINGS: dict[str, PoolingBuilder] = {
    "last": LastState,
    "mean": lambda *, input_size, backward: MeanPooling(),
    "max": lambda *, input_size, backward: MaxPooling(),
    "attention": lambda *, input_size, backward: AttentionPooling(input_size=input_size, attention_size=input_size),
}

"""Highway connections between recurrent layers (Srivastava et al. 2015), in the form of Stanza's taggers (Qi et al. 2018).

states + sigmoid(G input + g) * tanh(W input + w): a gate lets what a layer was given pass beside it, whatever their sizes.
B batch, S position, E input size, H hidden size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Highway(nn.Module):
    """What one layer was given, gated and added to its states. Gates start half open."""

    def __init__(self, *, input_size: int, output_size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(input_size, output_size)
        self.carry = nn.Linear(input_size, output_size)
        for linear in (self.gate, self.carry):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, inputs_BSE: Tensor, states_BSH: Tensor) -> Tensor:
        """states_BSH with their inputs; not zero at padding."""
        return states_BSH + torch.sigmoid(self.gate(inputs_BSE)) * torch.tanh(self.carry(inputs_BSE))

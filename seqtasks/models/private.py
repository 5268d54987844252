"""Layers of one head alone, between the shared trunk and its projection. B batch, S position, H hidden.

In multi-task training a task that differs much from the others learns there what they have no use for (Ruder et al. 2019 learn how much to
share; here it is the recipe's choice).
"""

from __future__ import annotations

from typing import cast

from torch import nn

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.trunk import Backbone


class PrivateLayers(nn.Module):
    """A backbone of a head's own over one layer of the shared one.

    layer: the shared layer that it reads, -1 for the top; dropout: rate of the locked dropout between the two, 0 to 1.
    """

    def __init__(self, *, layer: int, backbone: nn.Module, dropout: float) -> None:
        super().__init__()
        self.layer = layer
        self.dropout = LockedDropout(dropout)
        self.backbone = backbone

    @property
    def output_size(self) -> int:
        """Features of each state."""
        return cast(Backbone, self.backbone).output_size

    def forward(self, encoded: Encoded) -> Encoded:
        """Encoded of the private layers from that of the trunk; states at padding are zero."""
        own: Encoded = self.backbone(self.dropout(encoded.layers[self.layer]), encoded.mask_BS)
        return own

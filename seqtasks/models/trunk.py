"""The shared trunk: embedding, locked dropout, backbone. B batch, S position, E embedding.

Every model of this package stands on one; models that share a trunk share its weights.
"""

from __future__ import annotations

from typing import Protocol, cast

from torch import nn

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.embeddings import TokenEmbedder
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import Batch


class Backbone(Protocol):
    """What every entry of BACKBONES has beside `forward`."""

    output_size: int


class Trunk(nn.Module):
    """Reads a batch and answers with the states of every layer of its backbone.

    embedder: batch -> embedded_BSE; backbone: (embedded_BSE, mask_BS) -> Encoded (see `seqtasks.nn.backbones`);
    dropout: rate of the locked dropout between the two, 0 to 1.
    """

    def __init__(self, *, embedder: TokenEmbedder, backbone: nn.Module, dropout: float) -> None:
        super().__init__()
        self.embedder = embedder
        self.dropout = LockedDropout(dropout)
        self.backbone = backbone

    @property
    def output_size(self) -> int:
        """Features of each state."""
        return cast(Backbone, self.backbone).output_size

    def forward(self, batch: Batch) -> Encoded:
        """Encoded(layers, final) of the sentences in `batch`, unless it has been read already; states at padding are zero."""
        if isinstance(batch.encoded, Encoded):
            return batch.encoded
        encoded: Encoded = self.backbone(self.dropout(self.embedder(batch)), batch.mask_BS)
        return encoded

"""A tagging model: one trunk and one or several heads that share it (multi-task is the same model with more heads).

B batch, S position, H hidden, N labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import torch
from torch import Tensor, nn

from seqtasks.models.heads import Head
from seqtasks.models.neighbours import Neighbours
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.trunk import Backbone, Trunk
from seqtasks.text.batching import Batch


class PrivateLayers(nn.Module):
    """A backbone of a head's own over one layer of the shared one: a task learns there what the others have no use for.

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


class TaggingModel(nn.Module):
    """Heads by name over a shared trunk, on which each stands directly or on layers of its own (private: {head: those layers}).

    pooled: {head: share w of another tagger in its answers, 0 to 1}. Where a batch has that tagger's log-probabilities (`Batch.priors`; in
    training it has none), scores are (1 - w) scores + w log p: a logarithmic opinion pool (Heskes 1998), of a CRF in each word's own part.

    neighbours: {head: what predicts the words beside each from the trunk, in training only}.

    A batch trains every head for which it has targets, from one pass through the trunk; `predict` answers for the heads it is asked for.
    """

    def __init__(
        self,
        *,
        trunk: Trunk,
        heads: Mapping[str, Head],
        private: Mapping[str, PrivateLayers] | None = None,
        pooled: Mapping[str, float] | None = None,
        neighbours: Mapping[str, Neighbours] | None = None,
    ) -> None:
        super().__init__()
        self.trunk = trunk
        self.heads = nn.ModuleDict(dict(heads))
        self.private = nn.ModuleDict(dict(private or {}))
        self.pooled = dict(pooled or {})
        self.neighbours = nn.ModuleDict(dict(neighbours or {}))

    def head(self, name: str) -> Head:
        head = self.heads[name]
        if not isinstance(head, Head):
            raise TypeError(f"{name} is no tagging head but {type(head).__name__}")
        return head

    def forward(self, batch: Batch, heads: Iterable[str] = ()) -> dict[str, Tensor]:
        """{head: scores_BSN} for `heads`, or for those that `batch` has targets for, or for all if it has none."""
        encoded = self.trunk(batch) if batch.encoded is None else batch.encoded  # a Reader has read it
        scores = {name: self.head(name).scores(self.head_input(name, encoded)) for name in heads or batch.targets or self.heads}
        for name, log_probs_BSN in batch.priors.items():
            if name in scores:
                scores[name] = torch.lerp(scores[name].to(log_probs_BSN.dtype), log_probs_BSN, self.pooled[name])
        return scores

    def head_input(self, name: str, encoded: Encoded) -> Encoded:
        """What a head reads: the trunk's states, or those of its private layers above them."""
        seen: Encoded = self.private[name](encoded) if name in self.private else encoded
        return seen

    @torch.inference_mode()
    def predict(self, batch: Batch, heads: Iterable[str] = ()) -> dict[str, list[list[str]]]:
        """{head: the tags of each sentence of the batch}, for the heads that `forward` scores."""
        answers = {}
        for name, scores_BSN in self(batch, heads).items():
            answers[name] = self.head(name).tags(scores_BSN, batch.mask_BS)
        return answers

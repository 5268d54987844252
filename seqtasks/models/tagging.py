"""A tagging model: one trunk and one or several heads that share it (multi-task is the same model with more heads).

B batch, S position, N labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from seqtasks.models.heads import Head
from seqtasks.models.trunk import Trunk
from seqtasks.text.batching import Batch


class TaggingModel(nn.Module):
    """Heads by name over a shared trunk.

    A batch trains every head for which it has targets; `predict` answers for the heads it is asked for.
    """

    def __init__(self, *, trunk: Trunk, heads: Mapping[str, Head]) -> None:
        super().__init__()
        self.trunk = trunk
        self.heads = nn.ModuleDict(dict(heads))

    def head(self, name: str) -> Head:
        head = self.heads[name]
        if not isinstance(head, Head):
            raise TypeError(f"{name} is no tagging head but {type(head).__name__}")
        return head

    def forward(self, batch: Batch, heads: Iterable[str] = ()) -> dict[str, Tensor]:
        """{head: scores_BSN} for `heads`, or for those that `batch` has targets for, or for all if it has none."""
        encoded = self.trunk(batch)
        return {name: self.head(name).scores(encoded) for name in heads or batch.targets or self.heads}

    @torch.inference_mode()
    def predict(self, batch: Batch, heads: Iterable[str] = ()) -> dict[str, list[list[str]]]:
        """{head: the tags of each sentence of the batch}, for the heads that `forward` scores."""
        answers = {}
        for name, scores_BSN in self(batch, heads).items():
            head = self.head(name)
            answers[name] = [[head.labels[label] for label in row] for row in head.predict(scores_BSN, batch.mask_BS)]
        return answers

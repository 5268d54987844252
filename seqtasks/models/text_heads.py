"""Heads that label whole texts: the states of a text pooled to one vector, and scores of its labels from that.

They answer what every head answers (`seqtasks.models.heads.Head`), so that they stand on a trunk alone or beside heads that tag its words;
where those have a row of a word, these have one of a text. B batch, S position, H features of a state, N labels.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqtasks.models.heads import Head
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.pooling import POOLINGS, backward_features
from seqtasks.text.batching import IGNORE


class TextHead(Head):
    """What the heads of texts have in common. pooling: (states_BSH, mask_BS) -> pooled_BH (`seqtasks.nn.pooling`)."""

    def __init__(self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, pooling: nn.Module) -> None:
        super().__init__(input_size=input_size, labels=labels, dropout=dropout, layer=layer)
        self.pooling = pooling

    def scores(self, encoded: Encoded) -> Tensor:
        """scores_BN: the weight of each label for each text, any real number."""
        pooled_BH = self.pooling(encoded.layers[self.layer], encoded.mask_BS)
        return cast(Tensor, self.projection(self.dropout(pooled_BH[:, None]).squeeze(1)))

    def count(self, targets: Tensor, mask_BS: Tensor) -> int:
        """How many texts its loss is over."""
        return mask_BS.size(0)

    @abstractmethod
    def probabilities(self, scores_BN: Tensor, mask_BS: Tensor) -> Tensor:
        """probabilities_BN of each label of each text, float32. Without gradient."""


class SingleLabelHead(TextHead):
    """One label a text: softmax and cross-entropy. targets_B: label numbers, IGNORE for one that training has not seen."""

    def loss(self, scores_BN: Tensor, targets_B: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        return F.cross_entropy(scores_BN.float(), targets_B, ignore_index=IGNORE, reduction="sum", label_smoothing=label_smoothing)

    def predict(self, scores_BN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        """The number of each text's label, in a list of its own."""
        return [[label] for label in scores_BN.argmax(-1).tolist()]

    def correct(self, scores_BN: Tensor, targets_B: Tensor, mask_BS: Tensor) -> Tensor:
        return (scores_BN.detach().argmax(-1) == targets_B).sum()

    def probabilities(self, scores_BN: Tensor, mask_BS: Tensor) -> Tensor:
        """They sum to 1."""
        return scores_BN.detach().float().softmax(-1)


class MultiLabelHead(TextHead):
    """Any number of labels a text, each decided on its own: sigmoid and binary cross-entropy, summed over labels.

    threshold: a label is answered where its probability is at least so much. targets_BN: 1 where a label belongs to a text, else 0.
    """

    def __init__(
        self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, pooling: nn.Module, threshold: float = 0.5
    ) -> None:
        super().__init__(input_size=input_size, labels=labels, dropout=dropout, layer=layer, pooling=pooling)
        if not 0 < threshold < 1:
            raise ValueError(f"threshold must lie between 0 and 1, got {threshold}")
        self.threshold = threshold

    def loss(self, scores_BN: Tensor, targets_BN: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        wanted_BN = targets_BN.float() * (1 - label_smoothing) + label_smoothing / 2
        return F.binary_cross_entropy_with_logits(scores_BN.float(), wanted_BN, reduction="sum")

    def predict(self, scores_BN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        """The numbers of each text's labels, none or several."""
        answered_BN = self.answered(scores_BN)
        return [torch.nonzero(row_N).flatten().tolist() for row_N in answered_BN]

    def correct(self, scores_BN: Tensor, targets_BN: Tensor, mask_BS: Tensor) -> Tensor:
        """How many texts have just their labels."""
        return (self.answered(scores_BN) == targets_BN.bool()).all(dim=1).sum()

    def answered(self, scores_BN: Tensor) -> Tensor:
        """bool_BN: which labels are answered."""
        return scores_BN.detach().float().sigmoid() >= self.threshold

    def probabilities(self, scores_BN: Tensor, mask_BS: Tensor) -> Tensor:
        """Each lies between 0 and 1, whatever the others are."""
        return scores_BN.detach().float().sigmoid()


def build_text_head(
    backbone: nn.Module,
    *,
    input_size: int,
    labels: Sequence[str],
    dropout: float,
    layer: int = -1,
    pooling: str = "attention",
    threshold: float | None = None,
) -> TextHead:
    """The head over a backbone. pooling: a name in `seqtasks.nn.pooling.POOLINGS`; threshold: of texts with several labels, else None."""
    pooled = POOLINGS[pooling](input_size=input_size, backward=backward_features(backbone, layer))
    if threshold is None:
        return SingleLabelHead(input_size=input_size, labels=labels, dropout=dropout, layer=layer, pooling=pooled)
    return MultiLabelHead(input_size=input_size, labels=labels, dropout=dropout, layer=layer, pooling=pooled, threshold=threshold)

"""Guided attention (Chen et al. 2016): a loss that draws attention's weights to the links of a word aligner.

B sentences, S source position, T target position.
"""

import torch
from torch import Tensor

from seqtasks.align.alignments import Alignments
from seqtasks.text.batching import Batch

SMALLEST = 1e-6  # weights below it count as this in a logarithm: sparse attention has zeros


class GuidedAttention:
    """The loss of a batch, by the positions of its pairs in the corpus.

    alignments: of the corpus; weight: of the loss beside the likelihood, at update 0; updates: where it has fallen to 0, evenly (0: it
    stays); squared: the squared error between weights and alignment instead of the cross-entropy.
    """

    def __init__(self, alignments: Alignments, *, weight: float, updates: int, squared: bool) -> None:
        self.alignments = alignments
        self.weight = weight
        self.updates = updates
        self.squared = squared

    def weight_at(self, step: int) -> float:
        """The weight at an update."""
        return self.weight * max(0.0, 1 - step / self.updates) if self.updates else self.weight

    def __call__(self, weights_BTS: Tensor, batch: Batch, step: int) -> Tensor:
        """The weighted loss, summed over the target tokens that have a link; padding and the other tokens take no part."""
        _, length_T, length_S = weights_BTS.shape
        aligned = self.alignments.attention(batch.positions_B.tolist(), source_length=length_S, target_length=length_T)
        wanted_BTS = torch.from_numpy(aligned).to(weights_BTS.device)
        if self.squared:
            linked_BT1 = wanted_BTS.sum(dim=2, keepdim=True) > 0
            loss = ((weights_BTS.float() - wanted_BTS).square() * linked_BT1).sum() / 2
        else:
            loss = -(wanted_BTS * weights_BTS.float().clamp_min(SMALLEST).log()).sum()
        return self.weight_at(step) * loss

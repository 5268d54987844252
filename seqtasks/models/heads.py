"""Tagging heads: scores for each label of each word, the loss they are trained with, the tags they answer and how sure they are.

B batch, S position, N labels. Masks are bool, True at real words; targets hold -100 where there is no word.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqtasks.errors import UsageError
from seqtasks.nn.crf import CRF
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE
from seqtasks.text.tags import legal_transitions


class Head(nn.Module, ABC):
    """What a tagging head answers: `scores`, `loss`, `predict`, `labels`, and `probabilities` where it has any. Final classes say how
    they decode.

    layer: which layer of the backbone it reads, -1 for the top; scheme: the tag scheme of its labels, None where they are no spans.
    """

    def __init__(self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, scheme: str | None = None) -> None:
        super().__init__()
        self.labels = tuple(labels)
        self.layer = layer
        self.scheme = scheme
        self.dropout = LockedDropout(dropout)
        self.projection = nn.Linear(input_size, len(self.labels))

    def scores(self, encoded: Encoded) -> Tensor:
        """scores_BSN: the weight of each label for each word, any real number."""
        result: Tensor = self.projection(self.dropout(encoded.layers[self.layer]))
        return result

    @abstractmethod
    def loss(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        """The summed negative log-likelihood in nats, float32, over all real words."""

    @abstractmethod
    def predict(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        """The label numbers of each sentence, as many as it has words."""

    def probabilities(self, scores_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """probabilities_BSN of each label at each word, float32: rows sum to 1 at words and are 0 at padding. Without gradient.

        Raises UsageError where the head has none (one of another package that only answers tags).
        """
        raise UsageError(
            f"{type(self).__name__} answers tags without probabilities. Give it a method `probabilities`, or use 'softmax' or 'crf'."
        )


class SoftmaxHead(Head):
    """Each word is labelled on its own: cross-entropy, arg max."""

    def loss(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        return F.cross_entropy(
            scores_BSN.float().flatten(0, 1), targets_BS.flatten(), ignore_index=IGNORE, reduction="sum", label_smoothing=label_smoothing
        )

    def predict(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        best_BS = scores_BSN.argmax(-1).tolist()
        return [row[:length] for row, length in zip(best_BS, mask_BS.sum(1).tolist(), strict=True)]

    def probabilities(self, scores_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        return scores_BSN.detach().float().softmax(-1) * mask_BS[:, :, None]


class CRFHead(Head):
    """A linear-chain CRF (Lafferty et al. 2001) over the sentence: transitions that the tag scheme forbids never leave it.

    Without a scheme (POS tags) every transition is allowed.
    Label smoothing has no meaning for a chain and is refused by the recipes.
    """

    def __init__(self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, scheme: str | None = None) -> None:
        super().__init__(input_size=input_size, labels=labels, dropout=dropout, layer=layer, scheme=scheme)
        legal = legal_transitions(self.labels, scheme) if scheme else None
        self.crf = CRF(
            labels=len(self.labels),
            legal_start=legal.start if legal else None,
            legal_end=legal.end if legal else None,
            legal_pair=legal.pair if legal else None,
        )

    def loss(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        seen_B = ~((targets_BS == IGNORE) & mask_BS).any(dim=1)  # a sentence with a label that training lacks has no likelihood
        return -(self.crf.log_likelihood(scores_BSN, targets_BS.clamp(min=0), mask_BS) * seen_B).sum()

    def predict(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        with torch.no_grad():
            return self.crf.decode(scores_BSN, mask_BS)

    def probabilities(self, scores_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """Marginals given the whole sentence (forward-backward). The best path need not take the most probable label of every word.

        Summed in float64 where the device has it: in float32, sums over 100 words are off by 5e-5.
        """
        exact = torch.float32 if scores_BSN.device.type == "mps" else torch.float64
        with torch.no_grad():
            return self.crf.marginals(scores_BSN.to(exact), mask_BS).float()


class HeadBuilder(Protocol):
    """How a head is made; scheme is for heads that know what may follow what."""

    def __call__(self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, scheme: str | None = None) -> Head: ...


HEADS: dict[str, HeadBuilder] = {"softmax": SoftmaxHead, "crf": CRFHead}

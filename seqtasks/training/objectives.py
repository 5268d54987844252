"""Objectives: `(model, batch, step) -> {term: Term}`, sums with their counts, so that the loop can normalise and weigh.

Counts are real words (for a CRF too). B batch, S position, T target position, H hidden, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from seqtasks.models.heads import Head
from seqtasks.models.tagging import TaggingModel
from seqtasks.models.translation import TARGET, TranslationModel
from seqtasks.text.batching import IGNORE, Batch


@dataclass(frozen=True)
class Term:
    """One loss of a batch: its sum in nats, the words it is over, and how many of them the model had right.

    plain: the sum without label smoothing, which is what is shown (None where it is `sum` itself).
    """

    sum: Tensor
    count: int
    correct: Tensor
    plain: Tensor | None = None

    @property
    def mean(self) -> Tensor:
        return self.sum / max(1, self.count)


Objective = Callable[[Any, Batch, int], dict[str, Term]]


def tagging_objective(*, label_smoothing: float) -> Objective:
    """The loss of each head that the batch has targets for: cross-entropy or CRF likelihood, whichever the head is trained with."""

    def objective(model: TaggingModel, batch: Batch, step: int) -> dict[str, Term]:
        terms = {}
        for name, scores_BSN in model(batch).items():
            head, targets_BS = model.head(name), batch.targets[name]
            loss = head.loss(scores_BSN, targets_BS, batch.mask_BS, label_smoothing=label_smoothing)
            plain = head.loss(scores_BSN.detach(), targets_BS, batch.mask_BS, label_smoothing=0.0) if label_smoothing else None
            terms[name] = Term(loss, int(batch.mask_BS.sum()), correct_tags(head, scores_BSN, targets_BS, batch.mask_BS), plain)
        return terms

    return objective


def correct_tags(head: Head, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor) -> Tensor:
    """How many real words were given their target label; a label that training has not seen (-100) is never right."""
    flat = torch.tensor([label for row in head.predict(scores_BSN.detach(), mask_BS) for label in row], dtype=torch.long)
    return (flat == targets_BS[mask_BS].cpu()).sum()


def translation_objective(*, label_smoothing: float) -> Objective:
    """Cross-entropy of the target words under teacher forcing; the output layer runs over real words only."""

    def objective(model: TranslationModel, batch: Batch, step: int) -> dict[str, Term]:
        outputs_BTH, _ = model(batch)
        targets_BT = batch.targets[TARGET]
        real_BT = targets_BT != IGNORE
        targets, logits_V = targets_BT[real_BT], model.output(outputs_BTH[real_BT])
        log_probs_V = F.log_softmax(logits_V.float(), dim=-1)
        plain = F.nll_loss(log_probs_V, targets, reduction="sum")
        loss = (1 - label_smoothing) * plain - label_smoothing * log_probs_V.mean(-1).sum() if label_smoothing else plain
        return {TARGET: Term(loss, len(targets), (logits_V.argmax(-1) == targets).sum(), plain.detach())}

    return objective

"""Objectives: `(model, batch, step) -> {term: Term}`, sums with their counts, so that the loop can normalise and weigh.

Counts are real words (for a CRF too). B batch, S position, T target position, H hidden, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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


class SummedGradients:
    """The gradient of several batches as if they were one: each term's is summed, and divided by its words in all of them."""

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self.parameters = [parameter for parameter in parameters if parameter.requires_grad]
        self.sums: dict[str, list[Tensor | None]] = {}
        self.counts: dict[str, int] = {}

    def add(self, terms: Mapping[str, Term]) -> None:
        """Go back through the terms of a batch, each on its own; their graph is gone afterwards."""
        for number, (name, term) in enumerate(terms.items(), start=1):
            found = torch.autograd.grad(term.sum, self.parameters, retain_graph=number < len(terms), allow_unused=True)
            before = self.sums.get(name, [None] * len(found))
            self.sums[name] = [added(old, new, 1.0) for old, new in zip(before, found, strict=True)]
            self.counts[name] = self.counts.get(name, 0) + term.count

    def leave(self, weights: Mapping[str, float]) -> None:
        """Add the gradient of the weighted means to the parameters' own."""
        for name, sums in self.sums.items():
            share = weights.get(name, 1.0) / max(1, self.counts[name])
            for parameter, gradient in zip(self.parameters, sums, strict=True):
                parameter.grad = added(parameter.grad, gradient, share)


def added(old: Tensor | None, new: Tensor | None, share: float) -> Tensor | None:
    """old + share * new, None counting as zero. A new tensor: gradients of different parameters may be one tensor."""
    if new is None:
        return old
    return new * share if old is None else old.add(new, alpha=share)


def tagging_objective(*, label_smoothing: float) -> Objective:
    """The loss of each head that the batch has targets for: cross-entropy or CRF likelihood, whichever the head is trained with."""

    def objective(model: TaggingModel, batch: Batch, step: int) -> dict[str, Term]:
        terms = {}
        for name, scores_BSN in model(batch).items():
            head, targets_BS = model.head(name), batch.targets[name]
            loss = head.loss(scores_BSN, targets_BS, batch.mask_BS, label_smoothing=label_smoothing)
            plain = head.loss(scores_BSN.detach(), targets_BS, batch.mask_BS, label_smoothing=0.0) if label_smoothing else None
            terms[name] = Term(loss, int(batch.mask_BS.sum()), correct_labels(scores_BSN, targets_BS), plain)
        return terms

    return objective


def correct_labels(scores_BSN: Tensor, targets_BS: Tensor) -> Tensor:
    """How many words have their target label as the one of the highest score; padding and a label that training has not seen never do.

    A CRF may answer otherwise: to search its best paths in every training batch would take time for a curve only.
    """
    return (scores_BSN.detach().argmax(-1) == targets_BS).sum()


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

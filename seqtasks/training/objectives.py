"""Objectives: `(model, batch, step) -> {name: Loss}`, sums with their counts, so that the loop can normalise and weigh.

Counts are real words (for a CRF too). Those of translation stand in translation_objectives.py. B batch, S position.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from seqtasks.models.neighbours import SUFFIX
from seqtasks.models.tagging import TaggingModel
from seqtasks.text.batching import Batch
from seqtasks.training.likelihood import likelihood


@dataclass(frozen=True)
class Loss:
    """One loss of a batch: its sum in nats, the words (or texts) it is over, and how many of them the model had right.

    plain: the sum without label smoothing, which is what is shown (None where it is `sum` itself); read: the words that were read for it
    (None where they are those it is over); auxiliary: learned for the sake of the others, and not shown among them.
    """

    sum: Tensor
    count: int
    correct: Tensor
    plain: Tensor | None = None
    read: int | None = None
    auxiliary: bool = False

    @property
    def mean(self) -> Tensor:
        return self.sum / max(1, self.count)


Objective = Callable[[Any, Batch, int], dict[str, Loss]]


class SummedGradients:
    """The gradient of several batches as if they were one: each term's is summed, and divided by its words in all of them."""

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self.parameters = [parameter for parameter in parameters if parameter.requires_grad]
        self.sums: dict[str, list[Tensor | None]] = {}
        self.counts: dict[str, int] = {}

    def add(self, terms: Mapping[str, Loss]) -> None:
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
    """The loss of each head that the batch has targets for: cross-entropy or CRF likelihood, whichever the head is trained with; of heads
    that label texts over texts, of others over words.

    Heads with neighbours have a second term, the negative log-likelihood of these in both directions; its count is the words, too.
    """

    def objective(model: TaggingModel, batch: Batch, step: int) -> dict[str, Loss]:
        terms = {}
        batch = replace(batch, encoded=model.trunk(batch))
        for name, neighbours in model.neighbours.items():
            if name in batch.targets:
                sides = [likelihood(*side) for side in neighbours(batch.encoded, batch.ids_BS)]
                found, right = (torch.stack([getattr(side, part) for side in sides]).sum() for part in ("smoothed", "correct"))
                terms[f"{name} {SUFFIX}"] = Loss(found, int(batch.mask_BS.sum()), right, auxiliary=True)
        for name, scores_BSN in model(batch).items():
            head, targets_BS = model.head(name), batch.targets[name]
            loss = head.loss(scores_BSN, targets_BS, batch.mask_BS, label_smoothing=label_smoothing)
            plain = head.loss(scores_BSN.detach(), targets_BS, batch.mask_BS, label_smoothing=0.0) if label_smoothing else None
            right, count = head.correct(scores_BSN, targets_BS, batch.mask_BS), head.count(targets_BS, batch.mask_BS)
            terms[name] = Loss(loss, count, right, plain, read=batch.tokens)
        return terms

    return objective

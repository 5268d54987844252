"""The sums of an epoch's losses, {term: [loss, count, correct]} in its progress, and what is read from them."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from seqtasks.errors import TrainingError
from seqtasks.training.checkpoints import Progress
from seqtasks.training.objectives import Loss


def add_up(progress: Progress, terms: Mapping[str, Loss]) -> int:
    """Add the batch to the epoch's sums (the loss without label smoothing, to be compared with dev's); returns its words."""
    for name, term in ((name, term) for name, term in terms.items() if not term.auxiliary):
        sums = progress.sums.setdefault(name, [0.0, 0.0, 0.0])
        sums[0] += float((term.sum if term.plain is None else term.plain).detach())
        sums[1] += term.count
        sums[2] += float(term.correct)
    return max((term.count if term.read is None else term.read for term in terms.values()), default=0)  # several heads read the same words


def mean_loss(progress: Progress, weights: Mapping[str, float]) -> float:
    """The weighted loss a word over the epoch so far, in nats."""
    return sum(weights.get(name, 1.0) * loss / max(1.0, count) for name, (loss, count, _) in progress.sums.items())


def loss_since(before: Mapping[str, tuple[float, float]], progress: Progress, weights: Mapping[str, float]) -> float:
    """The weighted loss a word of what was added to the sums after `before`, {term: (loss, count)}, in nats."""
    added = {
        name: (loss - before.get(name, (0.0, 0.0))[0], count - before.get(name, (0.0, 0.0))[1])
        for name, (loss, count, _) in progress.sums.items()
    }
    return sum(weights.get(name, 1.0) * loss / max(1.0, count) for name, (loss, count) in added.items())


def accuracy(progress: Progress) -> float:
    """The share of words the model had right while it was training on them, in percent."""
    return 100 * sum(sums[2] for sums in progress.sums.values()) / max(1.0, sum(sums[1] for sums in progress.sums.values()))


def check_finite(progress: Progress) -> None:
    """Raises TrainingError if a loss of the epoch is no longer finite, before such weights are saved over good ones."""
    for name, (loss, _, _) in progress.sums.items():
        if not math.isfinite(loss):
            raise TrainingError(
                f"the loss of {name} became {loss} before update {progress.update} (epoch {progress.epoch}). "
                "Lower training.learning_rate or training.clip_norm; the last checkpoint is from before."
            )


def weighted_loss(terms: Mapping[str, Loss], weights: Mapping[str, float]) -> Tensor:
    """The sum over terms of weight x sum / count (nats a word), so that a task with longer sentences counts no more than the others."""
    return torch.stack([weights.get(name, 1.0) * term.mean for name, term in terms.items()]).sum()

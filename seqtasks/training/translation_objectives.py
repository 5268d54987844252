"""Objectives of translation: cross-entropy under teacher forcing, and R-Drop beside it (Liang et al. 2021, equations 1 to 4).

B sentences, S source position, T target position, H hidden, V vocabulary, N real target words of the batch.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from seqtasks.models.translation import TARGET, TranslationModel
from seqtasks.text.batching import IGNORE, Batch
from seqtasks.training.likelihood import likelihood
from seqtasks.training.objectives import Loss, Objective

BLOCK = 64  # the output layer is given a multiple of so many rows: kernels on CPUs keep something in memory for each shape they meet

# (model, inputs_BT, memory, state, batch, step) -> inputs_BT: what the decoder reads instead of the reference
InputsChosen = Callable[[TranslationModel, Tensor, Any, Any, Batch, int], Tensor]
# (weights_BTS, batch, step) -> a loss of the attention, summed over words
Guide = Callable[[Tensor, Batch, int], Tensor]


@dataclass(frozen=True)
class TeacherForced:
    """What a model says of given target words: logits_NV of the real ones, in the order of rows, and its attention."""

    logits_NV: Tensor
    targets_N: Tensor
    weights_BTS: Tensor | None

    def log_probs(self) -> Tensor:
        """log_probs_NV, in float32."""
        return F.log_softmax(self.logits_NV.float(), dim=-1)

    def likelihood(self, label_smoothing: float, unknown: int | None = None) -> Loss:
        """The negative log-likelihood, smoothed: that share of each target's probability is spread over all words.

        unknown: the word that stands for all that the vocabulary lacks: to foresee it counts as wrong.
        """
        found = likelihood(self.logits_NV, self.targets_N, label_smoothing)
        correct = found.correct
        if unknown is not None:
            correct = correct - (self.logits_NV[self.targets_N == unknown].argmax(-1) == unknown).sum()
        return Loss(found.smoothed, len(self.targets_N), correct, found.plain)


def teacher_force(model: TranslationModel, inputs_BT: Tensor, targets_BT: Tensor, memory: Any, state: Any) -> TeacherForced:
    """Teacher forcing; the output layer runs over real words only (targets_BT is IGNORE elsewhere), and zeros that fill up a block."""
    outputs_BTH, weights_BTS = model.decoder(inputs_BT, memory, state)
    real_BT = targets_BT != IGNORE
    targets_N, outputs_NH = targets_BT[real_BT], outputs_BTH[real_BT]
    logits_NV = model.output(F.pad(outputs_NH, (0, 0, 0, -len(targets_N) % BLOCK)))[: len(targets_N)]
    return TeacherForced(logits_NV, targets_N, weights_BTS)


def translation_objective(
    *,
    label_smoothing: float,
    r_drop: float = 0.0,
    inputs: InputsChosen | None = None,
    guide: Guide | None = None,
    unknown: int | None = None,
) -> Objective:
    """Cross-entropy of the target words.

    r_drop: weight alpha of the divergence between two passes under different dropout; inputs: chooses what the decoder reads
    (scheduled sampling); guide: a loss of the attention's weights, added to the words' (guided attention), but not to what is
    shown; unknown: the word that stands for all that the vocabulary lacks, which is never right. Raises ValueError if the decoder has no
    attention to guide.
    """

    def objective(model: TranslationModel, batch: Batch, step: int) -> dict[str, Loss]:
        batch = doubled(batch) if r_drop else batch
        targets_BT = batch.targets[TARGET]
        inputs_BT, (memory, state) = model.shifted(targets_BT), model.encode(batch)
        if inputs is not None:
            inputs_BT = inputs(model, inputs_BT, memory, state, batch, step)
        forced = teacher_force(model, inputs_BT, targets_BT, memory, state)
        term = forced.likelihood(label_smoothing, unknown)
        if guide is not None:
            if forced.weights_BTS is None:
                raise ValueError("this decoder has no attention to guide")
            term = replace(term, sum=term.sum + guide(forced.weights_BTS, batch, step))
        return {TARGET: consistent(term, forced.log_probs(), r_drop) if r_drop else term}

    return objective


def stepwise(model: TranslationModel, batch: Batch, unknown: int | None = None) -> Loss:
    """The likelihood without smoothing, found a word at a time: the attention of one target word is in memory, not that of all.

    For scoring long texts; no gradient should be asked for, since that would keep every step.
    """
    targets_BT, (memory, state) = batch.targets[TARGET], model.encode(batch)
    total, correct = torch.zeros((), device=targets_BT.device), torch.zeros((), dtype=torch.long, device=targets_BT.device)
    for last_B, targets_B in zip(model.shifted(targets_BT).unbind(1), targets_BT.unbind(1), strict=True):
        log_probs_BV, state, _ = model.step(last_B, memory, state)
        total = total + F.nll_loss(log_probs_BV, targets_B, ignore_index=IGNORE, reduction="sum")
        right_B = log_probs_BV.argmax(-1) == targets_B
        correct = correct + (right_B if unknown is None else right_B & (targets_B != unknown)).sum()
    return Loss(total, int((targets_BT != IGNORE).sum()), correct)


def doubled(batch: Batch) -> Batch:
    """Every sentence twice: the batch, and below it the batch again. Dropout is drawn for each row."""
    return replace(
        batch,
        ids_BS=torch.cat([batch.ids_BS, batch.ids_BS]),
        mask_BS=torch.cat([batch.mask_BS, batch.mask_BS]),
        positions_B=torch.cat([batch.positions_B, batch.positions_B]),
        targets={name: torch.cat([target, target]) for name, target in batch.targets.items()},
        segments_BS=None if batch.segments_BS is None else torch.cat([batch.segments_BS, batch.segments_BS]),
    )


def consistent(term: Loss, log_probs_NV: Tensor, alpha: float) -> Loss:
    """Half of R-Drop's loss, so that it stays that of one pass: the mean of both likelihoods + alpha / 2 x the symmetric divergence.

    The divergence is the mean of KL(first || second) and KL(second || first), summed over words. term: the likelihood of both passes.
    """
    first_NV, second_NV = log_probs_NV.chunk(2)
    divergence = ((first_NV.exp() - second_NV.exp()) * (first_NV - second_NV)).sum() / 2
    plain = None if term.plain is None else term.plain / 2
    return Loss(term.sum / 2 + alpha / 2 * divergence, term.count // 2, term.correct / 2, plain)

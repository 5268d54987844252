"""Objectives of language models: the likelihood of the words to come, in sentences or along a text; and that of neighbouring words.

B rows, S position, H hidden, V vocabulary, N real words of a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from seqtasks.errors import RunDirectoryError
from seqtasks.models.language_model import NEXT, LanguageModel
from seqtasks.nn.running import RunningState
from seqtasks.text.batching import IGNORE, Batch
from seqtasks.training.likelihood import likelihood
from seqtasks.training.objectives import Loss, Objective

BLOCK = 64  # the output layer is given a multiple of so many rows: kernels on CPUs keep something in memory for each shape they meet


def words_to_come(model: LanguageModel, outputs_BSH: Tensor, batch: Batch, label_smoothing: float) -> Loss:
    """The negative log-likelihood of the targets, the output layer over real words only."""
    targets_BS = batch.targets[NEXT]
    real_BS = targets_BS != IGNORE
    targets_N, outputs_NH = targets_BS[real_BS], outputs_BSH[real_BS]
    logits_NV = model.output(F.pad(outputs_NH, (0, 0, 0, -len(targets_N) % BLOCK)))[: len(targets_N)]
    found = likelihood(logits_NV, targets_N, label_smoothing)
    return Loss(found.smoothed, len(targets_N), found.correct, found.plain)


def sentence_objective(*, label_smoothing: float) -> Objective:
    """The likelihood of sentences that are read each by itself."""

    def objective(model: LanguageModel, batch: Batch, step: int) -> dict[str, Loss]:
        return {NEXT: words_to_come(model, model(batch), batch, label_smoothing)}

    return objective


class TextObjective:
    """The likelihood of a text, stretch after stretch (truncated backpropagation through time): the state is carried from batch to batch,
    but no gradient goes back into the stretch before. It begins anew with each first stretch, whose positions_B are 0.

    What is carried belongs to a checkpoint (`tensors`, `restore`): with it a resumed run goes on as if it had not been stopped.
    """

    def __init__(self, *, label_smoothing: float) -> None:
        self.label_smoothing = label_smoothing
        self.state: RunningState | None = None

    def __call__(self, model: LanguageModel, batch: Batch, step: int) -> dict[str, Loss]:
        if self.state is None or not bool(batch.positions_B.any()):
            self.state = model.unread(batch.ids_BS.size(0))
        outputs_BSH, state = model.go_on(batch, self.state)
        self.state = state.detached()
        return {NEXT: words_to_come(model, outputs_BSH, batch, self.label_smoothing)}

    def tensors(self) -> Mapping[str, Tensor]:
        """What is carried, by name; nothing before the first stretch."""
        return {} if self.state is None else self.state.tensors()

    def restore(self, tensors: Mapping[str, Tensor], path: Path, device: torch.device) -> None:
        """Carry what a checkpoint holds. Raises RunDirectoryError where it holds nothing: it is of a run of sentences."""
        if not tensors:
            raise RunDirectoryError(f"{path}: carries no state of a text. The two do not belong together.")
        self.state = RunningState.of_tensors({name: tensor.to(device) for name, tensor in tensors.items()})

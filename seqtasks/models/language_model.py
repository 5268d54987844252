"""Language models: a trunk reads from left to right, and an output layer says how probable each word is to come next.

The first word of a sentence is read after <bos>, and a sentence ends with <eos>: the former is only ever read, the latter only predicted.
Sentences are read each by itself, or as one text whose state is carried from stretch to stretch (Mikolov et al. 2010; dropout on what goes
into and out of the layers as in Zaremba et al. 2014).
B rows of a batch, N rows of a search, S position, H hidden, V vocabulary.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.recurrent import RecurrentStack
from seqtasks.nn.running import RunningState, go_on, runs_ahead
from seqtasks.nn.trunk import Trunk
from seqtasks.text.batching import Batch

NEXT = "words"  # the name of the words that come next in a batch, and of the loss in the history


class LanguageModel(nn.Module):
    """Trunk, dropout of its top states, and output layer.

    output: from states to the vocabulary: a Linear, or a TiedOutput that shares the trunk's embedding; bos: id that is read before each
    sentence; dropout: rate, 0 to 1. Raises ValueError for a trunk that reads what comes later.
    """

    def __init__(self, *, trunk: Trunk, output: nn.Module, dropout: float, bos: int) -> None:
        super().__init__()
        if not runs_ahead(trunk.backbone):
            raise ValueError("a language model needs a backbone from left to right; this one reads what comes later")
        self.trunk = trunk
        self.dropout = LockedDropout(dropout)
        self.output = output
        self.bos = bos

    @property
    def stack(self) -> RecurrentStack:
        return cast(RecurrentStack, self.trunk.backbone)

    def forward(self, batch: Batch) -> Tensor:
        """outputs_BSH before the output layer, of sentences that are read each by itself; padding changes nothing."""
        return self.dropout(self.trunk(batch).output)

    def unread(self, rows: int) -> RunningState:
        """The state before anything has been read."""
        return RunningState.unread(self.stack, rows, next(self.parameters()))

    def go_on(self, batch: Batch, state: RunningState) -> tuple[Tensor, RunningState]:
        """outputs_BSH of stretches that follow what was read before, and the state after them (see `seqtasks.nn.running.go_on`)."""
        embedded_BSE = self.trunk.dropout(self.trunk.embedder(batch))
        outputs_BSH, state = go_on(self.stack, embedded_BSE, batch.mask_BS, state)
        return self.dropout(outputs_BSH), state

    def step(self, last_N: Tensor, state: RunningState) -> tuple[Tensor, RunningState]:
        """One word further: log_probs_NV (float32) of the next one after last_N, and the new state."""
        words_N1 = last_N[:, None]
        outputs_N1H, state = self.go_on(Batch(words_N1, torch.ones_like(words_N1, dtype=torch.bool), last_N, "", {}), state)
        return torch.log_softmax(self.output(outputs_N1H[:, 0]).float(), dim=-1), state

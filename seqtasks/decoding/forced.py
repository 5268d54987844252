"""Scoring of given outputs: the step function is walked along them, so that a score is what the search itself would have given.

B sentences, T output positions, N sentences whose output is not over, S source positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from seqtasks.decoding.step import MemoryOf, State, StepFunction, at_ids, positions


@dataclass(frozen=True)
class ForcedOutput:
    """log_probs_T: of each token given those before it, in nats; attention_TS: None where not asked for, or of a model without."""

    log_probs_T: Tensor
    attention_TS: Tensor | None = None

    @property
    def log_probability(self) -> float:
        """Of the whole output."""
        return float(self.log_probs_T.double().sum())


def forced(
    step: StepFunction[MemoryOf, State],
    memory: MemoryOf,
    state: State,
    outputs_BT: Tensor,
    lengths: Sequence[int],
    *,
    bos: int,
    attention: bool = False,
) -> list[ForcedOutput]:
    """The first `lengths` tokens of each output, the end of sentence among them where it is to count. Finished outputs leave the batch.

    Memory grows with the tokens asked for, and with their attention where that is asked for.
    """
    order = sorted(range(len(lengths)), key=lambda sentence: -lengths[sentence])
    running = positions(order, outputs_BT)
    words_BT, last_N = outputs_BT[running], torch.full_like(running, bos)
    memory, state = memory.select(running), state.select(running)
    log_probs: list[Tensor] = []
    looks: list[Tensor] = []
    for place in range(max(lengths, default=0)):
        left = sum(length > place for length in lengths)
        if left < len(last_N):
            first_N = torch.arange(left, device=last_N.device)
            memory, state, last_N = memory.select(first_N), state.select(first_N), last_N[:left]
        answer = step(last_N, memory, state)
        last_N, state = words_BT[:left, place], answer.state
        log_probs.append(at_ids(answer, last_N))
        if attention and answer.attention_NS is not None:
            looks.append(answer.attention_NS)
    log_probs_TB = pad_sequence(log_probs, batch_first=True) if log_probs else torch.zeros(0, len(lengths))
    looks_TBS = pad_sequence(looks, batch_first=True) if looks else None
    found = [ForcedOutput(torch.zeros(0)) for _ in lengths]
    for row, sentence in enumerate(order):
        length = lengths[sentence]
        found[sentence] = ForcedOutput(log_probs_TB[:length, row], None if looks_TBS is None else looks_TBS[:length, row])
    return found

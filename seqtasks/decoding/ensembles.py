"""Several models that answer as one: at each step the average of their probabilities, or of their log-probabilities.

The models share vocabularies. B sentences, N rows, V columns, S source positions, M models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from seqtasks.decoding.step import Step, StepFunction


@dataclass(frozen=True)
class Together:
    """The memories, or the states, of several models."""

    parts: tuple[Any, ...]

    def select(self, positions: Tensor) -> Together:
        return Together(tuple(part.select(positions) for part in self.parts))


def mean_probability(log_probs_MNV: Tensor) -> Tensor:
    """The logarithm of the mean probability: a token is likely where one model finds it likely."""
    return log_probs_MNV.logsumexp(dim=0) - math.log(len(log_probs_MNV))


def mean_log_probability(log_probs_MNV: Tensor) -> Tensor:
    """The mean log-probability, made to sum to one again: a token is likely where no model finds it unlikely."""
    mean_NV = log_probs_MNV.mean(dim=0)
    total_N1 = mean_NV.logsumexp(dim=1, keepdim=True)
    return mean_NV - torch.where(total_N1 > -math.inf, total_N1, 0)


def ensemble(steps: Sequence[StepFunction[Any, Any]], *, average: str) -> StepFunction[Together, Together]:
    """One step function of several; memory and state are a Together of theirs. average: a name of AVERAGES.

    The attention is the mean of theirs, where all have some. Raises ValueError for shortlists that differ between the models.
    """
    combine = AVERAGES[average]

    def step(last_N: Tensor, memory: Together, state: Together) -> Step[Together]:
        answers = [one(last_N, *own) for one, *own in zip(steps, memory.parts, state.parts, strict=True)]
        ids = answers[0].candidate_ids
        for answer in answers[1:]:
            same = answer.candidate_ids is ids or (ids is not None and answer.candidate_ids is not None and ids.equal(answer.candidate_ids))
            if not same:
                raise ValueError("the models of an ensemble need the same shortlist")
        attentions = [answer.attention_NS for answer in answers if answer.attention_NS is not None]
        return Step(
            combine(torch.stack([answer.log_probs_NV for answer in answers])),
            Together(tuple(answer.state for answer in answers)),
            ids,
            torch.stack(attentions).mean(dim=0) if len(attentions) == len(answers) else None,
        )

    return step


AVERAGES: dict[str, Callable[[Tensor], Tensor]] = {"probabilities": mean_probability, "log_probabilities": mean_log_probability}

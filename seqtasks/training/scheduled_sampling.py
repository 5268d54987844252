"""Scheduled sampling (Bengio et al. 2015): the decoder learns from its own words as well, since those are what it will read.

Each input word is the reference's with probability truth(update), and else one drawn from the model. A decoder that steps in training
too is walked along its own inputs, word for word; for one that reads a whole target at once a first pass over the reference says what
it would have written at each place (two passes: Mihaylova and Martins 2019, Duckworth et al. 2019). No gradient flows through what was
drawn. B sentences, T target position, V vocabulary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from seqtasks.models.translation import TARGET, TranslationModel
from seqtasks.text.batching import IGNORE, Batch
from seqtasks.training.seeds import drawn, generator_of, without_gradient


@dataclass(frozen=True)
class ScheduledSampling:
    """Chooses the decoder's inputs. truth: update -> probability of the reference's word; walks: word for word, else in two passes."""

    truth: Callable[[int], float]
    seed: int
    walks: bool

    def __call__(self, model: TranslationModel, inputs_BT: Tensor, memory: Any, state: Any, batch: Batch, step: int) -> Tensor:
        """inputs_BT with some words replaced: never the begin of sentence, never padding."""
        generator = generator_of(self.seed, step, batch)
        chance_BT = torch.rand(inputs_BT.shape, generator=generator, device=inputs_BT.device)
        kept_BT = (chance_BT < self.truth(step)) | (batch.targets[TARGET] == IGNORE)
        kept_BT[:, :1] = True
        if bool(kept_BT.all()):
            return inputs_BT
        with without_gradient():
            mixture = walked if self.walks else two_passes
            return mixture(model, inputs_BT, kept_BT, memory, state, generator)


def two_passes(model: TranslationModel, inputs_BT: Tensor, kept_BT: Tensor, memory: Any, state: Any, generator: torch.Generator) -> Tensor:
    """Where the reference is not kept, a word drawn from what the model says after the reference's words before it."""
    outputs_BTH, _ = model.decoder(inputs_BT, memory, state)
    places = (~kept_BT[:, 1:]).nonzero(as_tuple=True)  # one to the left: what is said at t is read at t + 1
    mixed_BT = inputs_BT.clone()
    mixed_BT[:, 1:][places] = drawn(model.output(outputs_BTH[:, :-1][places]).float().softmax(-1), generator)
    return mixed_BT


def walked(model: TranslationModel, inputs_BT: Tensor, kept_BT: Tensor, memory: Any, state: Any, generator: torch.Generator) -> Tensor:
    """Where the reference is not kept, a word drawn from what the model says after the words it has read (without dropout)."""
    mixed_BT = inputs_BT.clone()
    for place in range(1, inputs_BT.size(1)):
        log_probs_BV, state = model.step(mixed_BT[:, place - 1], memory, state)[:2]
        own_B = drawn(log_probs_BV.exp(), generator)
        mixed_BT[:, place] = torch.where(kept_BT[:, place], inputs_BT[:, place], own_B)
    return mixed_BT

"""A model's steps over the few target words that the sentences of a batch may need (Jean et al. 2015; L'Hostis et al. 2016).

The output layer is computed for the words of the whole batch. Before the softmax a sentence loses what is not on its own shortlist, so its
answers do not depend on the batch. Probabilities are those among its shortlist.
B sentences, N rows of a search (B x beams), C words of the batch, H hidden.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqtasks.align.shortlist import Shortlists
from seqtasks.decoding.step import Step, StepFunction
from seqtasks.models.translation import TranslationModel, output_of
from seqtasks.recipes.assets import TranslationAssets
from seqtasks.recipes.schema import DecodingSettings


@dataclass(frozen=True)
class ShortMemory:
    """A model's memory of a batch, the output layer of the batch's words ids_C, and which of them each sentence may use: allowed_BC."""

    memory: Any
    output: Callable[[Tensor], Tensor]
    ids_C: Tensor
    allowed_BC: Tensor

    def select(self, sentences: Tensor) -> ShortMemory:
        return replace(self, memory=self.memory.select(sentences), allowed_BC=self.allowed_BC[sentences])


def shortlists_of(assets: TranslationAssets, settings: DecodingSettings) -> Shortlists | None:
    """Those that [decoding] asks for. Raises ValueError if the assets have no lexicon to make them of."""
    if not settings.shortlist:
        return None
    if assets.lexicon is None:
        raise ValueError("shortlists need a lexicon, but these assets have none")
    source, target = assets.source.vocabulary, assets.target.vocabulary
    return Shortlists.of(assets.lexicon, source, target, size=settings.shortlist, frequent=settings.shortlist_frequent)


def short_memories(models: Sequence[TranslationModel], memories: Sequence[Any], lists: Sequence[NDArray[np.int64]]) -> list[ShortMemory]:
    """The memories of a batch as each model's short step takes them; lists: the sorted target words of each sentence."""
    union_C = np.unique(np.concatenate(lists))
    allowed_BC = np.zeros((len(lists), len(union_C)), dtype=bool)
    for row, words in zip(allowed_BC, lists, strict=True):
        row[np.searchsorted(union_C, words)] = True
    device = next(models[0].parameters()).device
    ids_C, allowed = torch.from_numpy(union_C).to(device), torch.from_numpy(allowed_BC).to(device)
    return [ShortMemory(memory, output_of(model.output, ids_C), ids_C, allowed) for model, memory in zip(models, memories, strict=True)]


def short_stepping(model: TranslationModel) -> StepFunction[Any, Any]:
    """The model's step over a ShortMemory as the search sees it."""

    def step(last_N: Tensor, short: ShortMemory, state: Any) -> Step[Any]:
        outputs_NH, state, weights_NS = model.decoder.step(last_N, short.memory, state)
        beams = len(last_N) // max(1, len(short.allowed_BC))
        barred_NC = ~short.allowed_BC.repeat_interleave(beams, dim=0)
        logits_NC = short.output(outputs_NH).float().masked_fill_(barred_NC, -math.inf)
        return Step(torch.log_softmax(logits_NC, dim=-1), state, short.ids_C, weights_NS)

    return step

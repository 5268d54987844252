"""A model's steps over the few target words that each sentence may need (Jean et al. 2015; L'Hostis et al. 2016).

The output layer is computed for the words of all shortlists once, and for each sentence's own: those of a whole batch together would be
half the vocabulary. So a sentence's answers do not depend on the batch; probabilities are those among its shortlist.
B sentences, N = B x K rows of a search, H hidden; of the X words of a shortlist A are those of all, C the sentence's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqtasks.align.shortlist import Shortlists
from seqtasks.decoding.step import Step, StepFunction
from seqtasks.inference.assets import TranslationAssets
from seqtasks.models.translation import OutputRows, TranslationModel
from seqtasks.recipes.schema import DecodingSettings
from seqtasks.text.batching import mask_of, pad


@dataclass(frozen=True)
class ShortMemory:
    """A model's memory of a batch, the words ids_BX that each sentence chooses from, and their rows of the output layer.

    never: so many words, the first of each sentence, have a probability but are never answered.
    """

    memory: Any
    output: OutputRows
    ids_BX: Tensor
    never: int

    def select(self, sentences: Tensor) -> ShortMemory:
        return ShortMemory(self.memory.select(sentences), self.output.select(sentences), self.ids_BX.index_select(0, sentences), self.never)


def shortlists_of(assets: TranslationAssets, settings: DecodingSettings) -> Shortlists | None:
    """Those that [decoding] asks for. Raises ValueError if the assets have no lexicon to make them of."""
    if not settings.shortlist:
        return None
    if assets.lexicon is None:
        raise ValueError("shortlists need a lexicon, but these assets have none")
    source, target = assets.source.vocabulary, assets.target.vocabulary
    return Shortlists.of(assets.lexicon, source, target, size=settings.shortlist, frequent=settings.shortlist_frequent)


def short_memories(
    models: Sequence[TranslationModel],
    memories: Sequence[Any],
    shortlists: Shortlists,
    pieces: Sequence[tuple[Sequence[int], Sequence[int]]],
    never: Sequence[int],
) -> list[ShortMemory]:
    """The memories of a batch as each model's short step takes them. pieces: the source words of each sentence, and what else its answer
    may hold."""
    shared = np.concatenate([never, np.setdiff1d(shortlists.always_A, never)])
    lists = [np.setdiff1d([*shortlists.ids(source), *more], shared) for source, more in pieces]
    device = next(models[0].parameters()).device
    own_BC = pad(lists, 0)
    shared_A, own_BC, mask_BC = (table.to(device) for table in (torch.from_numpy(shared), own_BC, mask_of(lists, own_BC.size(1))))
    ids_BX = torch.cat([shared_A.expand(len(lists), -1), own_BC], dim=1)
    outputs = [OutputRows.of(model.output, shared_A, own_BC, mask_BC) for model in models]
    return [ShortMemory(memory, output, ids_BX, len(never)) for output, memory in zip(outputs, memories, strict=True)]


def short_step_function(model: TranslationModel) -> StepFunction[Any, Any]:
    """The model's step over a ShortMemory as the search sees it."""

    def step(last_N: Tensor, short: ShortMemory, state: Any) -> Step[Any]:
        outputs_NH, state, weights_NS = model.decoder.step(last_N, short.memory, state)
        logits_BKX = short.output(outputs_NH.view(len(short.ids_BX), -1, outputs_NH.size(1)))
        log_probs_NX = torch.log_softmax(logits_BKX.flatten(0, 1), dim=-1)
        log_probs_NX[:, : short.never] = -math.inf
        return Step(log_probs_NX, state, short.ids_BX, weights_NS)

    return step

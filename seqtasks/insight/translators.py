"""Translators read by replay: what the encoder's layers did with a source, and the decoder's with the tokens of its translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from seqtasks.inference.translator import Translator
from seqtasks.models.translation import TranslationModel
from seqtasks.nn.replay import LayerTrace, replay, replayable
from seqtasks.nn.replay_decoders import DECODERS, replay_decoder
from seqtasks.text.batching import source_batch


@dataclass(frozen=True)
class ReadPair:
    """One source and its output. Traces are None of a side without recurrent layers; scores: the log-probability of each output token."""

    encoder: list[LayerTrace] | None
    decoder: list[LayerTrace] | None
    scores: tuple[float, ...]


@torch.inference_mode()
def read_pair(translator: Translator, source: Sequence[int], output: Sequence[int]) -> ReadPair:
    """A source's ids with its end, and the output's: at each of its tokens the decoder is given the one before, and first the begin."""
    model: TranslationModel = translator.model
    batch = source_batch([source]).to(translator.device)
    traces: list[LayerTrace] | None = None
    if replayable(model.trunk.backbone):
        encoded, traces = replay(model.trunk.backbone, model.trunk.embedder(batch), batch.mask_BS)
    else:
        encoded = model.trunk(batch)
    memory, state = model.decoder.start(encoded, model.segments(batch))
    inputs_BT = torch.tensor([[model.bos, *output[:-1]]], device=translator.device)
    below: list[LayerTrace] | None = None
    if isinstance(model.decoder, DECODERS):
        outputs_BTH, _, below = replay_decoder(model.decoder, inputs_BT, memory, state)
    else:
        outputs_BTH, _ = model.decoder(inputs_BT, memory, state)
    log_probs_TV = torch.log_softmax(model.output(outputs_BTH[0]).float(), dim=-1)
    scores = log_probs_TV[torch.arange(len(output)), torch.tensor(output, device=translator.device)]
    return ReadPair(traces, below, tuple(scores.tolist()))


def kinds_of(model: TranslationModel) -> tuple[str, str]:
    """The names of encoder and decoder, for a note on what cannot be replayed."""
    return type(model.trunk.backbone).__name__, type(model.decoder).__name__

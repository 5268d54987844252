"""Translators read by replay: what the encoder's layers did with a source, and the decoder's with the tokens of its translation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from seqtasks.errors import UsageError
from seqtasks.inference.translator import LONGEST, Translator
from seqtasks.insight.memories import Memories, memories_of
from seqtasks.models.translation import TranslationModel
from seqtasks.nn.replay import LayerTrace, replay_backbone, replayable
from seqtasks.nn.replay_decoders import DECODERS, replay_decoder
from seqtasks.text.batching import in_order, source_batch

BATCH_TOKENS = 4000


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
        encoded, traces = replay_backbone(model.trunk.backbone, model.trunk.embedder(batch), batch.mask_BS)
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


@torch.inference_mode()
def encoder_memories(translator: Translator, lines: Sequence[str]) -> tuple[list[list[str]], Memories]:
    """The tokens of lines as they were written, ends among them, and what the encoder's cells held at each.

    Raises UsageError for an encoder without recurrent layers, and for a line of more than LONGEST tokens.
    """
    model = translator.model
    if not replayable(model.trunk.backbone):
        raise UsageError(f"inspect finds no cells in an encoder {type(model.trunk.backbone).__name__}.")
    sources = [translator.assets.source.encode(line) for line in lines]
    if (longest := max(map(len, sources), default=0)) > LONGEST:
        raise UsageError(f"inspect takes lines of at most {LONGEST} tokens, got one of {longest}. Split it.")

    def read() -> Iterator[tuple[np.ndarray, list[int], list[LayerTrace]]]:
        for positions in in_order([len(source) for source in sources], BATCH_TOKENS):
            batch = source_batch([sources[position] for position in positions.tolist()]).to(translator.device)
            _, traces = replay_backbone(model.trunk.backbone, model.trunk.embedder(batch), batch.mask_BS)
            yield positions, batch.mask_BS.sum(dim=1).tolist(), traces

    return [translator.assets.source.spell(line) for line in lines], memories_of(read(), [len(source) for source in sources])

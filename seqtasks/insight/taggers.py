"""Taggers read by replay: the states that tagging itself reads, with all that the layers did on the way.

A sentence goes the way of `inference.tagger`, but for the backbone, which is replayed; so its tags are those of `seqtasks predict`, and
may be asked for with some cells held at a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from seqtasks.errors import UsageError
from seqtasks.inference.hmm_priors import with_log_priors
from seqtasks.inference.tagger import LONGEST, PieceGroup, Tagger
from seqtasks.models.tagging import TaggingModel
from seqtasks.nn.replay import Clamps, LayerTrace, replay, replayable
from seqtasks.tasks.tagging.build import build_tagging
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.tasks.tagging.recipe import HMMRecipe
from seqtasks.text.batching import MULTIPLE, Batch, Positions

RECURRENT = "It reads recurrent ones: rnn, gru, lstm, in one direction or two, and what is built of them"


@dataclass(frozen=True)
class ReadBatch:
    """Sentences read by replay. positions: which they are; traces: of the trunk, and after it of each head's private layers."""

    positions: Positions
    batch: Batch
    traces: list[LayerTrace]

    @property
    def lengths(self) -> list[int]:
        lengths: list[int] = self.batch.mask_BS.sum(dim=1).tolist()
        return lengths


def tagger_of(predictor: TaggingPredictor) -> Tagger:
    """The network of a run. Raises UsageError where it is no network, or one without recurrent layers."""
    if not isinstance(predictor.tagger, Tagger):
        raise UsageError("inspect looks into networks, but this run is an HMM: its tables of counts are files of its run directory.")
    backbone = predictor.tagger.model.trunk.backbone
    if not replayable(backbone):
        raise UsageError(f"inspect finds no gates or cells in a backbone {type(backbone).__name__}. {RECURRENT}.")
    return predictor.tagger


def read_sentences(tagger: Tagger, sentences: Sequence[Sequence[str]], clamps: Clamps | None = None) -> Iterator[ReadBatch]:
    """Batches of sentences, none of them empty, without gradients. clamps: as `nn.replay.replay` takes them.

    Raises UsageError for a sentence of more than LONGEST words, which tagging would cut.
    """
    if (longest := max(map(len, sentences), default=0)) > LONGEST:
        raise UsageError(f"inspect takes sentences of at most {LONGEST} words, got one of {longest}. Split it.")
    for group in tagger.groups(sentences):
        for positions in group.plan:
            with torch.inference_mode():
                yield read_batch(tagger, group, positions, clamps)


def read_batch(tagger: Tagger, group: PieceGroup, positions: Positions, clamps: Clamps | None) -> ReadBatch:
    """One batch of a group, as `models.reader.Reader` makes it, but replayed."""
    numbers, mask = group.text.numbers.padded(positions, MULTIPLE)
    numbers_BS, mask_BS = torch.from_numpy(numbers).to(tagger.device), torch.from_numpy(mask).to(tagger.device)
    embedded_BSE = functional.embedding(numbers_BS, group.text.vectors_UE) * mask_BS[:, :, None]
    encoded, traces = replay(tagger.model.trunk.backbone, embedded_BSE, mask_BS, clamps)
    for head, private in tagger.model.private.items():
        _, own = replay(private.backbone, encoded.layers[private.layer], mask_BS)
        traces = traces + [renamed(trace, head) for trace in own]
    batch = Batch(numbers_BS, mask_BS, torch.from_numpy(positions), "", {}, encoded=encoded)
    batch = with_log_priors(batch, positions, group.log_priors) if group.log_priors else batch
    return ReadBatch(group.first + positions, batch.to(tagger.device), traces)


def renamed(trace: LayerTrace, head: str) -> LayerTrace:
    return LayerTrace(f"{head} {trace.name}", trace.kind, trace.gates, trace.candidates_BSH, trace.cells_BSH, trace.states_BSP)


def tags_of(tagger: Tagger, read: ReadBatch) -> dict[str, list[list[str]]]:
    """{head: the tags of each sentence of the batch}, in the scheme in which they are written."""
    found = tagger.model.predict(read.batch, tuple(tagger.assets.labels))
    return {head: tagger.to_output_scheme(head, rows) for head, rows in found.items()}


def tag_sentences(tagger: Tagger, sentences: Sequence[Sequence[str]], head: str, clamps: Clamps | None = None) -> list[list[str]]:
    """The tags of one head, with some cells held at a value."""
    answers: list[list[str]] = [[] for _ in sentences]
    for read in read_sentences(tagger, sentences, clamps):
        for position, tags in zip(read.positions.tolist(), tags_of(tagger, read)[head], strict=True):
            answers[position] = tags
    return answers


def untrained(predictor: TaggingPredictor, seed: int) -> Tagger:
    """A tagger of the same recipe and vocabularies with weights as before any training. Torch's generator is left as it was."""
    tagger = tagger_of(predictor)
    if isinstance(predictor.recipe, HMMRecipe):
        raise UsageError("an HMM has no weights before its training.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: TaggingModel = build_tagging(predictor.recipe, tagger.assets)
    return Tagger(model.to(tagger.device).eval(), tagger.assets, tagger.device, tagger.schemes)


@dataclass(frozen=True)
class Memories:
    """What the trunk's cells (or states, where there are none) held at each of N words: memory_NC, and whose column is whose.

    columns: (layer, unit) of each of the C columns; offsets: where each sentence begins, and the end.
    """

    memory: np.ndarray
    columns: list[tuple[str, int]]
    offsets: np.ndarray


def memories(tagger: Tagger, sentences: Sequence[Sequence[str]]) -> Memories:
    """Of every word of the sentences, none of which is empty."""
    tables: list[np.ndarray] = [np.zeros(0)] * len(sentences)
    columns: list[tuple[str, int]] = []
    for read in read_sentences(tagger, sentences):
        traces = [trace for trace in read.traces if not is_private(trace, tagger.model.private)]
        columns = [(trace.name, unit) for trace in traces for unit in range(trace.memory.size(2))]
        joined_BSC = torch.cat([trace.memory for trace in traces], dim=2).float().cpu().numpy()
        for position, length, table_SC in zip(read.positions.tolist(), read.lengths, joined_BSC, strict=True):
            tables[position] = table_SC[:length].copy()
    return Memories(np.concatenate(tables), columns, np.cumsum([0, *map(len, sentences)]))


def is_private(trace: LayerTrace, private: Mapping[str, nn.Module] | nn.ModuleDict) -> bool:
    return any(trace.name.startswith(f"{head} layer") for head in private)

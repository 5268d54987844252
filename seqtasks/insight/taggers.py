"""Taggers read by replay: the states that tagging itself reads, with all that the layers did on the way.

A sentence goes the way of `inference.tagger`, but for the backbone, which is replayed; so its tags are those of `seqtasks predict`, and
may be asked for with some cells held at a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch.nn import functional

from seqtasks.errors import UsageError
from seqtasks.inference.hmm_priors import with_log_priors
from seqtasks.inference.tagger import LONGEST, PieceGroup, Tagger
from seqtasks.insight.memories import Memories, memories_of
from seqtasks.models.tagging import PrivateLayers, TaggingModel
from seqtasks.nn.replay import Clamps, LayerTrace, replay_backbone, replayable
from seqtasks.tasks.tagging.build import build_tagging
from seqtasks.tasks.tagging.predictor import TaggingPredictor
from seqtasks.tasks.tagging.recipe import HMMRecipe
from seqtasks.text.batching import MULTIPLE, Batch, Positions

RECURRENT = "It reads recurrent ones: rnn, gru, lstm, in one direction or two, and what is built of them"


@dataclass(frozen=True)
class ReadBatch:
    """Sentences read by replay. positions: which they are; traces: of the trunk, `shared` of them, then of each head's private layers."""

    positions: Positions
    batch: Batch
    traces: list[LayerTrace]
    shared: int

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
    """Batches of sentences, none of them empty, without gradients. clamps: as `nn.replay.replay_backbone` takes them.

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
    encoded, traces = replay_backbone(tagger.model.trunk.backbone, embedded_BSE, mask_BS, clamps)
    shared = len(traces)
    for head, private in tagger.model.private.items():
        if isinstance(private, PrivateLayers):
            _, own = replay_backbone(private.backbone, encoded.layers[private.layer], mask_BS)
            traces = traces + [replace(trace, name=f"{head} {trace.name}") for trace in own]
    batch = Batch(numbers_BS, mask_BS, torch.from_numpy(positions), "", {}, encoded=encoded)
    batch = with_log_priors(batch, positions, group.log_priors) if group.log_priors else batch
    return ReadBatch(group.first + positions, batch.to(tagger.device), traces, shared)


def tags_of(tagger: Tagger, read: ReadBatch, heads: Sequence[str] = ()) -> dict[str, list[list[str]]]:
    """{head: the tags of each sentence of the batch}, of the heads asked for, or of all; in the scheme in which they are written."""
    found = tagger.model.predict(read.batch, heads or tuple(tagger.assets.labels))
    return {head: tagger.to_output_scheme(head, rows) for head, rows in found.items()}


def untrained(predictor: TaggingPredictor, seed: int) -> Tagger:
    """A tagger of the same recipe and vocabularies with weights as before any training. Torch's generator is left as it was."""
    tagger = tagger_of(predictor)
    if isinstance(predictor.recipe, HMMRecipe):
        raise UsageError("an HMM has no weights before its training.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: TaggingModel = build_tagging(predictor.recipe, tagger.assets)
    return Tagger(model.to(tagger.device).eval(), tagger.assets, tagger.device, tagger.schemes)


def memories(tagger: Tagger, sentences: Sequence[Sequence[str]]) -> Memories:
    """What the trunk's cells held at every word of the sentences, none of which is empty."""

    def read() -> Iterator[tuple[Positions, list[int], list[LayerTrace]]]:
        for one in read_sentences(tagger, sentences):
            yield one.positions, one.lengths, one.traces[: one.shared]

    return memories_of(read(), [len(words) for words in sentences])

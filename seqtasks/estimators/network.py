"""The network of a NeuralTagger: built from numbers, trained in memory, asked in length-sorted batches.

It is what a tagging recipe builds and trains (seqtasks.recipes), without files: the same seed gives the same weights.
B batch, S position, N labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqtasks.errors import TrainingError
from seqtasks.models.build import build_head, build_trunk
from seqtasks.models.tagging import TaggingModel
from seqtasks.nn.characters import CharacterCNN
from seqtasks.nn.dropout import WordDropout
from seqtasks.nn.trunk import ShapeEmbedding, TokenEmbedder, Trunk, WordEmbedding
from seqtasks.text.batching import Batch, Batches, BatchPlan, Positions, in_order, tagging_batch
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.training.checkpoints import Progress
from seqtasks.training.devices import denormals_flushed, find_precision
from seqtasks.training.loop import Environment, TrainingData, TrainingOptions, Watcher, train
from seqtasks.training.objectives import tagging_objective
from seqtasks.training.schedules import SCHEDULES

HEAD = "tags"  # the name of the one head
WIDTH = 3  # characters in a window of the character network
POOL = 4000  # sentences that are sorted by length together
BATCH_TOKENS = 4000  # of prediction
KEPT = ("epoch", "update", "train_loss", "train_accuracy", "learning_rate", "tokens_per_second", "seconds")

Row = dict[str, Any]


@dataclass(kw_only=True, eq=False, repr=False)
class Architecture:
    """The numbers a network is built from. hidden_size is per direction; character_size 0 leaves the character network out."""

    backbone: str = "bilstm"
    hidden_size: int = 128
    layers: int = 1
    word_size: int = 100
    character_size: int = 32
    filters: int = 64
    dropout: float = 0.33
    word_dropout: float = 0.1
    head: str = "softmax"
    scheme: str | None = None

    def architecture(self) -> Architecture:
        """Just these numbers; those of numpy as Python's."""
        chosen = {field.name: getattr(self, field.name) for field in fields(Architecture)}
        return Architecture(**{name: value.item() if isinstance(value, np.generic) else value for name, value in chosen.items()})


@dataclass(kw_only=True, eq=False, repr=False)
class Training:
    """How a network is trained. batch_tokens counts padded positions; clip_norm 0 does not clip."""

    epochs: int = 10
    batch_tokens: int = 600
    learning_rate: float = 0.003
    schedule: str = "cosine"
    warmup_updates: int = 100
    clip_norm: float = 1.0
    precision: str = "float32"


def learn_vocabularies(sentences: Sequence[Sequence[str]], min_count: int) -> tuple[Vocabulary, Vocabulary]:
    """Words seen at least `min_count` times, and characters seen twice."""
    words = Counter(chain.from_iterable(sentences))
    characters = Counter(chain.from_iterable(words.elements()))
    return Vocabulary.build(words, min_count=min_count), Vocabulary.build(characters, min_count=2)


def trunk_of(numbers: Any, words: Vocabulary, characters: Vocabulary, *, shape_size: int = 0) -> Trunk:
    """The embedding and the backbone of an estimator's numbers (`Architecture`, `TextArchitecture`); shape_size 0 leaves shapes out."""
    embedder = TokenEmbedder(
        words=WordEmbedding(num_words=len(words), embedding_dim=numbers.word_size, padding_idx=words.pad),
        characters=CharacterCNN(num_characters=len(characters), embedding_dim=numbers.character_size, filters=numbers.filters, width=WIDTH)
        if numbers.character_size
        else None,
        word_dropout=WordDropout(numbers.word_dropout, words.unk) if numbers.word_dropout else None,
        shapes=ShapeEmbedding(embedding_dim=shape_size) if shape_size else None,
    )
    return build_trunk(embedder, numbers.backbone, hidden_size=numbers.hidden_size, layers=numbers.layers, dropout=numbers.dropout)


def build_network(numbers: Architecture, words: Vocabulary, characters: Vocabulary, labels: Sequence[str]) -> TaggingModel:
    """A tagging model with one head, its weights drawn from torch's global generator."""
    trunk = trunk_of(numbers, words, characters)
    head = build_head(numbers.head, input_size=trunk.output_size, labels=labels, dropout=numbers.dropout, scheme=numbers.scheme)
    return TaggingModel(trunk=trunk, heads={HEAD: head})


class TrainingSentences:
    """Training sentences as numbers, cut into batches anew in every epoch."""

    def __init__(
        self,
        sentences: Sequence[Sequence[str]],
        tags: Sequence[Sequence[str]],
        vocabularies: tuple[Vocabulary, Vocabulary],
        labels: Sequence[str],
        *,
        batch_tokens: int,
        seed: int,
    ) -> None:
        numbers = {label: number for number, label in enumerate(labels)}
        self.forms, self.words = FormTable.build(sentences, *vocabularies)
        self.targets = {HEAD: Ragged.from_lists([numbers[tag] for tag in row] for row in tags)}
        self.plan = BatchPlan(self.words.lengths, tokens=batch_tokens, sort_window=POOL, seed=seed)

    def epoch(self, number: int) -> Batches:
        return Batches(self.plan.epoch(number), self.batch)

    def batch(self, item: Positions) -> Batch:
        return tagging_batch(self.forms, self.words, item, self.targets, HEAD)


@denormals_flushed()
def train_network(
    model: TaggingModel, data: TrainingData, settings: Training, device: torch.device, told: Callable[[Row], object] | None
) -> list[Row]:
    """Train for all epochs, on the last of which the weights stay; `told` gets each epoch's row. Returns the rows.

    Raises TrainingError when the loss is no longer a number.
    """
    epochs, rate, precision = int(settings.epochs), float(settings.learning_rate), find_precision(settings.precision, device, model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0, betas=(0.9, 0.98), fused=True)
    for group in optimizer.param_groups:
        group["initial_lr"] = rate
    schedule = SCHEDULES[settings.schedule](warmup=int(settings.warmup_updates), total=len(data.epoch(1)) * epochs)
    rows: list[Row] = []
    try:
        train(
            model,
            data,
            tagging_objective(label_smoothing=0.0),
            optimizer=optimizer,
            schedule=schedule,
            score_dev=lambda: None,
            checkpoints=None,
            history=rows,
            progress=Progress(),
            options=TrainingOptions(epochs, patience=0, clip_norm=float(settings.clip_norm), checkpoint_every=0),
            environment=Environment(device, precision, Listener(told), stop_asked=lambda: False),
        )
    except TrainingError:
        problem = f"the loss is no longer a number in epoch {len(rows) + 1}"
        raise TrainingError(f"{problem}. Lower learning_rate={rate:g} or clip_norm={settings.clip_norm:g}.") from None
    return [shown(row) for row in rows]


def shown(row: Mapping[str, Any]) -> Row:
    """The row of an epoch without what only a held-out part has."""
    return {key: row[key] for key in KEPT}


class Listener(Watcher):
    """A watcher that hands on the row of each epoch."""

    def __init__(self, told: Callable[[Row], object] | None) -> None:
        self.told = told

    def epoch_ended(self, row: Mapping[str, Any], saved: str) -> None:
        if self.told:
            self.told(shown(row))


def scored_batches(
    model: TaggingModel, sentences: Sequence[Sequence[str]], vocabularies: tuple[Vocabulary, Vocabulary], device: torch.device
) -> Iterator[tuple[list[int], Tensor, Tensor]]:
    """(positions of sentences, scores_BSN, mask_BS), the longest first; empty sentences are left out."""
    filled = [position for position, words in enumerate(sentences) if words]
    if not filled:
        return
    model.eval()
    forms, ragged = FormTable.build([sentences[position] for position in filled], *vocabularies)
    for chosen in in_order(ragged.lengths, BATCH_TOKENS):
        batch = tagging_batch(forms, ragged, chosen, {}, "").to(device)
        yield [filled[position] for position in chosen.tolist()], model(batch, (HEAD,))[HEAD], batch.mask_BS


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Torch draws from `seed` within the block; afterwards its global generators stand where they stood."""
    on_gpu = device.type == "cuda"
    with torch.random.fork_rng(devices=[device] if on_gpu else []):
        torch.default_generator.manual_seed(seed)
        if on_gpu:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield


def round_seed(seed: int, fits: int) -> int:
    """The seed of a fit, which is `seed`, and of each partial_fit after it."""
    return int(np.random.SeedSequence([seed, fits]).generate_state(1)[0]) if fits else seed

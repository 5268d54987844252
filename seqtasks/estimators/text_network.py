"""The network of a NeuralClassifier: built from numbers, and its training texts as batches. It is what a recipe of classification builds.

B batch, N labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqtasks.estimators.network import BATCH_TOKENS, POOL, trunk_of
from seqtasks.models.tagging import TaggingModel
from seqtasks.models.text_heads import build_text_head
from seqtasks.text.batching import Batch, Batches, BatchPlan, Positions, classification_batch, in_order
from seqtasks.text.encoded import FormTable
from seqtasks.text.vocabulary import Vocabulary

HEAD = "label"  # the name of the one head


@dataclass(frozen=True)
class TextArchitecture:
    """The numbers a network is built from. hidden_size is per direction; character_size and shape_size 0 leave these parts out."""

    backbone: str
    hidden_size: int
    layers: int
    word_size: int
    character_size: int
    filters: int
    shape_size: int
    dropout: float
    word_dropout: float
    pooling: str

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> TextArchitecture:
        """Those of an estimator's parameters; numbers of numpy as Python's."""
        chosen = {field.name: parameters[field.name] for field in fields(cls)}
        return cls(**{name: value.item() if isinstance(value, np.generic) else value for name, value in chosen.items()})


def build_text_network(numbers: TextArchitecture, words: Vocabulary, characters: Vocabulary, labels: Sequence[str]) -> TaggingModel:
    """A trunk with one head that labels texts, its weights drawn from torch's global generator."""
    trunk = trunk_of(numbers, words, characters, shape_size=numbers.shape_size)
    head = build_text_head(trunk.backbone, input_size=trunk.output_size, labels=labels, dropout=numbers.dropout, pooling=numbers.pooling)
    return TaggingModel(trunk=trunk, heads={HEAD: head})


class TrainingTexts:
    """Training texts as numbers, cut into batches anew in every epoch. targets: the number of each text's label."""

    def __init__(
        self,
        texts: Sequence[Sequence[str]],
        targets: NDArray[np.int64],
        vocabularies: tuple[Vocabulary, Vocabulary],
        *,
        batch_tokens: int,
        seed: int,
    ) -> None:
        self.forms, self.words = FormTable.build(texts, *vocabularies)
        self.targets = {HEAD: targets}
        self.plan = BatchPlan(self.words.lengths, tokens=batch_tokens, sort_window=POOL, seed=seed)

    def epoch(self, number: int) -> Batches:
        return Batches(self.plan.epoch(number), self.batch)

    def batch(self, item: Positions) -> Batch:
        return classification_batch(self.forms, self.words, item, self.targets, HEAD)


def probabilities_of(
    model: TaggingModel, texts: Sequence[Sequence[str]], vocabularies: tuple[Vocabulary, Vocabulary], device: torch.device
) -> Iterator[tuple[list[int], Tensor]]:
    """(positions of texts, probabilities_BN of their labels); texts without words are left out."""
    filled = [position for position, words in enumerate(texts) if words]
    if not filled:
        return
    model.eval()
    forms, rows = FormTable.build([texts[position] for position in filled], *vocabularies)
    for chosen in in_order(rows.lengths, BATCH_TOKENS):
        batch = classification_batch(forms, rows, chosen, {}, "").to(device)
        yield [filled[place] for place in chosen.tolist()], model.head(HEAD).probabilities(model(batch, (HEAD,))[HEAD], batch.mask_BS)

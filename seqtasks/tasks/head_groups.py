"""What stands on a trunk: groups, each with heads of one kind and the data that they learn from. `HeadsTask` trains them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from seqtasks.diagnosis.shared_sentences import SharedWithTrain
from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.tagging import TaggingModel
from seqtasks.tasks.outcome import Outcome, PartFacts
from seqtasks.text.batching import Batch, Positions
from seqtasks.text.encoded import FormTable, Ragged
from seqtasks.text.tags import Extent
from seqtasks.training.objectives import Loss


class EncodedPart(Protocol):
    """A part of one corpus as numbers, from which batches are cut."""

    @property
    def forms(self) -> FormTable: ...

    @property
    def words(self) -> Ragged: ...

    def batch(self, positions: Positions) -> Batch: ...

    def label_entropies(self) -> Mapping[str, float]:
        """{head: the entropy of its labels in nats a word, as its loss}; heads of nested spans have none."""
        ...


@dataclass(frozen=True)
class Watched:
    """What a head answers on the watched part: its loss with what it had right, its scores by the names they are shown under, and the value
    of the measure that weights are selected by, of which more is better.
    """

    term: Loss
    scores: Mapping[str, float]
    value: float


class HeadGroup(Protocol):
    """Heads of one kind with their data read. Calls come in the order of the methods: vocabularies are learned from all groups first."""

    @property
    def weights(self) -> Mapping[str, float]:
        """{term: weight of its loss}, of every head of the group, and of what is learned for its sake."""
        ...

    @property
    def facts(self) -> Sequence[PartFacts]: ...

    @property
    def notes(self) -> Sequence[str]: ...

    @property
    def selected_on(self) -> Mapping[str, str]:
        """{head: what weights are selected on}."""
        ...

    def training_words(self) -> list[Sequence[str]]:
        """The words of every training sentence or text, each corpus once."""
        ...

    def dev_words(self) -> list[Sequence[str]]: ...

    def inventories(self) -> Mapping[str, Sequence[str]]:
        """{head: its labels}, from training parts only."""
        ...

    def extents(self) -> Mapping[str, Extent]:
        """Of the spans of each head whose spans nest."""
        ...

    def learned(self, assets: TaggingAssets) -> TaggingAssets:
        """The vocabularies with what is learned beside them. Raises DataError for parts whose labels they lack."""
        ...

    def encode(self, assets: TaggingAssets) -> Sequence[EncodedPart]:
        """The training parts, one for each corpus; the watched ones are kept."""
        ...

    def answer_with(self, model: TaggingModel, assets: TaggingAssets, device: torch.device) -> None:
        """Give the group what answers for it."""
        ...

    def watch(self) -> dict[str, Watched]:
        """Of each head that has a watched part. The model is set to answer."""
        ...

    def probe(self) -> dict[str, Loss]:
        """Of each head the loss of a sample of its training part, with what it had right, found as `watch` finds it."""
        ...

    def shared(self) -> list[SharedWithTrain]:
        """How much of each reported part stands in the training part."""
        ...

    def outcome(self) -> Outcome: ...

    def run_facts(self) -> dict[str, Any]: ...

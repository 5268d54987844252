"""What a recipe's kind must answer so that it can be run: training data, an objective, dev scores, final scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch import nn

from seqtasks.diagnosis.translations import Diagnosis
from seqtasks.errors import UsageError
from seqtasks.evaluation.by_length import LengthBin
from seqtasks.evaluation.controls import Controlled
from seqtasks.evaluation.score import Score
from seqtasks.evaluation.spans import EntityReport
from seqtasks.text.batching import Batch
from seqtasks.training.loop import DevResult
from seqtasks.training.objectives import Objective


@dataclass(frozen=True)
class PartFacts:
    """One part of the data as the report tells of it."""

    split: str
    path: str
    sentences: int
    checksum: str


@dataclass(frozen=True)
class HeldOutExample:
    """A held-out sentence: what went in, what came out, what was expected; attention as (source words, target words, weights_TS)."""

    input: str
    output: str
    reference: str
    attention: tuple[Sequence[str], Sequence[str], np.ndarray] | None = None


@dataclass(frozen=True)
class Review:
    """What is told of the translations of a part beside its scores: what is wrong with them, and the scores by the length of the source."""

    diagnosis: Diagnosis
    by_length: list[LengthBin]


@dataclass
class Outcome:
    """The final scores, predictions by file name, examples and remarks; reports on entities by part and head; scores beside controls;
    reviews of translations by part.
    """

    scores: list[Score] = field(default_factory=list)
    predictions: dict[str, str] = field(default_factory=dict)
    examples: list[HeldOutExample] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    entities: dict[str, EntityReport] = field(default_factory=dict)
    controls: list[Controlled] = field(default_factory=list)
    reviews: dict[str, Review] = field(default_factory=dict)


class Job(Protocol):
    """A recipe with its data read, and once it is fitted its final scores."""

    @property
    def selected_on(self) -> str: ...

    @property
    def parts(self) -> Sequence[PartFacts]: ...

    @property
    def notes(self) -> Sequence[str]: ...

    def outcome(self) -> Outcome: ...


class NeuralJob(Job, Protocol):
    """A job with a network built. It is also the loop's TrainingData."""

    @property
    def model(self) -> nn.Module: ...

    @property
    def objective(self) -> Objective: ...

    @property
    def weights(self) -> Mapping[str, float]: ...

    def epoch(self, number: int) -> Sequence[Any]: ...

    def batch(self, item: Any) -> Batch: ...

    def score_dev(self) -> DevResult | None: ...

    def save_assets(self, folder: Path) -> None: ...


def five_positions(count: int) -> list[int]:
    """Five positions spread evenly over `count` sentences, or all of them where there are fewer."""
    return sorted({int(position) for position in np.linspace(0, count - 1, min(5, count)).round()}) if count else []


@dataclass(frozen=True)
class Selection:
    """Which training sentences are trained on, which are held out of them, what weights are selected on, and lines to tell."""

    kept: list[int]
    held_out: list[int]
    selected_on: str
    notes: list[str]


def select_parts(sentences: int, *, has_dev: bool, has_test: bool, select_by: str) -> Selection:
    """Honest selection: on dev where a test part is reported, on a fixed tenth of train where dev is, or on nothing ("last").

    A corpus with neither dev nor test has a tenth of train held out in any case: it is then scored as dev.
    Raises UsageError where there are too few sentences to hold a tenth out of.
    """
    notes = []
    if not has_test:
        notes.append(
            "No test part here: the scores are of dev." if has_dev else "No dev or test part here: a tenth of train is held out as dev."
        )
    hold = not (has_dev or has_test) or (select_by != "last" and not (has_dev and has_test))
    every = range(sentences)
    if hold and sentences < 10:
        raise UsageError(
            f"only {sentences} training sentences: too few to hold a tenth out of. Give data.dev and data.test, or more of them."
        )
    held_out = [position for position in every if position % 10 == 9] if hold else []
    kept = [position for position in every if position % 10 != 9] if held_out else list(every)
    if hold and (has_dev or has_test):
        notes.append(f"{'' if has_dev else 'No dev part here: '}a tenth of train is held out to select on.".capitalize())
    selected_on = "nothing" if select_by == "last" else "dev" if has_dev == has_test else "held-out tenth of train"
    return Selection(kept, held_out, selected_on, notes)


def example_split(splits: Sequence[str]) -> str:
    """The part that the five examples come from."""
    return "test" if "test" in splits else splits[0] if splits else ""

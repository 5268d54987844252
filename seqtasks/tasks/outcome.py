"""What a task hands to a run once it is fitted: scores, predictions, examples, and what the report tells. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from seqtasks.diagnosis.observations.observe import Observation
    from seqtasks.diagnosis.tagged_answers import TaggedAnswer
    from seqtasks.diagnosis.translations import Diagnosis
    from seqtasks.evaluation.by_length import LengthBin
    from seqtasks.evaluation.confusion import Matrix
    from seqtasks.evaluation.controls import Controlled
    from seqtasks.evaluation.score import Score
    from seqtasks.evaluation.spans import EntityReport
    from seqtasks.reports.run_report import ReportTable


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


@dataclass(frozen=True)
class TagReview:
    """What is told of the tags of a part beside their scores: which were taken for which, of words and of entities, and the worst
    sentences, with the most wrong words or of the lowest confidence. entities: None for tags that are no spans; tags: for nested ones.
    """

    tags: Matrix | None
    entities: Matrix | None
    most_wrong: Sequence[TaggedAnswer]
    least_sure: Sequence[TaggedAnswer]

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json."""
        matrices = {"tags": self.tags, "entities": self.entities}
        sentences = {"most_wrong": self.most_wrong, "least_sure": self.least_sure}
        return {
            **{name: asdict(found) for name, found in matrices.items() if found is not None},
            **{name: [one.to_json() for one in some] for name, some in sentences.items()},
        }


@dataclass
class Outcome:
    """The final scores, predictions by file name, examples and remarks; reports on entities by part and head; scores beside controls;
    reviews of translations by part, and of tags by part and head; further tables of the report, and further tables of metrics.json by name;
    what the curves show.
    """

    scores: list[Score] = field(default_factory=list)
    predictions: dict[str, str] = field(default_factory=dict)
    examples: list[HeldOutExample] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    entities: dict[str, EntityReport] = field(default_factory=dict)
    controls: list[Controlled] = field(default_factory=list)
    reviews: dict[str, Review] = field(default_factory=dict)
    tag_reviews: dict[str, TagReview] = field(default_factory=dict)
    tables: list[ReportTable] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    observation: Observation | None = None

    def add(self, other: Outcome) -> None:
        """What is told of other heads of the same run, after it; a table of metrics.json that both have has the rows of both."""
        for key in ("scores", "examples", "notes", "controls", "tables"):
            getattr(self, key).extend(getattr(other, key))
        for key in ("predictions", "entities", "reviews", "tag_reviews"):
            getattr(self, key).update(getattr(other, key))
        for name, table in other.details.items():
            self.details[name] = self.details.get(name, {}) | table

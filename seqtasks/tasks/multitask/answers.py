"""What a run with heads of words and of texts answers for a sentence: the labels of the whole, and the tags of its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqtasks.inference.classifier import LabelledAnswer
from seqtasks.reports.shown import BesideShown
from seqtasks.tasks.tagging.answers import TaggedLine


@dataclass(frozen=True)
class MultitaskAnswer:
    """labels: by head of texts its answer; tagged: the words and, by head of words, their tags."""

    labels: Mapping[str, LabelledAnswer]
    tagged: TaggedLine

    def __str__(self) -> str:
        """The label (or labels) of each head of texts, and word/TAG word/TAG, with tabs between them."""
        return "\t".join([*map(str, self.labels.values()), *([str(self.tagged)] if self.tagged.tags else [])])

    def to_dict(self, *, places: bool = False, confidence: bool = True, k_best: int | None = None) -> dict[str, Any]:
        """For JSON, as `seqtasks predict --format jsonl` writes it: what is told of the words, and `texts`, by head what is told of its
        label or labels.
        """
        found = self.tagged.to_dict(places=places)
        if not self.tagged.tags:
            found = {key: found[key] for key in ("line", "start", "text") if key in found}
        return found | {"texts": {head: without_text(answer, confidence, k_best) for head, answer in self.labels.items()}}

    def drawing(self) -> BesideShown:
        """What a notebook shows."""
        return BesideShown({head: answer.drawing() for head, answer in self.labels.items()}, self.tagged.drawing())

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])


def without_text(answer: LabelledAnswer, confidence: bool, k_best: int | None) -> dict[str, Any]:
    """The object of a label, without the text that stands beside it."""
    return {key: value for key, value in answer.to_dict(confidence=confidence, k_best=k_best).items() if key != "text"}

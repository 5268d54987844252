"""What a language model answers to one beginning: what it wrote, the first sample first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seqtasks.inference.writer import Written
from seqtasks.reports.shown import TranslatedShown
from seqtasks.tasks.answers import AnswerList


class Writings(AnswerList[Written]):
    """What was written on from one beginning, a list, in the order of the draws. source: the beginning; text: that of the first."""

    source = ""

    def like(self, some: Iterable[Written]) -> Writings:
        """Some of these, from the same beginning."""
        found = Writings(some)
        found.source = self.source
        return found

    @property
    def text(self) -> str:
        return self[0].text

    def to_dict(self) -> dict[str, Any]:
        """For JSON, as `seqtasks predict --format jsonl` writes it: the beginning, the first sample, and all where there are several."""
        found = {"text": self.source, **(self[0].to_dict() if self else {})}
        return {**found, **({"n_best": [one.to_dict() for one in self]} if len(self) > 1 else {})}

    def drawing(self) -> TranslatedShown:
        """What a notebook shows: the beginning, and below it what was written."""
        return TranslatedShown(self.source, [(one.text, one.log_probability) for one in self], None)

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])

"""What a language model answers to one beginning: what it wrote, the first sample first."""

from __future__ import annotations

from typing import Any

from seqtasks.inference.writer import Written
from seqtasks.tasks.answers import Alternatives


class Writings(Alternatives[Written]):
    """What was written on from one beginning, a list, in the order of the draws. source: the beginning; text: that of the first."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON, as `seqtasks predict --format jsonl` writes it: the beginning, the first sample, and all where there are several."""
        found = {"text": self.source, **(self[0].to_dict() if self else {})}
        return {**found, **({"n_best": [one.to_dict() for one in self]} if len(self) > 1 else {})}

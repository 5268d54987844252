"""What a translation run answers for one line: its translations, best first."""

from __future__ import annotations

from typing import Any

from seqtasks.inference.translator import Translation
from seqtasks.reports.shown import AttentionShown, TranslatedShown
from seqtasks.tasks.answers import Alternatives


class Translations(Alternatives[Translation]):
    """The translations of one line, a list, best first. source: the line; text: that of the best one."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the line, the best translation, with its alignment where that was asked for, and all where there are several."""
        found = {"text": self.source, **(self[0].to_dict() if self else {})}
        return {**found, **({"n_best": [one.facts() for one in self]} if len(self) > 1 else {})}

    def drawing(self) -> TranslatedShown:
        """What a notebook shows; attention only where alignments were asked for."""
        alignment = self[0].alignment if self else None
        attention = None if alignment is None else AttentionShown(alignment.source, alignment.target, alignment.weights.tolist())
        return super().drawing()._replace(attention=attention)

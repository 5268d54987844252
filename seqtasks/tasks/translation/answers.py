"""What a translation run answers for one line: its translations, best first."""

from __future__ import annotations

from typing import Any

from seqtasks.inference.translator import Translation
from seqtasks.reports.shown import AttentionShown, TranslatedShown


class Translations(list[Translation]):
    """The translations of one line, a list, best first. source: the line; text: that of the best one."""

    source = ""

    @property
    def text(self) -> str:
        return self[0].text

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the line, the best translation, with its alignment and attention where that was asked for, and all where several are.

        attention: for each target word its weights over the source words, rounded.
        """
        best = self[0]
        found = {"text": self.source, **facts_of(best)}
        if (alignment := best.alignment) is not None:
            found |= {
                "source_words": list(alignment.source),
                "target_words": list(alignment.target),
                "alignment": [list(link) for link in alignment.links],
                "attention": [[round(weight, 4) for weight in row] for row in alignment.weights.tolist()],
            }
        return {**found, **({"n_best": [facts_of(one) for one in self]} if len(self) > 1 else {})}

    def drawing(self) -> TranslatedShown:
        """What a notebook shows; attention only where alignments were asked for."""
        alignment = self[0].alignment
        attention = None if alignment is None else AttentionShown(alignment.source, alignment.target, alignment.weights.tolist())
        return TranslatedShown(self.source, [(one.text, one.log_probability) for one in self], attention)

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])


def facts_of(translation: Translation) -> dict[str, Any]:
    """A translation as JSON tells of it."""
    return {
        "translation": translation.text,
        "log_probability": translation.log_probability,
        "score": translation.score,
        "finished": translation.finished,
    }

"""What a tagging run answers: words, tags by head, and where raw text was given their places in it; entities where tags are spans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqtasks.reports.shown import Marked, ShownWord, TaggedShown
from seqtasks.tasks.by_head import ByHead, Confidences, KBest
from seqtasks.text.tags import NESTED, Span, spans_of


@dataclass(frozen=True)
class Entity:
    """Words start (inclusive) to end (exclusive) of a sentence under one label.

    text: as it stands in the raw text, or its words with spaces between them; offsets: from where to where, None without raw text.
    confidence: the posterior probability that there is an entity with just these ends and this label; None where it was not asked for.
    """

    label: str
    start: int
    end: int
    text: str
    offsets: tuple[int, int] | None
    confidence: float | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON: label, text, tokens [from, to); start and end in the text where there is one, confidence where it was asked for."""
        found: dict[str, Any] = {"label": self.label, "text": self.text, "tokens": [self.start, self.end]}
        if self.offsets is not None:
            found["start"], found["end"] = self.offsets
        if self.confidence is not None:
            found["confidence"] = round(self.confidence, 6)
        return found


@dataclass(frozen=True)
class RankedTags:
    """One of the best sequences of tags of a sentence, with its log-probability among all of them, and the entities that it means.

    They have no confidences of their own: it is all of them together that are as likely as that.
    """

    tags: list[str]
    log_probability: float
    entities: Sequence[Entity]

    @property
    def probability(self) -> float:
        return math.exp(self.log_probability)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: how probable they are, the tags, and the entities, none where tags are no spans."""
        numbers = {"log_probability": round(self.log_probability, 6), "probability": round(self.probability, 6)}
        return {**numbers, "tags": list(self.tags), "entities": [one.to_dict() for one in self.entities]}


@dataclass(frozen=True)
class TaggedLine:
    """A sentence's words and, by head, their tags; by head also the posterior probabilities of these tags, empty where not asked for.

    text: the sentence as it was written, None where words were given; offsets: where each word stands in it; line: its number in the
    input, from 1; start: where the sentence begins in its line; schemes: the tag scheme of each head whose tags are spans;
    span_confidences: by such head the posterior probabilities of its entities; ranked: by head its best sequences of tags with their
    log-probabilities, best first.
    """

    words: tuple[str, ...]
    tags: dict[str, list[str]]
    confidences: dict[str, list[float]] = field(default_factory=Confidences)
    text: str | None = None
    offsets: Sequence[tuple[int, int]] | None = field(default=None, repr=False)
    line: int = field(default=1, repr=False)
    start: int = field(default=0, repr=False)
    schemes: Mapping[str, str] = field(default_factory=dict, repr=False)
    span_confidences: Mapping[str, Sequence[float]] | None = field(default=None, repr=False)
    ranked: Mapping[str, Sequence[tuple[list[str], float]]] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """word/TAG word/TAG, with the tags of several heads joined by a bar."""
        return " ".join(f"{word}/{'|'.join(tags[position] for tags in self.tags.values())}" for position, word in enumerate(self.words))

    def to_dict(self, *, places: bool = False) -> dict[str, Any]:
        """For JSON, as `seqtasks predict --format jsonl` writes it; places: with `line` and `start`."""
        found: dict[str, Any] = {"line": self.line, "start": self.start} if places else {}
        if self.text is not None:
            found["text"] = self.text
        found["tokens"] = list(self.words)
        if self.offsets is not None:
            found["offsets"] = [[start, end] for start, end in self.offsets]
        found["tags"] = {head: list(tags) for head, tags in self.tags.items()}
        if self.confidences:
            found["confidences"] = {head: [round(value, 6) for value in values] for head, values in self.confidences.items()}
        entities = self.entities
        if self.schemes:
            found["entities"] = [{"head": head, **one.to_dict()} for head, several in entities.items() for one in several]
        nested = [head for head, scheme in self.schemes.items() if scheme == NESTED]
        if len(nested) == 1:  # so that the line can be read as training data are
            found["spans"] = [{"start": one.start, "end": one.end, "label": one.label} for one in entities[nested[0]]]
        if self.ranked is not None:
            found["k_best"] = {head: [self.path_dict(head, path) for path in paths] for head, paths in self.k_best.items()}
        return found

    def path_dict(self, head: str, path: RankedTags) -> dict[str, Any]:
        """One of the best sequences of tags for JSON, with its entities where the head has a tag scheme."""
        found = path.to_dict()
        entities = found.pop("entities")
        return {**found, **({"entities": [{"head": head, **one} for one in entities]} if head in self.schemes else {})}

    def drawing(self) -> TaggedShown:
        """What a page or a notebook shows: the words with their tags, and by head the entities."""
        marked = {
            head: [Marked(one.start, one.end, one.label, one.confidence) for one in entities] for head, entities in self.entities.items()
        }
        return TaggedShown(shown_words(self), marked)

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])

    @property
    def entities(self) -> dict[str, list[Entity]]:
        """The entities of each head that has a tag scheme, in order."""
        found = {head: spans_of(self.tags[head], scheme) for head, scheme in self.schemes.items()}
        sure = self.span_confidences
        return ByHead((head, [*self.entities_at(spans, sure[head] if sure is not None else None)]) for head, spans in found.items())

    @property
    def k_best(self) -> dict[str, list[RankedTags]]:
        """By head its best sequences of tags, best first, with the entities that they mean; nothing where they were not asked for."""
        ranked = (self.ranked or {}).items()
        return KBest((head, [self.ranked_tags(head, *one) for one in paths]) for head, paths in ranked)

    def ranked_tags(self, head: str, tags: list[str], log_probability: float) -> RankedTags:
        spans = spans_of(tags, self.schemes[head]) if head in self.schemes else []
        return RankedTags(tags, log_probability, [*self.entities_at(spans, None)])

    def entities_at(self, spans: Sequence[Span], confidences: Sequence[float] | None) -> Iterator[Entity]:
        for number, (start, end, label) in enumerate(spans):
            offsets = (self.offsets[start][0], self.offsets[end - 1][1]) if self.offsets is not None else None
            said = self.text[offsets[0] : offsets[1]] if self.text is not None and offsets else " ".join(self.words[start:end])
            yield Entity(label, start, end, said, offsets, confidences[number] if confidences is not None else None)


def shown_words(answer: TaggedLine) -> list[ShownWord]:
    """The words with what stands between them, and the tags of the heads that have no tag scheme, parted by spaces."""
    heads = [head for head in answer.tags if head not in answer.schemes]
    words = []
    for position, word in enumerate(answer.words):
        after = " " if position + 1 < len(answer.words) else ""
        if answer.text is not None and answer.offsets is not None and after:
            after = answer.text[answer.offsets[position][1] : answer.offsets[position + 1][0]]
        tag = " ".join(answer.tags[head][position] for head in heads)
        sure = min((answer.confidences[head][position] for head in heads), default=None) if answer.confidences else None
        words.append(ShownWord(word, after, tag, sure))
    return words

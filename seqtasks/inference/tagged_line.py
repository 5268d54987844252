"""What a tagging run answers: words, tags by head, and where raw text was given their places in it; entities where tags are spans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from seqtasks.text.tags import Span, spans_of


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


@dataclass(frozen=True)
class TaggedLine:
    """A sentence's words and, by head, their tags; by head also the posterior probabilities of these tags, where they were asked for.

    text: the sentence as it was written, None where words were given; offsets: where each word stands in it; line: its number in the
    input, from 1; start: where the sentence begins in its line; schemes: the tag scheme of each head whose tags are spans;
    span_confidences: by such head the posterior probabilities of its entities; ranked: by head its best sequences of tags with their
    log-probabilities, best first.
    """

    words: tuple[str, ...]
    tags: dict[str, list[str]]
    confidences: dict[str, list[float]] | None = None
    text: str | None = None
    offsets: Sequence[tuple[int, int]] | None = None
    line: int = 1
    start: int = 0
    schemes: Mapping[str, str] = field(default_factory=dict)
    span_confidences: Mapping[str, Sequence[float]] | None = None
    ranked: Mapping[str, Sequence[tuple[list[str], float]]] | None = None

    @property
    def entities(self) -> dict[str, list[Entity]]:
        """The entities of each head that has a tag scheme, in order."""
        found = {head: spans_of(self.tags[head], scheme) for head, scheme in self.schemes.items()}
        sure = self.span_confidences
        return {head: [*self.entities_at(spans, sure[head] if sure is not None else None)] for head, spans in found.items()}

    @property
    def k_best(self) -> dict[str, list[RankedTags]]:
        """By head its best sequences of tags, best first, with the entities that they mean; nothing where they were not asked for."""
        return {head: [self.ranked_tags(head, *one) for one in paths] for head, paths in (self.ranked or {}).items()}

    def ranked_tags(self, head: str, tags: list[str], log_probability: float) -> RankedTags:
        spans = spans_of(tags, self.schemes[head]) if head in self.schemes else []
        return RankedTags(tags, log_probability, [*self.entities_at(spans, None)])

    def entities_at(self, spans: Sequence[Span], confidences: Sequence[float] | None) -> Iterator[Entity]:
        for number, (start, end, label) in enumerate(spans):
            offsets = (self.offsets[start][0], self.offsets[end - 1][1]) if self.offsets is not None else None
            said = self.text[offsets[0] : offsets[1]] if self.text is not None and offsets else " ".join(self.words[start:end])
            yield Entity(label, start, end, said, offsets, confidences[number] if confidences is not None else None)

"""What a tagger of any kind, a network or an HMM, answers beyond its best tags. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from seqtasks.errors import UsageError
from seqtasks.text.tags import Span, spans_of

Sentences = Sequence[Sequence[str]]
Ranked = list[tuple[list[str], float]]  # tags and their log-probability, best first


class Tags(Protocol):
    """What a tagger of any kind answers: of a network, or of an HMM."""

    def tag_with_confidence(self, sentences: Sentences, head: str) -> tuple[list[list[str]], list[list[float]]]: ...

    def k_best(self, sentences: Sentences, head: str, k: int) -> list[Ranked]: ...

    def span_probabilities(self, sentences: Sentences, head: str, spans: Sequence[Sequence[Span]]) -> list[list[float]]: ...


@dataclass(frozen=True)
class Posteriors:
    """Of each sentence, by head: its tags, the probability of each tag, and of heads with a tag scheme the probability of each entity."""

    tags: list[dict[str, list[str]]]
    confidences: list[dict[str, list[float]]]
    spans: list[dict[str, list[float]]]

    @classmethod
    def of(cls, tagger: Tags, sentences: Sentences, heads: Iterable[str], schemes: Mapping[str, str]) -> Posteriors:
        """Those of a tagger. Raises UsageError where a head has no probabilities."""
        found = cls([{} for _ in sentences], [{} for _ in sentences], [{} for _ in sentences])
        for head in heads:
            rows, confidences = tagger.tag_with_confidence(sentences, head)
            for number, (row, values) in enumerate(zip(rows, confidences, strict=True)):
                found.tags[number][head], found.confidences[number][head] = row, values
            if head in schemes:
                spans = tagger.span_probabilities(sentences, head, [spans_of(row, schemes[head]) for row in rows])
                for number, values in enumerate(spans):
                    found.spans[number][head] = values
        return found


def k_best_of(tagger: Tags, sentences: Sentences, heads: Iterable[str], k: int) -> list[dict[str, Ranked]]:
    """Of each sentence, by head, the k best sequences of tags. Raises UsageError for k below 1 and where a head is no chain."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise UsageError(f"k_best is {k!r}. Ask for 1 sequence of tags or more.")
    by_head = {head: tagger.k_best(sentences, head, k) for head in heads}
    return [{head: found[number] for head, found in by_head.items()} for number in range(len(sentences))]

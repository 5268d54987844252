"""Spans that lie in each other or cross: which of them do, and what a set of them needs to be represented.

A span lies in another that is longer and covers it. Two spans cross where they overlap and neither covers the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqtasks.text.tags import Span, layers_of


@dataclass(frozen=True)
class Extent:
    """How far spans go: layers that they need (`text.tags.layers_of`), and words of the longest; both at least 1."""

    depth: int = 1
    width: int = 1

    @classmethod
    def of(cls, sentences: Iterable[Sequence[Span]]) -> Extent:
        """The extent of the spans of all sentences."""
        rows = list(sentences)
        depth = max((len(layers_of(row)) for row in rows), default=1)
        return cls(max(1, depth), max((span.end - span.start for row in rows for span in row), default=1))


def lies_in(span: Span, other: Span) -> bool:
    """Whether `other` is longer and covers `span`."""
    return other.start <= span.start and span.end <= other.end and span.end - span.start < other.end - other.start


def cross(one: Span, other: Span) -> bool:
    """Whether they overlap and neither covers the other."""
    return one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end


def outer(spans: Sequence[Span]) -> list[Span]:
    """Those that lie in no other."""
    return [span for span in spans if not any(lies_in(span, other) for other in spans)]


def inner(spans: Sequence[Span]) -> list[Span]:
    """Those that lie in another."""
    return [span for span in spans if any(lies_in(span, other) for other in spans)]


def most_disjoint(spans: Iterable[Span]) -> int:
    """How many spans without overlap can be chosen at most: those that end first (interval scheduling)."""
    chosen, free = 0, 0
    for span in sorted(spans, key=lambda span: span.end):
        if span.start >= free:
            chosen, free = chosen + 1, span.end
    return chosen


def without_crossing(spans: Iterable[Span]) -> list[Span]:
    """Those that cross none before them: the most wanted come first."""
    kept: list[Span] = []
    for span in spans:
        if not any(cross(span, other) for other in kept):
            kept.append(span)
    return kept

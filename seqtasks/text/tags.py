"""Tag schemes as tables: BIO, IOB1 and BIOES tags, the spans they mean, their repair, and which may follow which.

A tag is "O" or a prefix, a hyphen and a label ("B-PER"). Spans are read leniently, as conlleval reads them: an I- that continues nothing
begins a span. IOB1 writes B- only where a span follows another of the same label directly (Ramshaw and Marcus 1995).

A span lies in another that is longer and covers it; two cross where they overlap and neither covers the other. Such spans are written in
the scheme "nested": BIO tags in layers, outermost first, those of a word joined by "+" ("B-ORG+B-PER"; Straková et al. 2019 join them
likewise). It has no table: each of its layers is BIO.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

OUTSIDE = "O"
SCHEMES = ("IOB1", "BIO", "BIOES")
NESTED = "nested"
JOINT = "+"  # between the layers of a nested tag
PREFIXES = {"IOB1": "BI", "BIO": "BI", "BIOES": "BIES", "BILOU": "BILU", "BMES": "BMES", "IO": "I"}
FILE_SCHEMES = tuple(PREFIXES)  # that a file may hold
READ_AS = {"IOB1": "BIO", "IO": "BIO", "BILOU": "BIOES", "BMES": "BIOES"}  # schemes of files alone, and what their tags are read as


class Span(NamedTuple):
    """An entity over words start (inclusive) to end (exclusive)."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class LegalTransitions:
    """Which labels may begin a sentence, end it, and follow each other: pair[before][after]."""

    start: list[bool]
    end: list[bool]
    pair: list[list[bool]]


@dataclass(frozen=True)
class SpanSteps:
    """How spans run through tags, read leniently: where tag `after` follows `before` (pair[before][after]), or stands first in a sentence.

    labels: the labels of spans, sorted; label_of: for each tag the position of its label there, -1 for O.
    """

    labels: list[str]
    label_of: list[int]
    begins_first: list[bool]
    begins: list[list[bool]]
    goes_on: list[list[bool]]


def split_tag(tag: str) -> tuple[str, str]:
    """("B", "PER") of "B-PER", ("O", "") of "O"; a tag without a prefix is its own label, ("", tag)."""
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, hyphen, label = tag.partition("-")
    return (prefix, label) if hyphen else ("", tag)


def check_scheme(scheme: str) -> None:
    """Raises ValueError for an unknown scheme."""
    if scheme not in SCHEMES:
        raise ValueError(f"unknown tag scheme {scheme!r}; expected one of {', '.join(SCHEMES)}")


def begins(before: str | None, tag: str, scheme: str) -> bool:
    """Whether a span begins at `tag`, read leniently."""
    prefix, label = split_tag(tag)
    if prefix == OUTSIDE:
        return False
    if before is None or before == OUTSIDE:
        return True
    last_prefix, last_label = split_tag(before)
    return label != last_label or prefix in ("B", "S") or (scheme == "BIOES" and last_prefix in ("E", "S"))


def spans_of(tags: Sequence[str], scheme: str) -> list[Span]:
    """The spans that tags mean, in order; nested ones by their start, a longer one first, each once."""
    if scheme == NESTED:
        return nested_spans(tags)
    check_scheme(scheme)
    spans: list[Span] = []
    start: int | None = None
    for position, tag in enumerate([*tags, OUTSIDE]):
        before = tags[position - 1] if position else None
        if start is not None and (tag == OUTSIDE or begins(before, tag, scheme)):
            spans.append(Span(start, position, split_tag(tags[start])[1]))
            start = None
        if start is None and tag != OUTSIDE:
            start = position
    return spans


def tags_of(spans: Sequence[Span], length: int, scheme: str) -> list[str]:
    """The tags of spans that do not overlap, but in the scheme "nested".

    Raises ValueError for other spans that do, or that reach beyond `length`.
    """
    if scheme == NESTED:
        return nested_tags(spans, length)
    check_scheme(scheme)
    tags = [OUTSIDE] * length
    for start, end, label in sorted(spans):
        if not 0 <= start < end <= length or any(tag != OUTSIDE for tag in tags[start:end]):
            raise ValueError(f"span {start} to {end} ({label}) overlaps another or reaches beyond {length} words")
        touches = start > 0 and tags[start - 1] != OUTSIDE and split_tag(tags[start - 1])[1] == label
        for position in range(start, end):
            prefix = "I"
            if position == start and (scheme != "IOB1" or touches):
                prefix = "B"
            if scheme == "BIOES" and position == end - 1:
                prefix = "S" if position == start else "E"
            tags[position] = f"{prefix}-{label}"
    return tags


def outermost_first(span: Span) -> tuple[int, int, str]:
    """The order in which nested spans stand."""
    return span.start, -span.end, span.label


def layers_of(spans: Iterable[Span]) -> list[list[Span]]:
    """Distinct spans in layers without overlap, outermost first: by their starts, the longest first, each in the first layer with room.

    Where no spans cross, a span that lies in k others stands in layer k.
    """
    layers: list[list[Span]] = []
    for span in sorted(set(spans), key=outermost_first):
        free = next((layer for layer in layers if layer[-1].end <= span.start), None)
        if free is None:
            layers.append(free := [])
        free.append(span)
    return layers


def nested_tags(spans: Iterable[Span], length: int) -> list[str]:
    """Tags of the scheme "nested": of each word its layers up to the last that is not O."""
    columns = [tags_of(layer, length, "BIO") for layer in layers_of(spans)]
    if not columns:
        return [OUTSIDE] * length
    depths = [max([layer for layer, tag in enumerate(word, start=1) if tag != OUTSIDE], default=1) for word in zip(*columns, strict=True)]
    return [JOINT.join(word[:depth]) for word, depth in zip(zip(*columns, strict=True), depths, strict=True)]


def nested_spans(tags: Sequence[str]) -> list[Span]:
    """The distinct spans of all layers; a layer that a word lacks is O there."""
    words = [tag.split(JOINT) for tag in tags]
    depth = max(map(len, words), default=0)
    layers = [[word[layer] if layer < len(word) else OUTSIDE for word in words] for layer in range(depth)]
    return sorted({span for layer in layers for span in spans_of(layer, "BIO")}, key=outermost_first)


def repair(tags: Sequence[str], scheme: str) -> tuple[list[str], int]:
    """Legal tags with the same lenient spans, and how many of them changed."""
    legal = tags_of(spans_of(tags, scheme), len(tags), scheme)
    return legal, sum(old != new for old, new in zip(tags, legal, strict=True))


def convert(tags: Sequence[str], source: str, target: str) -> list[str]:
    """The same spans in another scheme."""
    return tags_of(spans_of(tags, source), len(tags), target)


def count_illegal(tags: Sequence[str], scheme: str) -> int:
    """How many tags may not stand after the tag before them (or at the start); with BIOES also a span left open at the end."""
    check_scheme(scheme)
    steps = zip([None, *tags], [*tags, None], strict=True)
    return sum(not is_legal(before, after, scheme) for before, after in steps)


def is_legal(before: str | None, after: str | None, scheme: str) -> bool:
    """Whether `after` may follow `before`; None is the start or the end of the sentence."""
    check_scheme(scheme)
    last_prefix, last_label = split_tag(before) if before is not None else (OUTSIDE, "")
    prefix, label = split_tag(after) if after is not None else (OUTSIDE, "")
    goes_on = last_prefix not in (OUTSIDE, "") and last_label == label
    if scheme == "IOB1":
        return prefix != "B" or goes_on
    if scheme == "BIO":
        return prefix != "I" or goes_on
    if last_prefix in ("B", "I"):  # a span is open: it must go on or end
        return goes_on and prefix in ("I", "E")
    return prefix not in ("I", "E")


def legal_transitions(labels: Sequence[str], scheme: str) -> LegalTransitions:
    """The table of `is_legal` over labels."""
    return LegalTransitions(
        start=[is_legal(None, label, scheme) for label in labels],
        end=[is_legal(label, None, scheme) for label in labels],
        pair=[[is_legal(before, after, scheme) for after in labels] for before in labels],
    )


def span_steps(tags: Sequence[str], scheme: str) -> SpanSteps:
    """The tables by which `spans_of` reads, over an inventory of tags: a span begins, goes on, or else has ended."""
    check_scheme(scheme)
    labels = sorted({split_tag(tag)[1] for tag in tags} - {""})
    begun = [[begins(before, after, scheme) for after in tags] for before in tags]
    return SpanSteps(
        labels=labels,
        label_of=[labels.index(label) if (label := split_tag(tag)[1]) else -1 for tag in tags],
        begins_first=[begins(None, tag, scheme) for tag in tags],
        begins=begun,
        goes_on=[
            [OUTSIDE not in (before, after) and not begun[row][column] for column, after in enumerate(tags)]
            for row, before in enumerate(tags)
        ],
    )


@dataclass(frozen=True)
class Extent:
    """How far spans go: layers that they need (`layers_of`), and words of the longest; both at least 1."""

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

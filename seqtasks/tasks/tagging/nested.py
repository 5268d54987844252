"""Nested spans of a recipe's parts: how deep and wide training has them, and which ones a head can never answer, counted."""

from collections.abc import Mapping, Sequence

from seqtasks.errors import DataError
from seqtasks.tasks.tagging.parts import Part, TaggedParts
from seqtasks.tasks.tagging.recipe import TaskSettings
from seqtasks.text.tags import NESTED, Extent, Span, layers_of, outermost_first, spans_of, without_crossing


def extents_of(parts: TaggedParts) -> dict[str, Extent]:
    """The extent of the training spans of each head whose spans nest. Raises DataError where there is none."""
    found = {}
    for head, scheme in parts.schemes.items():
        if scheme == NESTED:
            rows = spans_in(parts, head, parts.kept[head])
            if not any(rows):
                path = parts.facts[0].path if len(parts.data) == 1 else f"{head} train"
                raise DataError(path, 0, f"no spans to train {head} on", "Give each line its spans, or set another data.scheme")
            found[head] = Extent.of(rows)
    return found


def spans_in(parts: TaggedParts, head: str, part: Part) -> list[list[Span]]:
    """The nested spans of a part, by sentence."""
    return [spans_of(row, NESTED) for row in parts.tags(head, part)]


def unreachable_spans(parts: TaggedParts, tasks: Mapping[str, TaskSettings], extents: Mapping[str, Extent]) -> list[str]:
    """A note for each part and reason for which gold spans are never answered; spans of new labels have a note of their own."""
    notes = []
    for head, extent in extents.items():
        settings = tasks[head].head
        for split, part in {"train": parts.kept[head], **parts.scored[head]}.items():
            rows = spans_in(parts, head, part)
            found: dict[str, Sequence[Sequence[Span]]] = {}
            if not settings.crossing:
                found["cross another one (head.crossing allows it)"] = [crossing(row) for row in rows]
            if settings.kind == "layered":
                found[f"lie deeper than the {extent.depth} layers of the training part"] = [deeper(row, extent.depth) for row in rows]
            if settings.kind == "spans":
                found[f"are longer than the {extent.width} words of the longest in training"] = [longer(row, extent.width) for row in rows]
                found["have the place of another one, and a place gets one label"] = [sharing(row) for row in rows]
            counts = {why: sum(map(len, left_out)) for why, left_out in found.items()}
            notes += [f"{head} {split}: {number} spans are never answered: they {why}." for why, number in counts.items() if number]
    return notes


def deeper(spans: Sequence[Span], depth: int) -> list[Span]:
    """Those below the first `depth` layers."""
    return [span for layer in layers_of(spans)[depth:] for span in layer]


def longer(spans: Sequence[Span], width: int) -> list[Span]:
    """Those of more than `width` words."""
    return [span for span in spans if span.end - span.start > width]


def crossing(spans: Sequence[Span]) -> list[Span]:
    """The spans to leave out so that no two cross, those that begin first being kept."""
    kept = set(without_crossing(sorted(spans, key=outermost_first)))
    return [span for span in spans if span not in kept]


def sharing(spans: Sequence[Span]) -> list[Span]:
    """The spans beyond the first at each place."""
    places = {(span.start, span.end): span for span in sorted(spans)[::-1]}
    return [span for span in spans if places[span.start, span.end] != span]

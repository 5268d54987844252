"""Which tags are taken for which: precision, recall and F1 of every tag or entity type, and confusion matrices of tags and of entities.

A label that only one side has gets its row too: 0 where nothing could be counted. N labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seqtasks.evaluation.comparison import Confusion, LabelScore
from seqtasks.evaluation.score import check_aligned, check_same_lengths
from seqtasks.evaluation.spans import beside, overlap
from seqtasks.text.tags import Span, spans_of

Tags = Sequence[Sequence[str]]
OTHER = "other"  # the labels that a matrix of some does not show
MOVED, MISSED, SPURIOUS = "wrong ends", "missed", "spurious"


@dataclass(frozen=True)
class Matrix:
    """counts[row][column]: how often what a row names was answered as a column says."""

    rows: list[str]
    columns: list[str]
    counts: list[list[int]]


def tag_scores(gold: Tags, predicted: Tags) -> list[LabelScore]:
    """Every tag of single words, by falling support, then by name. Raises ValueError where the two are not aligned."""
    pairs = Counter(_pairs(gold, predicted))
    correct = {true: count for (true, found), count in pairs.items() if true == found}
    return _label_scores(correct, _sides(pairs, 0), _sides(pairs, 1))


def entity_type_scores(gold: Tags, predicted: Tags, scheme: str) -> list[LabelScore]:
    """Every entity type, over whole entities as spans.py counts them (seqeval's default mode, which the tests compare with)."""
    check_same_lengths(gold, predicted, ("gold sentences", "predicted sentences"))
    correct: Counter[str] = Counter()
    support: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for true, found in zip(gold, predicted, strict=True):
        true_spans, found_spans = set(spans_of(true, scheme)), set(spans_of(found, scheme))
        correct.update(span.label for span in true_spans & found_spans)
        support.update(span.label for span in true_spans)
        answers.update(span.label for span in found_spans)
    return _label_scores(correct, support, answers)


def confusion(gold: Tags, predicted: Tags) -> Confusion:
    """How often each gold tag was answered by each tag, word by word. Raises ValueError where the two are not aligned."""
    pairs = Counter(_pairs(gold, predicted))
    support = _sides(pairs, 0)
    labels = _by_support({label for pair in pairs for label in pair}, support)
    return Confusion(labels, [[pairs[true, found] for found in labels] for true in labels])


def confusion_of_some(gold: Tags, predicted: Tags, most: int) -> Matrix:
    """The matrix of up to `most` tags, those that are confused most often, by falling support; where there are more, `OTHER` for the rest.

    Raises ValueError where the two are not aligned.
    """
    pairs = Counter(_pairs(gold, predicted))
    support = _sides(pairs, 0)
    labels = {label for pair in pairs for label in pair}
    shown = labels
    if len(labels) > most:
        wrong: Counter[str] = Counter()
        for pair, count in pairs.items():
            if pair[0] != pair[1]:
                wrong.update(dict.fromkeys(pair, count))
        shown = set(sorted(labels, key=lambda label: (-wrong[label], -support[label], label))[:most])
    counts: Counter[tuple[str, str]] = Counter()
    for (true, found), count in pairs.items():
        counts[true if true in shown else OTHER, found if found in shown else OTHER] += count
    names = [*_by_support(shown, support), *([OTHER] if len(labels) > most else [])]
    return Matrix(names, names, [[counts[true, found] for found in names] for true in names])


def entity_confusion(gold: Tags, predicted: Tags, scheme: str) -> Matrix:
    """Of each type of the gold entities, how many were answered as each type at their very place, with `MOVED` ends, or `MISSED`; and in
    the row `SPURIOUS` the answers that are left over. Matched as `seqtasks.evaluation.spans` does, so a row sums to its support.
    """
    check_same_lengths(gold, predicted, ("gold sentences", "predicted sentences"))
    counts: Counter[tuple[str, str]] = Counter()
    support: Counter[str] = Counter()
    for true, found in zip(gold, predicted, strict=True):
        sides = set(spans_of(true, scheme)), set(spans_of(found, scheme))
        support.update(span.label for span in sides[0])
        counts.update(_matched(*sides))
    types = _by_support({*support, *(found for _, found in counts if found not in (MOVED, MISSED))}, support)
    columns = [*types, MOVED, MISSED]
    rows = [*types, SPURIOUS]
    return Matrix(rows, columns, [[counts[true, found] for found in columns] for true in rows])


def _matched(gold: set[Span], predicted: set[Span]) -> Iterator[tuple[str, str]]:
    """(row, column) of each gold span of a sentence, and of the answers that are left over."""
    yield from ((span.label, span.label) for span in gold & predicted)
    true, found = sorted(gold - predicted), sorted(predicted - gold)
    places = Counter((span.start, span.end) for span in true) & Counter((span.start, span.end) for span in found)
    for place, count in places.items():
        sides = ([span.label for span in side if (span.start, span.end) == place][:count] for side in (true, found))
        yield from zip(*sides, strict=True)
    left, rest = beside(true, places), beside(found, places)
    for span in left:
        fitting = next((other for other in rest if other.label == span.label and overlap(span, other)), None)
        yield span.label, MISSED if fitting is None else MOVED
        if fitting is not None:
            rest.remove(fitting)
    yield from ((SPURIOUS, span.label) for span in rest)


def _pairs(gold: Tags, predicted: Tags) -> Iterator[tuple[str, str]]:
    check_aligned(gold, predicted)
    for true, found in zip(gold, predicted, strict=True):
        yield from zip(true, found, strict=True)


def _sides(pairs: Counter[tuple[str, str]], side: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for pair, count in pairs.items():
        counts[pair[side]] += count
    return counts


def _by_support(labels: Iterable[str], support: Counter[str]) -> list[str]:
    return sorted(labels, key=lambda label: (-support[label], label))


def _label_scores(correct: dict[str, int], support: Counter[str], answers: Counter[str]) -> list[LabelScore]:
    rows = []
    for label in _by_support({*support, *answers}, support):
        hits = correct.get(label, 0)
        precision, recall = _percent(hits, answers[label]), _percent(hits, support[label])
        f1 = _percent(2 * hits, support[label] + answers[label])
        rows.append(LabelScore(label, precision, recall, f1, support[label], answers[label]))
    return rows


def _percent(count: int, total: int) -> float:
    return 100.0 * count / total if total else 0.0

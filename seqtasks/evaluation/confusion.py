"""Which tags are taken for which: precision, recall and F1 of every tag or entity type, and the confusion matrix.

A label that only one side has gets its row too: 0 where nothing could be counted. N labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from seqtasks.evaluation.comparison import Confusion, LabelScore
from seqtasks.evaluation.score import check_aligned, check_same_lengths
from seqtasks.text.tags import spans_of

Tags = Sequence[Sequence[str]]


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

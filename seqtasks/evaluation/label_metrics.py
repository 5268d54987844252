"""Measures of labels by name: what weights of classifiers can be selected by, and what other packages add to the scores of a part."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from seqtasks.evaluation.classification import label_scores
from seqtasks.evaluation.metrics import LABELS, LabelMetric
from seqtasks.evaluation.score import Score
from seqtasks.registry import find_part, further_parts, known_parts

Labels = Sequence[Sequence[str]]


def value(name: str, gold: Labels, predicted: Labels, *, several: bool) -> float:
    """One of our scores, in percent."""
    return next(score.value for score in label_scores(gold, predicted, several=several, split="", head="", samples=0) if score.name == name)


def label_metric(name: str) -> LabelMetric:
    """The measure called `name`. Raises RecipeError where nobody offers it."""
    return find_part(LABEL_METRICS, name, LABELS)


def metrics_of(*, several: bool) -> list[str]:
    """The names of the measures that texts with several labels, or those with one, can be scored by."""
    ours = [name for name, metric in LABEL_METRICS.items() if metric.several in (None, several)]
    return ours + [name for name in known_parts({}, LABELS) if label_metric(name).several in (None, several)]


def further_label_scores(gold: Labels, predicted: Labels, *, several: bool, split: str, head: str) -> list[Score]:
    """The scores of a part by measures that were added; they have no interval, for they need not be sums over texts."""
    return [
        Score(name, metric.value(gold, predicted), split, head, f"texts:{len(gold)}", None)
        for name, metric in {**LABEL_METRICS, **further_parts(LABEL_METRICS, LABELS)}.items()
        if name not in OURS and metric.several in (None, several)
    ]


LABEL_METRICS: dict[str, LabelMetric] = {
    "accuracy": LabelMetric(partial(value, "accuracy", several=False), several=False),
    "exact_match": LabelMetric(partial(value, "exact_match", several=True), several=True),
    "micro_f1": LabelMetric(partial(value, "micro_f1", several=True), several=True),
    "macro_f1": LabelMetric(partial(value, "macro_f1", several=True)),
}
OURS = frozenset(LABEL_METRICS)  # of which classification.py tells more

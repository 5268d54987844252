"""Measures of tags by name: what weights can be selected by, and what others add to the scores of a part."""

from __future__ import annotations

from collections.abc import Sequence

from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.metrics import TAGS, TagMetric
from seqtasks.evaluation.nested import scores_of_spans
from seqtasks.evaluation.score import Score
from seqtasks.registry import find_part, further_parts

Tags = Sequence[Sequence[str]]


def accuracy(gold: Tags, predicted: Tags, scheme: str | None) -> float:
    """The share of words that got their tag, in percent."""
    return token_accuracy(gold, predicted, split="", head="", samples=0)[0].value


def entity_f1(gold: Tags, predicted: Tags, scheme: str | None) -> float:
    """F1 of spans, in percent, by seqeval's default mode (of nested spans: micro F1 over all of them)."""
    return scores_of_spans(gold, predicted, scheme=scheme or "BIO", split="", head="", samples=0).scores[0].value


def tag_metric(name: str) -> TagMetric:
    """The measure called `name`. Raises RecipeError where nobody offers it."""
    return find_part(TAG_METRICS, name, TAGS)


def further_scores(gold: Tags, predicted: Tags, scheme: str | None, *, split: str, head: str) -> list[Score]:
    """The scores of a part by measures that were added; they have no interval, for they need not be sums over sentences."""
    return [
        Score(name, metric.value(gold, predicted, scheme), split, head, f"sentences:{len(gold)}", None)
        for name, metric in {**TAG_METRICS, **further_parts(TAG_METRICS, TAGS)}.items()
        if name not in OURS and (scheme is not None or not metric.of_spans)
    ]


TAG_METRICS: dict[str, TagMetric] = {"accuracy": TagMetric(accuracy), "f1": TagMetric(entity_f1, of_spans=True)}
OURS = frozenset(TAG_METRICS)  # of which accuracy.py and spans.py tell more

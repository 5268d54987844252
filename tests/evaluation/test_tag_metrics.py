"""Measures of tags by name against scikit-learn and seqeval."""

from __future__ import annotations

import random

import pytest
from seqeval.metrics import f1_score
from sklearn.metrics import accuracy_score

from seqtasks.errors import RecipeError
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.metrics import TagMetric
from seqtasks.evaluation.tag_metrics import TAG_METRICS, accuracy, entity_f1, further_scores, tag_metric

BIO = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


def drawn(seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and predicted tags, illegal ones among them, of eight sentences."""
    draw = random.Random(seed)
    gold = [[draw.choice(BIO) for _ in range(draw.randint(1, 7))] for _ in range(8)]
    return gold, [[tag if draw.random() < 0.7 else draw.choice(BIO) for tag in row] for row in gold]


@pytest.mark.parametrize("seed", range(4))
def test_accuracy_equals_scikit_learns_over_all_words(seed: int) -> None:
    gold, predicted = drawn(seed)
    flat = [[tag for row in side for tag in row] for side in (gold, predicted)]
    assert accuracy(gold, predicted, None) == pytest.approx(100 * accuracy_score(*flat))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scheme", ["BIO", None])
def test_entity_f1_equals_seqevals_default_mode(seed: int, scheme: str | None) -> None:
    gold, predicted = drawn(seed)
    assert entity_f1(gold, predicted, scheme) == pytest.approx(100 * f1_score(gold, predicted))


def test_f1_of_nested_spans_counts_the_inner_ones_too() -> None:
    gold = [["B-ORG+B-LOC", "I-ORG", "O"]]  # an ORG of two words with a LOC in it
    predicted = [["B-ORG", "I-ORG", "B-LOC"]]  # the ORG, and a LOC at the wrong place: 1 right of 2 and of 2
    assert entity_f1(gold, predicted, "nested") == pytest.approx(50.0)


def test_measures_are_found_by_name_and_a_near_name_is_told() -> None:
    assert [tag_metric(name).of_spans for name in ("accuracy", "f1")] == [False, True]
    with pytest.raises(RecipeError, match=r"^no tag_metric 'acuracy'; did you mean 'accuracy'\? Known: accuracy, f1\.$"):
        tag_metric("acuracy")


def test_only_measures_that_were_added_are_further_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    assert further_scores([["A"]], [["A"]], None, split="dev", head="upos") == []
    assert sorted(TAG_METRICS) == ["accuracy", "f1"]
    monkeypatch.setitem(TAG_METRICS, "errors", TagMetric(lambda gold, predicted, scheme: 7.0, lower_is_better=True))
    (added,) = further_scores([["A"]], [["A"]], None, split="dev", head="upos")
    assert (added.name, added.value) == ("errors", 7.0)
    assert lower_is_better("errors")

"""Scores beside those of a control: values and differences as the scores themselves say, intervals as the paired bootstrap has them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.controls import Controlled, beside_control, statistics_of_scores
from seqtasks.evaluation.nested import scores_of_spans
from seqtasks.evaluation.significance import paired_bootstrap

KNOWN = {"a", "b"}
WORDS = st.sampled_from(["a", "b", "c"])


def parts(labels: list[str]) -> st.SearchStrategy[list[tuple[list[str], ...]]]:
    """Sentences of (words, gold, predicted, alone)."""
    tags = st.sampled_from(labels)
    sentence = st.integers(1, 5).flatmap(
        lambda size: st.tuples(*(st.lists(kind, min_size=size, max_size=size) for kind in (WORDS, tags, tags, tags)))
    )
    return st.lists(sentence, min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("scheme", "labels"),
    [(None, ["N", "V"]), ("BIO", ["O", "B-X", "I-X", "B-Y"]), ("BIOES", ["O", "S-X", "B-X", "E-X"]), ("nested", ["O", "B-X", "I-X+B-X"])],
)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_values_and_differences_are_those_of_the_scores(scheme: str | None, labels: list[str], data: st.DataObject) -> None:
    words, gold, predicted, alone = (list(side) for side in zip(*data.draw(parts(labels)), strict=True))
    found = {row.name: row for row in beside_control(gold, predicted, alone, words, KNOWN, scheme=scheme, split="dev", head="x", draws=60)}
    expected = []
    for answers in (predicted, alone):
        scores = token_accuracy(gold, answers, words, KNOWN, split="dev", head="x", samples=0)
        if scheme:
            scores += scores_of_spans(gold, answers, scheme=scheme, split="dev", head="x", samples=0).scores
        expected.append({score.name: score.value for score in scores if score.name != "flat_ceiling"})
    assert found.keys() == expected[0].keys()
    for name, row in found.items():
        assert (row.split, row.head) == ("dev", "x")
        assert row.value == pytest.approx(expected[0][name])
        assert row.control == pytest.approx(expected[1][name])
        assert row.difference == pytest.approx(row.value - row.control)


def test_intervals_are_those_of_the_paired_bootstrap_from_control_to_multi_task_model() -> None:
    generator = np.random.default_rng(3)
    gold, predicted, alone = ([[str(tag) for tag in generator.integers(0, 2, 4)] for _ in range(30)] for _ in range(3))
    words = [["a", "c", "b", "c"]] * 30
    for row in beside_control(gold, predicted, alone, words, KNOWN, scheme=None, split="dev", head="x", draws=500):
        sides = [statistics_of_scores(gold, answers, words, KNOWN, None)[row.name] for answers in (alone, predicted)]
        found = paired_bootstrap(*sides, seed=1, draws=500)
        assert (row.interval, row.p) == (found.interval, found.p)


def test_the_same_answers_differ_by_nothing() -> None:
    (row,) = beside_control([["N", "V"]], [["N", "N"]], [["N", "N"]], [["a", "b"]], KNOWN, scheme=None, split="test", head="upos")
    assert (row.value, row.control, row.difference, row.interval) == (50.0, 50.0, 0.0, (0.0, 0.0))
    assert row.shown() == "alone 50.00, difference +0.00 (+0.00 to +0.00)"


def test_a_difference_is_shown_with_its_sign_and_without_an_interval_where_there_is_none() -> None:
    row = Controlled("dev", "ner", "f1", 71.5, 72.0, -0.5, (-1.004, -0.001), 0.04)
    assert row.shown() == "alone 72.00, difference -0.50 (-1.00 to +0.00)"
    assert Controlled("dev", "ner", "f1", 71.5, 71.0, 0.5, None, None).shown() == "alone 71.00, difference +0.50"
    assert row.to_json()["interval"] == [-1.004, -0.001]

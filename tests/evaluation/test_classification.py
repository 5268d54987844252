"""Scores of labelled texts: equal to scikit-learn's, with intervals that equal a resampling text by text."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support
from sklearn.preprocessing import MultiLabelBinarizer

from seqtasks.errors import RecipeError
from seqtasks.evaluation.classification import DRAWN_LABELS, exact_matches, label_report, label_scores, label_table
from seqtasks.evaluation.label_metrics import LABEL_METRICS, label_metric, metrics_of
from seqtasks.evaluation.score import percentile_interval

LABELS = ["news", "sport", "law", "art", "rare"]


def single(seed: int, texts: int = 40) -> tuple[list[list[str]], list[list[str]]]:
    generator = np.random.default_rng(seed)
    return [[str(label)] for label in generator.choice(LABELS[:4], texts)], [[str(label)] for label in generator.choice(LABELS, texts)]


def several(seed: int, texts: int = 30) -> tuple[list[list[str]], list[list[str]]]:
    generator = np.random.default_rng(seed)
    return tuple([[label for label in LABELS if generator.random() < 0.3] for _ in range(texts)] for _ in range(2))  # type: ignore[return-value]


def flat(rows: list[list[str]]) -> list[str]:
    return [row[0] for row in rows]


@pytest.mark.parametrize("seed", range(4))
def test_accuracy_and_macro_f1_equal_scikit_learns(seed: int) -> None:
    gold, predicted = single(seed)
    scores = {score.name: score.value for score in label_scores(gold, predicted, several=False, split="test", head="label")}
    assert list(scores) == ["accuracy", "macro_f1"]
    assert scores["accuracy"] == pytest.approx(100 * accuracy_score(flat(gold), flat(predicted)))
    assert scores["macro_f1"] == pytest.approx(100 * f1_score(flat(gold), flat(predicted), average="macro", zero_division=0))


@pytest.mark.parametrize("seed", range(4))
def test_scores_of_several_labels_equal_scikit_learns(seed: int) -> None:
    gold, predicted = several(seed)
    binarizer = MultiLabelBinarizer().fit([*gold, *predicted])
    true, found = binarizer.transform(gold), binarizer.transform(predicted)
    scores = {score.name: score.value for score in label_scores(gold, predicted, several=True, split="test", head="label")}
    assert list(scores) == ["exact_match", "micro_f1", "macro_f1"]
    assert scores["exact_match"] == pytest.approx(100 * accuracy_score(true, found))
    for average in ("micro", "macro"):
        assert scores[f"{average}_f1"] == pytest.approx(100 * f1_score(true, found, average=average, zero_division=0))


@pytest.mark.parametrize("many", [False, True])
def test_intervals_equal_those_of_texts_drawn_one_by_one(many: bool) -> None:
    gold, predicted = several(1, 12) if many else single(1, 12)
    scores = label_scores(gold, predicted, several=many, split="test", head="label", seed=7, samples=60)
    generator = np.random.default_rng(7)
    drawn = generator.integers(0, len(gold), size=(60, len(gold)))
    for score in scores:
        values = []
        for row in drawn:
            some = [[side[place] for place in row] for side in (gold, predicted)]
            values.append(
                next(one.value for one in label_scores(*some, several=many, split="", head="", samples=0) if one.name == score.name)
            )
        assert score.interval == pytest.approx(percentile_interval(values))
        assert score.signature.endswith("|bootstrap:60|seed:7")


@pytest.mark.parametrize("seed", range(3))
def test_the_table_by_label_equals_scikit_learns(seed: int) -> None:
    gold, predicted = single(seed)
    labels = sorted({*flat(gold), *flat(predicted)})
    columns = precision_recall_fscore_support(flat(gold), flat(predicted), labels=labels, zero_division=0)
    expected = {label: [100 * p, 100 * r, 100 * f, s] for label, p, r, f, s in zip(labels, *columns, strict=True)}
    table = label_table(gold, predicted)
    assert {row.label: [row.precision, row.recall, row.f1, row.support] for row in table} == {
        k: pytest.approx(v) for k, v in expected.items()
    }
    assert [row.support for row in table] == sorted((row.support for row in table), reverse=True)


def test_a_report_holds_confusion_of_single_labels_and_calibration_where_answers_have_probabilities() -> None:
    gold, predicted = [["a"], ["a"], ["b"]], [["a"], ["b"], ["b"]]
    report = label_report(gold, predicted, several=False, split="test", head="label", sure=([0.9, 0.6, 0.7], [True, False, True]))
    assert report.confusion is not None
    assert (report.confusion.labels, report.confusion.counts) == (["a", "b"], [[1, 1], [0, 1]])
    assert report.calibration is not None
    error = next(score for score in report.scores if score.name == "calibration_error")
    assert error.value == pytest.approx(100 * (0.1 + 0.6 + 0.3) / 3)
    assert error.signature == "decisions:3|bins:15"
    assert label_report(*several(0), several=True, split="test", head="label").confusion is None
    assert set(report.to_json()) == {"labels", "confusion", "calibration"}


def test_nothing_scores_nothing_and_has_no_interval() -> None:
    for many in (False, True):
        assert [(score.value, score.interval) for score in label_scores([], [], several=many, split="", head="")] == [(0.0, None)] * (
            2 + many
        )


def test_very_many_labels_have_no_interval_of_f1_but_one_of_accuracy() -> None:
    gold = [[f"label {number}"] for number in range(DRAWN_LABELS + 1)]
    accuracy, macro = label_scores(gold, gold, several=False, split="", head="", samples=50)
    assert accuracy.interval is not None
    assert (macro.value, macro.interval) == (pytest.approx(100.0), None)


def test_texts_that_are_not_aligned_are_refused() -> None:
    with pytest.raises(ValueError, match="^1 gold texts but 0 predicted texts; they must be aligned one to one$"):
        exact_matches([["a"]], [])


def test_measures_by_name_are_those_that_texts_with_one_or_several_labels_have() -> None:
    assert metrics_of(several=False) == ["accuracy", "macro_f1"]
    assert metrics_of(several=True) == ["exact_match", "micro_f1", "macro_f1"]
    gold, predicted = several(2)
    for name in metrics_of(several=True):
        expected = next(score.value for score in label_scores(gold, predicted, several=True, split="", head="") if score.name == name)
        assert LABEL_METRICS[name].value(gold, predicted) == pytest.approx(expected)
    with pytest.raises(RecipeError, match="no label_metric 'acuracy'; did you mean 'accuracy'"):
        label_metric("acuracy")

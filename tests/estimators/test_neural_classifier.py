"""NeuralClassifier: scikit-learn's surface, and the same weights as a recipe's network."""

import doctest
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score

from seqtasks import NeuralClassifier, NeuralTagger
from seqtasks.errors import DataError, RunDirectoryError, UsageError, WrongTypeError
from seqtasks.estimators.labels import classes_of
from seqtasks.nn.pooling import POOLINGS

TEXTS = ["the dog sees the cat", "does the dog see it", "a cat sleeps", "does a cat sleep", "we sing", "do we sing now"] * 4
LABELS = ["states", "asks"] * 12


def tiny(**changes: object) -> NeuralClassifier:
    numbers = {
        "hidden_size": 8,
        "word_size": 8,
        "shape_size": 0,
        "dropout": 0.0,
        "epochs": 3,
        "batch_tokens": 40,
        "warmup_updates": 1,
        "learning_rate": 0.03,
    }
    return NeuralClassifier(**(numbers | changes))


@pytest.fixture(scope="module")
def fitted() -> NeuralClassifier:
    return tiny(epochs=20).fit(TEXTS, LABELS)


def test_it_learns_and_answers_with_its_classes(fitted: NeuralClassifier) -> None:
    assert fitted.classes_.tolist() == ["asks", "states"]
    assert fitted.score(TEXTS, LABELS) == 1.0
    probabilities_TN = fitted.predict_proba(TEXTS)
    np.testing.assert_allclose(probabilities_TN.sum(axis=1), 1, atol=1e-6)
    assert fitted.predict(TEXTS).tolist() == fitted.classes_[probabilities_TN.argmax(axis=1)].tolist() == LABELS
    assert [row["epoch"] for row in fitted.history_] == list(range(1, 21))


def test_a_text_has_the_same_answer_alone_and_as_a_list_of_words(fitted: NeuralClassifier) -> None:
    together = fitted.predict_proba(TEXTS)
    for text, expected in zip(TEXTS[:6], together, strict=False):
        np.testing.assert_allclose(fitted.predict_proba([text])[0], expected, atol=1e-6)
        np.testing.assert_allclose(fitted.predict_proba([text.split()])[0], expected, atol=1e-6)


def test_a_text_without_words_has_the_shares_of_training_and_no_label() -> None:
    model = tiny(epochs=1).fit(TEXTS[:3], ["a", "b", "a"])
    np.testing.assert_allclose(model.predict_proba([""])[0], [2 / 3, 1 / 3])
    for ask in (model.predict, lambda texts: model.score(texts, ["a", "a"])):
        with pytest.raises(DataError, match=r"^text 2: it has no words\. Leave it out\.$"):
            ask([TEXTS[0], " "])
    assert model.predict_proba([]).shape == (0, 2)


def test_a_clone_is_unfitted_and_learns_the_same(fitted: NeuralClassifier) -> None:
    copied = clone(fitted)
    assert copied.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copied.predict(TEXTS)
    np.testing.assert_array_equal(copied.fit(TEXTS, LABELS).predict_proba(TEXTS), fitted.predict_proba(TEXTS))


def test_cross_validation_and_grid_search_take_it() -> None:
    scores = cross_val_score(tiny(), np.array(TEXTS), np.array(LABELS), cv=3, error_score="raise")
    assert scores.shape == (3,)
    search = GridSearchCV(tiny(epochs=1), {"pooling": list(POOLINGS)}, cv=2, error_score="raise").fit(TEXTS, LABELS)
    assert search.best_params_["pooling"] in POOLINGS


def test_labels_may_be_numbers() -> None:
    numbers = [label == "asks" for label in LABELS]
    model = tiny(epochs=20).fit(TEXTS, [int(number) for number in numbers])
    assert model.classes_.dtype.kind == "i"
    assert model.predict(TEXTS).tolist() == numbers


def test_torchs_generator_stands_where_it_stood() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    tiny(epochs=1).fit(TEXTS, LABELS)
    assert torch.equal(torch.rand(2), expected)


def test_what_is_saved_answers_as_before_and_is_no_tagger(fitted: NeuralClassifier, tmp_path: Path) -> None:
    fitted.save(tmp_path / "saved")
    loaded = NeuralClassifier.load(tmp_path / "saved")
    np.testing.assert_array_equal(loaded.predict_proba([*TEXTS, ""]), fitted.predict_proba([*TEXTS, ""]))
    assert loaded.predict(TEXTS).tolist() == LABELS
    with pytest.raises(RunDirectoryError, match="holds a NeuralClassifier, not a NeuralTagger. Load it with that class.$"):
        NeuralTagger.load(tmp_path / "saved")
    facts = json.loads((tmp_path / "saved" / "tagger.json").read_text())
    del facts["shares"]
    (tmp_path / "saved" / "tagger.json").write_text(json.dumps(facts))
    with pytest.raises(RunDirectoryError, match=r"tagger\.json: damaged \('shares'\)"):
        NeuralClassifier.load(tmp_path / "saved")


FAULTS = [
    ({"texts": "one text", "labels": ["a"]}, r"^texts: got one text\. Give a list of texts\.$"),
    ({"texts": ["a b", 3], "labels": ["x", "y"]}, r"^text 2: got int\. Give a str, or a list of str\.$"),
    (
        {"texts": ["a b"], "labels": ["x", "y"]},
        r"^texts, labels: 1 texts, but labels of the shape \(2,\)\. Give one label for each text\.$",
    ),
    ({"texts": ["a", "b"], "labels": ["x", "x"]}, r"^labels: 1 different labels\. Give texts of at least two\.$"),
    ({"texts": None, "labels": LABELS}, r"^texts: got None\. Give a list of texts\.$"),
    ({"texts": 5, "labels": LABELS}, r"^texts: got 5\. Give a list of texts\.$"),
    ({"texts": ["a", "b"], "labels": None}, r"^labels: got None\. Give a list with one label for each text\.$"),
    ({"texts": ["a", "b"], "labels": ["x", float("nan")]}, r"^label 2: got nan, which names no class\. Leave its text out\.$"),
    ({"texts": ["a", "b"], "labels": np.array([np.nan, 1.0])}, r"^label 1: got nan, which names no class\. Leave its text out\.$"),
    ({"texts": ["a", "b"], "labels": ["x", None]}, r"^label 2: got None\. Give a text or a whole number, or leave the text out\.$"),
    ({"texts": ["a", "b"], "labels": [0.5, 1.5]}, r"^label 1: got 0\.5, which names no class\. Labels are classes: give texts or whole"),
    ({"texts": ["a", "b"], "labels": ["x", ""]}, r"^label 2: it is empty\. Give it a name, or leave its text out\.$"),
    (
        {"texts": ["a", "b"], "labels": [1, "x"]},
        r"^labels: there is a number \(1\) and a text \('x'\) among them\. Give one kind, such as str\(label\) for each\.$",
    ),
    ({"texts": ["a", " "], "labels": ["x", "y"]}, r"^text 2: it has no words\. Leave it out\.$"),
]


@pytest.mark.parametrize(("given", "message"), FAULTS)
def test_texts_and_labels_that_cannot_be_learned_from_are_told(given: dict[str, list[str]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        tiny().fit(**given)


def test_labels_of_every_kind_are_the_classes_in_order() -> None:
    for labels in (["b", "a"], [1, 0], [True, False], [1.0, 0.0], np.array(["b", "a"], dtype=object), np.array([2, 1], dtype=np.uint8)):
        classes, targets = classes_of(labels, 2)
        assert classes.tolist() == sorted(labels)
        assert targets.tolist() == [1, 0]


def test_what_is_asked_or_scored_is_checked_as_what_is_learned(fitted: NeuralClassifier) -> None:
    for nothing in (None, 5):
        with pytest.raises(DataError, match=rf"^texts: got {nothing}\. Give a list of texts\.$"):
            fitted.predict(nothing)
    with pytest.raises(WrongTypeError, match=r"^texts: got set {'a'}\. Give lists, which have an order\.$"):
        fitted.predict({"a"})
    with pytest.raises(DataError, match=r"^texts, labels: 24 texts, but labels of the shape \(3,\)\. Give one label for each text\.$"):
        fitted.score(TEXTS, LABELS[:3])


def test_parameters_that_cannot_be_are_told_together() -> None:
    with pytest.raises(UsageError) as raised:
        tiny(pooling="mena", epochs=0, backbone="bilstmm", max_length=0).fit(TEXTS, LABELS)
    assert str(raised.value).splitlines() == [
        "backbone='bilstmm': no such backbone; did you mean 'bilstm'? Known: rnn, birnn, gru, bigru, lstm, bilstm, dilated_bilstm, "
        "bilstm_attention, transformer, convolution.",
        "pooling='mena': no such pooling; did you mean 'mean'? Known: last, mean, max, attention.",
        "epochs=0: must be a whole number, at least 1.",
        "max_length=0: must be a whole number, at least 1.",
    ]


def test_the_example_of_the_manual_gives_what_it_says() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "classification.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert (failed, tried) == (0, 7)

"""scikit-learn's own tools take a NeuralTagger as it is: sentences and tags are lists of lists, and splitters index them."""

from __future__ import annotations

import copy
import inspect

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, ShuffleSplit, cross_val_score, cross_validate, learning_curve

from seqtasks.estimators.neural_tagger import NeuralTagger
from tests.estimators.tiny import able, entities, parts_of_speech, tiny

WORDS, TAGS = parts_of_speech(30, seed=1)


def test_the_constructor_only_stores() -> None:
    parameters = {name: object() for name in inspect.signature(NeuralTagger).parameters}
    tagger = NeuralTagger(**parameters)  # type: ignore[arg-type]
    assert vars(tagger) == parameters
    assert tagger.get_params() == parameters


def test_a_clone_is_unfitted_and_learns_the_same(fitted: NeuralTagger) -> None:
    copied = clone(fitted)
    assert copied.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copied.predict(WORDS)
    assert copied.fit(*parts_of_speech(24, seed=1)).predict(WORDS) == fitted.predict(WORDS)


def test_a_deep_copy_is_fitted_and_goes_its_own_way(fitted: NeuralTagger) -> None:
    before = fitted.predict_proba(WORDS)
    copied = copy.deepcopy(fitted).partial_fit(WORDS, TAGS)
    assert not np.allclose(copied.predict_proba(WORDS)[0], before[0])
    assert all(np.array_equal(a, b) for a, b in zip(fitted.predict_proba(WORDS), before, strict=True))


def test_set_params_changes_what_fit_does() -> None:
    tagger = tiny().set_params(head="crf", scheme="BIO", epochs=1)
    assert len(tagger.fit(*entities(12, seed=1)).history_) == 1
    with pytest.raises(ValueError, match="Invalid parameter 'hiden_size'"):
        tagger.set_params(hiden_size=3)


def test_cross_val_score_is_the_score_of_each_fold() -> None:
    scores = cross_val_score(tiny(), WORDS, TAGS, cv=3, error_score="raise")
    expected = []
    for train, test in KFold(3).split(WORDS):
        tagger = tiny().fit([WORDS[i] for i in train], [TAGS[i] for i in train])
        expected.append(tagger.score([WORDS[i] for i in test], [TAGS[i] for i in test]))
    assert scores.tolist() == expected


@pytest.mark.parametrize("splitter", [KFold(2, shuffle=True, random_state=1), ShuffleSplit(2, random_state=1), GroupKFold(2)])
def test_splitters_that_need_no_strata_work_on_lists_and_on_arrays_of_lists(splitter) -> None:
    groups = [number // 5 for number in range(len(WORDS))]
    words, tags = np.empty(len(WORDS), dtype=object), np.empty(len(TAGS), dtype=object)
    words[:], tags[:] = WORDS, TAGS
    options = {"cv": splitter, "groups": groups if isinstance(splitter, GroupKFold) else None, "error_score": "raise"}
    listed, arrayed = cross_val_score(tiny(), WORDS, TAGS, **options), cross_val_score(tiny(), words, tags, **options)
    assert listed.tolist() == arrayed.tolist()


def test_a_scorer_of_ones_own_sees_the_fitted_tagger() -> None:
    def log_likelihood(tagger: NeuralTagger, words, tags) -> float:
        probabilities = tagger.predict_proba(words)
        rows = [np.searchsorted(tagger.classes_, row) for row in tags]
        return float(sum(np.log(p[np.arange(len(row)), row]).sum() for p, row in zip(probabilities, rows, strict=True)))

    found = cross_validate(tiny(), WORDS, TAGS, cv=2, scoring=log_likelihood, return_estimator=True, error_score="raise")
    assert (found["test_score"] < 0).all()
    assert [len(tagger.history_) for tagger in found["estimator"]] == [2, 2]


def test_grid_search_finds_the_better_setting() -> None:
    search = GridSearchCV(able(epochs=6), {"learning_rate": np.array([1e-6, 0.02]), "head": ["softmax"]}, cv=2, error_score="raise")
    search.fit(WORDS, TAGS)
    assert search.best_params_ == {"learning_rate": 0.02, "head": "softmax"}
    assert search.predict(WORDS[:2]) == search.best_estimator_.predict(WORDS[:2])
    assert search.score(WORDS, TAGS) > 0.8


@pytest.mark.parametrize("incremental", [False, True])
def test_learning_curve_trains_on_more_and_more(incremental: bool) -> None:
    sizes, train, test = learning_curve(
        tiny(epochs=8), WORDS, TAGS, cv=3, train_sizes=[5, 20], exploit_incremental_learning=incremental, error_score="raise"
    )
    assert sizes.tolist() == [5, 20]
    assert train.shape == test.shape == (2, 3)
    assert test[1].mean() > test[0].mean()


def test_it_shows_itself_by_what_differs_from_the_defaults() -> None:
    assert repr(NeuralTagger(head="crf", epochs=3)) == "NeuralTagger(epochs=3, head='crf')"

"""scikit-learn over taggers, whose tags come in lists of different lengths: flat reports, scorers, cross-validated predictions."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, classification_report, f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score

from seqtasks import HMMTagger, NeuralTagger
from seqtasks.errors import DataError
from seqtasks.estimators.flat_tags import TagArrays, flat_metric, flatten

WORDS = [["the", "dog", "runs"], ["a", "cat"], ["the", "cat", "sees", "a", "dog"], ["dog"], ["cats", "see"]] * 4
TAGS = [["D", "N", "V"], ["D", "N"], ["D", "N", "V", "D", "N"], ["N"], ["N", "V"]] * 4
TAGGERS = [
    HMMTagger(held_out=0),
    NeuralTagger(hidden_size=4, word_size=4, filters=4, character_size=4, epochs=2, learning_rate=0.05, warmup_updates=1),
]
taggers = pytest.mark.parametrize("tagger", TAGGERS, ids=lambda tagger: type(tagger).__name__)


@taggers
def test_cross_val_predict_gives_for_each_sentence_what_a_tagger_fitted_without_it_gives(tagger) -> None:
    folds = KFold(2)
    found = cross_val_predict(TagArrays(tagger), WORDS, TAGS, cv=folds)
    expected: list[list[str]] = [[]] * len(WORDS)
    for train, test in folds.split(WORDS):
        fitted = tagger.fit([WORDS[number] for number in train], [TAGS[number] for number in train])
        for number, row in zip(test, fitted.predict([WORDS[number] for number in test]), strict=True):
            expected[number] = row
    assert found.tolist() == expected
    report = classification_report(flatten(TAGS), flatten(found), output_dict=True, zero_division=0)
    assert report["N"]["support"] == sum(row.count("N") for row in TAGS)


@taggers
def test_the_scorer_of_a_flat_metric_is_that_metric_over_words(tagger) -> None:
    scorer = make_scorer(flat_metric(accuracy_score))
    assert cross_val_score(tagger, WORDS, TAGS, cv=2, scoring=scorer) == pytest.approx(cross_val_score(tagger, WORDS, TAGS, cv=2))
    macro = make_scorer(flat_metric(partial(f1_score, average="macro")))
    fitted = tagger.fit(WORDS, TAGS)
    assert macro(fitted, WORDS, TAGS) == f1_score(flatten(TAGS), flatten(fitted.predict(WORDS)), average="macro")


def test_a_grid_is_searched_by_a_flat_metric_and_over_the_tagger_in_arrays() -> None:
    scorer = make_scorer(flat_metric(partial(f1_score, average="macro")))
    found = GridSearchCV(HMMTagger(held_out=0), {"order": [1, 2]}, cv=2, scoring=scorer, n_jobs=2).fit(WORDS, TAGS)
    assert found.best_params_["order"] in (1, 2)
    again = GridSearchCV(TagArrays(HMMTagger(held_out=0)), {"tagger__order": [1, 2]}, cv=2).fit(WORDS, TAGS)
    assert 0 < again.best_score_ <= 1


def test_arrays_hold_one_list_a_sentence_also_where_all_are_of_one_length() -> None:
    fitted = TagArrays(HMMTagger(held_out=0)).fit(WORDS, TAGS)
    found = fitted.predict([["dog"], ["cat"]])
    assert found.dtype == np.object_
    assert found.shape == (2,)
    assert found.tolist() == fitted.tagger_.predict([["dog"], ["cat"]])
    assert fitted.score(WORDS, TAGS) == fitted.tagger_.score(WORDS, TAGS)
    assert not hasattr(fitted.tagger, "classes_")


def test_rows_that_do_not_belong_together_are_refused() -> None:
    metric = flat_metric(accuracy_score)
    with pytest.raises(DataError, match=r"^tags: 2 sentences, but 1 predicted\. Give the tags of the same sentences\.$"):
        metric([["N"], ["V"]], [["N"]])
    with pytest.raises(DataError, match=r"^sentence 2: 1 tags, but 2 predicted\. Give one tag for each word\.$"):
        metric([["N"], ["V"]], [["N"], ["V", "V"]])
    assert flatten([]) == flatten([[], []]) == []

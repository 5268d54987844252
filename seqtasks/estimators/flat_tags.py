"""What scikit-learn asks for where tags come in lists of different lengths: flat labels, metrics over them, and arrays of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from seqtasks.errors import DataError

Rows = Sequence[Sequence[str]]
Metric = Callable[[list[str], list[str]], float]


def flatten(rows: Rows) -> list[str]:
    """The tags of all sentences, one after another: what `classification_report`, `confusion_matrix` and `f1_score` take."""
    return [tag for row in rows for tag in row]


def flat_metric(metric: Metric) -> partial[float]:
    """A metric of scikit-learn over the words of all sentences, for `make_scorer(flat_metric(accuracy_score))`.

    metric: of (true, predicted) labels; with options as `partial(f1_score, average="macro")`. The result goes to other processes, as with
    `n_jobs`, where the metric does.
    """
    return partial(over_words, metric)


def over_words(metric: Metric, tags: Rows, predicted: Rows) -> float:
    """The metric's value. Raises DataError where a sentence has another number of predicted tags than of true ones."""
    if len(tags) != len(predicted):
        raise DataError("tags", 0, f"{len(tags)} sentences, but {len(predicted)} predicted", "Give the tags of the same sentences")
    for number, (row, other) in enumerate(zip(tags, predicted, strict=True), start=1):
        if len(row) != len(other):
            raise DataError(f"sentence {number}", 0, f"{len(row)} tags, but {len(other)} predicted", "Give one tag for each word")
    return metric(flatten(tags), flatten(predicted))


class TagArrays(BaseEstimator):
    """A tagger that answers with an array of lists, which `cross_val_predict(TagArrays(tagger), sentences, tags)` can join.

    tagger: an `HMMTagger` or a `NeuralTagger`; it is copied, and not fitted itself. Learned: tagger_.
    """

    def __init__(self, tagger: Any) -> None:
        self.tagger = tagger

    def fit(self, sentences: Rows, tags: Rows) -> TagArrays:
        """Fit a copy of the tagger. Raises what that raises."""
        self.tagger_ = clone(self.tagger).fit(sentences, tags)
        return self

    def predict(self, sentences: Rows) -> NDArray[np.object_]:
        """The tags of each sentence, a list: an array of as many objects as there are sentences."""
        check_is_fitted(self, "tagger_")
        found = self.tagger_.predict(sentences)
        answers = np.empty(len(found), dtype=object)
        for number, row in enumerate(found):
            answers[number] = row
        return answers

    def score(self, sentences: Rows, tags: Rows) -> float:
        """That of the tagger."""
        check_is_fitted(self, "tagger_")
        return float(self.tagger_.score(sentences, tags))

"""What a classifier of texts has to beat: scikit-learn's usual baselines, fitted on the training part of the runs that are compared.

Words are those that the network reads. Each is fitted without a seed and without a look at dev or test, with scikit-learn's defaults:

most frequent    the label that training has most often; its shares are the probabilities
naive Bayes      multinomial naive Bayes over word counts (McCallum and Nigam 1998)
TF-IDF + logreg  logistic regression over TF-IDF of words and pairs of neighbouring words

A text with several labels counts as one label of its own, its labels joined by "+": what scores is the exact match.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from seqtasks.evaluation.comparison import Cost
from seqtasks.evaluation.systems import SystemOutput

Words = Sequence[Sequence[str]]


def same(words: Sequence[str]) -> Sequence[str]:
    return words


def vectorizer(kind: Callable[..., Any], longest: int) -> Any:
    """Counts of runs of up to `longest` words of texts that are lists of words, as they are written."""
    return kind(tokenizer=same, preprocessor=same, token_pattern=None, lowercase=False, ngram_range=(1, longest))


def most_frequent() -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def naive_bayes() -> Any:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    return make_pipeline(vectorizer(CountVectorizer, 1), MultinomialNB())


def logistic_regression() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(vectorizer(TfidfVectorizer, 2), LogisticRegression(max_iter=1000))


@dataclass(frozen=True)
class LabelledWords:
    """Texts as their words, and the label of each."""

    words: Words
    labels: Sequence[str]


def baseline_outputs(train: LabelledWords, part: Words) -> list[SystemOutput]:
    """What each baseline answers for the texts of `part`, with its probabilities and the seconds it took to fit."""
    outputs = []
    for name, make in BASELINES.items():
        started = time.perf_counter()
        fitted = make().fit(train.words, train.labels)
        seconds = time.perf_counter() - started
        probabilities_TN = fitted.predict_proba(part)
        labels = fitted.classes_[probabilities_TN.argmax(axis=1)]
        outputs.append(
            SystemOutput(
                name=name,
                tags=[[[str(label)] for label in labels]],
                confidences=[[[float(best)] for best in probabilities_TN.max(axis=1)]],
                cost=Cost(seconds, None, None, None, None, "cpu"),
                fixed=True,
            )
        )
    return outputs


BASELINES: dict[str, Callable[[], Any]] = {
    "most frequent": most_frequent,
    "naive Bayes": naive_bayes,
    "TF-IDF + logreg": logistic_regression,
}

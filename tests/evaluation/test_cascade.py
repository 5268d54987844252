"""The points of a cascade, against building its answers word by word and scoring them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.cascade import ALL_SLOW, THRESHOLDS, Stage, cascade
from seqtasks.evaluation.spans import entity_scores
from seqtasks.evaluation.systems import sentence_statistics
from tests.oracles.comparing import plain_cascade_score

tags = st.sampled_from(["O", "B-P", "I-P"])
token = st.tuples(tags, tags, tags, st.sampled_from([0.0, 0.3, 0.5, 0.8, 0.99, 1.0]))
corpora = st.lists(st.lists(token, max_size=5), min_size=1, max_size=6).filter(any)


def stage(name: str, gold: list, answers: list, scheme: str | None, speed: float | None = None) -> Stage:
    hits = [a == b for row in zip(gold, answers, strict=True) for a, b in zip(*row, strict=True)]
    return Stage(name, np.array(hits, dtype=bool), sentence_statistics(gold, answers, scheme), speed)


@settings(deadline=None, max_examples=60)
@given(corpora, st.booleans())
def test_points_equal_scoring_the_answers_of_the_cascade(corpus: list, spans: bool) -> None:
    gold, fast, slow, sure = ([[cell[column] for cell in row] for row in corpus] for column in range(4))
    scheme = "BIO" if spans else None
    lengths = np.array([len(row) for row in corpus])
    found = cascade(
        stage("hmm", gold, fast, scheme, 1000.0),
        stage("lstm", gold, slow, scheme, 100.0),
        np.array([value for row in sure for value in row]),
        lengths,
        whole_sentences=spans,
        thresholds=(0.5, ALL_SLOW, 0.99, 0.0),
    )
    assert (found.fast, found.slow) == ("hmm", "lstm")
    assert [point.threshold for point in found.points] == [ALL_SLOW, 0.99, 0.5, 0.0]
    words = int(lengths.sum())
    for point in found.points:
        answers, words_fast, sentences_fast = plain_cascade_score(gold, fast, slow, sure, point.threshold, spans)
        if spans:
            expected = entity_scores(gold, answers, scheme="BIO", split="dev", head="ner", samples=0).scores[0].value
        else:
            expected = token_accuracy(gold, answers, split="dev", head="upos", samples=0)[0].value
        assert point.score == pytest.approx(expected)
        assert point.words_fast == pytest.approx(100 * words_fast / words)
        assert point.sentences_fast == pytest.approx(100 * sentences_fast / sum(map(bool, lengths)))
        slow_words = sum(len(row) for row, values in zip(gold, sure, strict=True) if any(value < point.threshold for value in values))
        seconds = slow_words / 100 + (words / 1000 if point.threshold <= 1 else 0)
        assert point.tokens_per_second == pytest.approx(words / seconds)


def test_the_ends_are_the_systems_alone() -> None:
    gold, fast, slow = [["A", "B"], [], ["A"]], [["A", "A"], [], ["B"]], [["A", "B"], [], ["B"]]
    lengths = np.array([2, 0, 1])
    found = cascade(
        stage("hmm", gold, fast, None, 900.0),
        stage("lstm", gold, slow, None, 300.0),
        np.array([1.0, 0.4, 0.2]),
        lengths,
        whole_sentences=False,
    )
    assert len(found.points) == len(THRESHOLDS) == 20
    first, last = found.points[0], found.points[-1]
    assert (first.words_fast, first.sentences_fast, first.score, first.tokens_per_second) == (0.0, 0.0, pytest.approx(200 / 3), 300.0)
    assert (last.words_fast, last.sentences_fast, last.score, last.tokens_per_second) == (
        100.0,
        100.0,
        pytest.approx(100 / 3),
        pytest.approx(900.0),
    )


@pytest.mark.parametrize("speeds", [(None, 5.0), (5.0, None), (None, None)])
def test_a_speed_that_was_not_measured_stays_unknown(speeds: tuple) -> None:
    gold = [["A"]]
    stages = [stage(name, gold, gold, None, speed) for name, speed in zip("ab", speeds, strict=True)]
    found = cascade(*stages, np.array([0.5]), np.array([1]), whole_sentences=False)
    assert {point.tokens_per_second for point in found.points} == {None}


def test_words_that_do_not_add_up_are_refused() -> None:
    gold = [["A"]]
    one = stage("a", gold, gold, None)
    with pytest.raises(ValueError) as error:
        cascade(one, one, np.array([0.5, 0.5]), np.array([1]), whole_sentences=False)
    assert str(error.value) == "sentences of 1 words, 2 confidences, 1 and 1 answers; they must be aligned one to one"

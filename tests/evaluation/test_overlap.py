"""Errors in common, and the best that two systems could do together, against trying every choice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.comparison import Disagreement
from seqtasks.evaluation.overlap import most_different, oracle_of_sentences, overlap
from tests.oracles.significance import best_of_sentences, plain_score

counts = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))  # correct, further gold, further predicted


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_words_are_counted_by_who_is_wrong(hits: list) -> None:
    found = overlap(np.array([row[0] for row in hits], dtype=bool), np.array([row[1] for row in hits], dtype=bool))
    expected = [hits.count(case) for case in ((True, True), (False, True), (True, False), (False, False))]
    assert [found.both_right, found.only_first_wrong, found.only_second_wrong, found.both_wrong] == expected
    assert found.oracle == pytest.approx(100 * sum(one or other for one, other in hits) / len(hits) if hits else 0.0)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_the_oracle_of_sentences_is_the_best_of_all_choices(corpus: list) -> None:
    sides = [[(2.0 * row[side][0], 2.0 * row[side][0] + row[side][1] + row[side][2]) for row in corpus] for side in (0, 1)]
    found = oracle_of_sentences(*(np.array(side) for side in sides))
    assert found == pytest.approx(best_of_sentences(*sides))
    assert found >= max(plain_score(side) for side in sides) - 1e-9


def test_a_given_oracle_is_kept_and_nothing_is_0() -> None:
    hits = np.array([True, False])
    assert overlap(hits, hits, oracle=12.5).oracle == 12.5
    assert oracle_of_sentences(np.zeros((2, 2)), np.zeros((2, 2))) == 0.0
    assert oracle_of_sentences(np.zeros((0, 2)), np.zeros((0, 2))) == 0.0


def test_the_sentences_that_differ_most_come_first_and_equal_ones_stay_out() -> None:
    words = [["a", "b"], ["c", "d"], ["e"], ["f", "g"]]
    gold = [["A", "A"], ["A", "A"], ["A"], ["A", "A"]]
    first = [["A", "B"], ["B", "B"], ["B"], ["A", "A"]]
    second = [["A", "A"], ["C", "A"], ["B"], ["B", "A"]]
    assert most_different(words, gold, first, second) == [
        Disagreement(2, ["c", "d"], ["A", "A"], ["B", "B"], ["C", "A"]),
        Disagreement(1, ["a", "b"], ["A", "A"], ["A", "B"], ["A", "A"]),
        Disagreement(4, ["f", "g"], ["A", "A"], ["A", "A"], ["B", "A"]),
    ]
    assert len(most_different(words, gold, first, second, limit=1)) == 1

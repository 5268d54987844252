"""The sentences that a tagger did worst on, against sorting by the definition."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.diagnosis.tagged_answers import TaggedAnswer, least_sure, most_wrong

rows = st.lists(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("AB"), st.floats(0.01, 1)), min_size=1, max_size=6), max_size=9)


def answers(drawn: list) -> list[TaggedAnswer]:
    return [
        TaggedAnswer(number, tuple("w" for _ in row), *(tuple(column) for column in zip(*row, strict=True)))
        for number, row in enumerate(drawn, start=1)
    ]


@given(rows, st.integers(1, 5))
def test_the_worst_sentences_have_the_most_wrong_words_and_no_right_one_is_among_them(drawn: list, count: int) -> None:
    every = answers(drawn)
    found = most_wrong(every, count)
    wrongs = [sum(true != found for true, found, _ in row) for row in drawn]
    assert [one.wrong for one in found] == sorted((wrong for wrong in wrongs if wrong), reverse=True)[:count]
    ranks = [(-one.wrong, len(one.words), one.sentence) for one in found]
    assert ranks == sorted(ranks)


@given(rows, st.integers(1, 5))
def test_the_least_sure_sentences_have_the_lowest_geometric_mean(drawn: list, count: int) -> None:
    means = [math.prod(sure for _, _, sure in row) ** (1 / len(row)) for row in drawn]
    found = least_sure(answers(drawn), count)
    assert [one.confidence for one in found] == pytest.approx(sorted(means)[:count])


def test_sentences_without_confidences_are_never_least_sure() -> None:
    known, unknown = TaggedAnswer(1, ("a",), ("A",), ("A",), (0.9,)), TaggedAnswer(2, ("a",), ("A",), ("B",))
    assert least_sure([unknown, known]) == [known]
    assert unknown.confidence is None
    assert most_wrong([known, unknown]) == [unknown]


def test_wrong_words_go_to_json_with_their_places() -> None:
    one = TaggedAnswer(7, ("a", "b", "c"), ("A", "B", "C"), ("A", "C", "C"), (0.5, 0.5, 0.5))
    assert one.to_json() == {"sentence": 7, "words": 3, "confidence": pytest.approx(0.5), "wrong": [[2, "b", "B", "C"]]}

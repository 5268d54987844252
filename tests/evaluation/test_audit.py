"""What the data says about itself, on corpora that show one thing each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.audit import EDGE, Ambiguous, Annotated, Duplicate, Suspect, ambiguous_contexts, duplicates, suspects

rows = st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("XY")), max_size=4), max_size=6)


def corpus(sentences: list) -> Annotated:
    return Annotated([[word for word, _ in row] for row in sentences], [[tag for _, tag in row] for row in sentences])


@settings(deadline=None, max_examples=60)
@given(rows, rows)
def test_duplicates_are_found_word_for_word(part: list, train: list) -> None:
    words = [[word for word, _ in row] for row in train]
    expected = [
        Duplicate(position, [word for word, _ in row], row in train)
        for position, row in enumerate(part, start=1)
        if row and [word for word, _ in row] in words
    ]
    assert duplicates(corpus(part), corpus(train)) == expected


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, max_size=3))
def test_ambiguous_contexts_equal_counting_every_context(parts: list) -> None:
    seen: dict = {}
    for row in (row for part in parts for row in part):
        for position, (word, tag) in enumerate(row):
            left = row[position - 1][0] if position else EDGE
            right = row[position + 1][0] if position + 1 < len(row) else EDGE
            tags = seen.setdefault((left, word, right), {})
            tags[tag] = tags.get(tag, 0) + 1
    found = ambiguous_contexts([corpus(part) for part in parts])
    assert {(row.left, row.word, row.right): row.tags for row in found} == {key: tags for key, tags in seen.items() if len(tags) > 1}
    otherwise = [sum(row.tags.values()) - max(row.tags.values()) for row in found]
    assert otherwise == sorted(otherwise, reverse=True)


def test_the_tags_of_a_context_are_counted_over_all_parts() -> None:
    train, dev = Annotated([["to", "run", "fast"]] * 3, [["P", "V", "R"]] * 3), Annotated([["to", "run", "fast"]], [["P", "N", "R"]])
    assert ambiguous_contexts([train, dev]) == [Ambiguous("to", "run", "fast", {"V": 3, "N": 1})]


def test_suspects_are_words_where_all_agree_against_gold_the_surest_first() -> None:
    part = Annotated([["a", "b", "c"], ["d"]], [["X", "X", "X"], ["X"]])
    one, other = [["Y", "Y", "X"], ["Z"]], [["Y", "Z", "X"], ["Z"]]
    sure = [[0.5, 0.9, 0.9], [0.6]]
    assert suspects(part, [one, other], [sure, None]) == [
        Suspect(2, 1, ["d"], "X", "Z", 0.6),
        Suspect(1, 1, ["a", "b", "c"], "X", "Y", 0.5),
    ]
    assert [row.confidence for row in suspects(part, [one, other], [sure, [[1.0, 1.0, 1.0], [0.7]]])] == [0.75, pytest.approx(0.65)]
    assert [(row.sentence, row.confidence) for row in suspects(part, [one, other], [None, None])] == [(1, None), (2, None)]
    assert suspects(part, [one, other, [["X", "Y", "X"], ["Z"]]], [None] * 3) == [Suspect(2, 1, ["d"], "X", "Z", None)]
    assert suspects(part, [one], [sure]) == []


@pytest.mark.parametrize(
    ("words", "tags", "message"),
    [
        ([["a"]], [], "1 sentences of words but 0 sentences of tags; they must be aligned one to one"),
        ([["a"], ["a"]], [["X"], []], "1 words but 0 tags in sentence 2; they must be aligned one to one"),
    ],
)
def test_a_part_whose_tags_are_not_aligned_is_refused(words: list, tags: list, message: str) -> None:
    with pytest.raises(ValueError) as error:
        Annotated(words, tags)
    assert str(error.value) == message

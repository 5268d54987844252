"""What a tagger is handed, check by check: what passes comes back as plain lists, what does not is told at its border."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text.tagged_input import check_entity_tags, checked_sentences, checked_tagged, is_entity_tag, refuse_no_words, rows_of, shown
from seqtasks.text.tags import PREFIXES, SCHEMES, legal_transitions


@given(st.lists(st.lists(st.text())))
def test_rows_of_any_kind_come_back_as_lists_of_the_same_words(rows: list[list[str]]) -> None:
    kinds = [rows, tuple(map(tuple, rows)), (iter(row) for row in rows)]
    for given_rows in kinds:
        assert rows_of(given_rows, "sentences", "a sentence", "a word") == rows
    assert checked_sentences([np.array(row, dtype=object) for row in rows]) == rows
    assert checked_tagged(rows, [[word[::-1] for word in row] for row in rows]) == (rows, [[word[::-1] for word in row] for row in rows])


@pytest.mark.parametrize("value", [7, None, object, 2.5])
def test_what_is_no_rows_at_all_is_told(value: object) -> None:
    with pytest.raises(DataError) as caught:
        rows_of(value, "sentences", "a sentence", "a word")  # type: ignore[arg-type]
    assert str(caught.value) == f"sentences: got {shown(value)}. Give a list; a sentence is a list of str."


@given(st.text() | st.integers() | st.lists(st.integers()))
def test_a_value_is_shown_whole_up_to_forty_characters_and_cut_beyond(value: object) -> None:
    text = shown(value)
    whole = repr(value)
    assert text == (whole if len(whole) <= 40 else f"{whole[:36]}...{whole[-1]}")


def test_the_place_of_a_fault_is_that_of_the_first_row_that_has_one() -> None:
    with pytest.raises(DataError, match="^sentence 3: a word must be a str, got 5 at position 2. Convert it with str"):
        checked_sentences([["a"], [], ["b", 5, None], [6]])  # type: ignore[list-item]
    with pytest.raises(DataError, match="^sentence 2: 0 words, but 1 tags. Give one tag for each word.$"):
        checked_tagged([["a"], [], ["b"]], [["X"], ["X"], []])


def test_a_word_of_any_sentence_is_enough() -> None:
    refuse_no_words([[], [""]])
    with pytest.raises(DataError):
        refuse_no_words([[], []])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_chain_is_refused_exactly_where_the_table_of_legal_transitions_forbids_it(scheme: str) -> None:
    labels = ["O", *(f"{prefix}-{label}" for prefix in PREFIXES[scheme] for label in ("X", "Y"))]
    legal = legal_transitions(labels, scheme)
    numbers = range(len(labels))
    for path in itertools.chain(((),), ((tag,) for tag in numbers), itertools.product(numbers, repeat=2)):
        steps = [legal.pair[before][after] for before, after in itertools.pairwise(path)]
        ends = [legal.start[path[0]], legal.end[path[-1]]] if path else []
        tags = [["O"], [labels[number] for number in path]]
        check_entity_tags(tags, scheme, chain=False)
        if all(steps + ends):
            check_entity_tags(tags, scheme, chain=True)
        else:
            with pytest.raises(
                DataError, match=f"^sentence 2: .* in {scheme}. Repair the tags with seqtasks.text.tags.repair, or give scheme=None"
            ):
                check_entity_tags(tags, scheme, chain=True)


@pytest.mark.parametrize(
    ("tag", "fits"),
    [("O", True), ("B-X", True), ("I-a-b", True), ("E-X", False), ("B-", False), ("-X", False), ("BI-X", False), ("", False), ("B", False)],
)
def test_a_tag_is_an_entity_tag_with_one_known_prefix_and_a_label(tag: str, fits: bool) -> None:
    assert is_entity_tag(tag, PREFIXES["BIO"]) is fits

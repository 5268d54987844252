"""What estimators are handed, check by check: what passes comes back as plain lists, and what does not is told at its border."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import DataError, UsageError
from seqtasks.estimators.neural_tagger import NeuralTagger
from seqtasks.estimators.parameters import CHOICES, RATES, SMALLEST, check_parameters, choice_faults
from seqtasks.estimators.tagged_input import (
    check_entity_tags,
    checked_sentences,
    checked_tagged,
    is_entity_tag,
    refuse_new_labels,
    refuse_no_words,
    rows_of,
    shown,
)
from seqtasks.text.tags import PREFIXES, SCHEMES, legal_transitions

DEFAULTS = NeuralTagger().get_params()


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
    assert text == repr(value) if len(repr(value)) <= 40 else (len(text) == 40 and text == repr(value)[:37] + "...")


def test_the_place_of_a_fault_is_that_of_the_first_row_that_has_one() -> None:
    with pytest.raises(DataError, match="^sentence 3: a word must be a str, got 5 at position 2. Convert it with str"):
        checked_sentences([["a"], [], ["b", 5, None], [6]])  # type: ignore[list-item]
    with pytest.raises(DataError, match="^sentence 2: 0 words, but 1 tags. Give one tag for each word.$"):
        checked_tagged([["a"], [], ["b"]], [["X"], ["X"], []])


def test_words_of_any_sentence_are_enough_and_labels_must_be_known() -> None:
    refuse_no_words([[], [""]])
    with pytest.raises(DataError):
        refuse_no_words([[], []])
    refuse_new_labels([["A"], ["B"], []], ["A", "B", "C"])
    with pytest.raises(UsageError) as caught:
        refuse_new_labels([["D", "A"], ["Z", "D"]], ["A", "B"])
    assert str(caught.value) == "partial_fit: the labels D, Z were not among those of fit (A, B ...). Use fit."


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
                DataError, match=f"^sentence 2: .* in {scheme}. Repair the tags with seqtasks.text.tags.repair, or use head="
            ):
                check_entity_tags(tags, scheme, chain=True)


@pytest.mark.parametrize(
    ("tag", "fits"),
    [("O", True), ("B-X", True), ("I-a-b", True), ("E-X", False), ("B-", False), ("-X", False), ("BI-X", False), ("", False), ("B", False)],
)
def test_a_tag_is_an_entity_tag_with_one_known_prefix_and_a_label(tag: str, fits: bool) -> None:
    assert is_entity_tag(tag, PREFIXES["BIO"]) is fits


def faults(**changes: object) -> list[str]:
    try:
        check_parameters(DEFAULTS | changes)
    except UsageError as error:
        return str(error).splitlines()
    return []


def test_the_defaults_pass_and_every_known_choice_does() -> None:
    assert faults() == []
    for name, known in CHOICES.items():
        assert [faults(**{name: value}) for value in known] == [[]] * len(list(known))
    assert [faults(scheme=scheme) for scheme in (None, *SCHEMES)] == [[]] * (1 + len(SCHEMES))


@pytest.mark.parametrize(("name", "smallest"), SMALLEST.items())
def test_a_whole_number_passes_from_its_smallest_value_on(name: str, smallest: int) -> None:
    for value in (smallest, smallest + 1, np.int64(smallest), np.int8(smallest)):
        assert faults(**{name: value}) == []
    for value in (smallest - 1, float(smallest), str(smallest), True, None, np.float64(smallest), np.bool_(True)):
        assert faults(**{name: value}) == [f"{name}={value!r}: must be a whole number, at least {smallest}."]


@pytest.mark.parametrize("name", RATES)
def test_a_rate_passes_from_0_on_and_below_1(name: str) -> None:
    for value in (0, 0.0, 0.999, np.float32(0.5)):
        assert faults(**{name: value}) == []
    for value in (-1e-9, 1, 1.0, float("nan"), None, "0.5", False):
        assert faults(**{name: value}) == [f"{name}={value!r}: must be at least 0 and below 1."]


def test_a_learning_rate_is_above_0_and_a_norm_may_be_0_and_both_are_finite() -> None:
    assert faults(learning_rate=1e-12, clip_norm=0) == faults(learning_rate=np.float32(0.1), clip_norm=5.0) == []
    for value in (0, -1.0, float("inf"), float("nan"), None, True, "1"):
        assert faults(learning_rate=value) == [f"learning_rate={value!r}: must be a number above 0."]
    for value in (-1e-9, float("inf"), float("nan"), None, True, "1"):
        assert faults(clip_norm=value) == [f"clip_norm={value!r}: must be 0 (no clipping) or a number above 0."]


def test_every_fault_has_a_line_of_its_own_in_the_order_of_the_checks() -> None:
    wrong = {"head": "crv", "scheme": "BOI", "layers": 0, "seed": -1, "word_dropout": 1, "learning_rate": 0, "clip_norm": -1}
    assert [line.split("=")[0] for line in faults(**wrong)] == list(wrong)


def test_a_choice_names_what_is_known_and_the_nearest() -> None:
    assert choice_faults("head", "crf", ["softmax", "crf"]) == []
    assert choice_faults("head", "crff", iter(["softmax", "crf"])) == [
        "head='crff': no such head; did you mean 'crf'? Known: softmax, crf."
    ]
    assert choice_faults("head", 3, ["softmax", "crf"]) == ["head=3: no such head. Known: softmax, crf."]

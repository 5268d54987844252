"""Scores by what training has seen, against looking everything up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.audit import Annotated
from seqtasks.evaluation.cells import ENTITY_CELLS, WORD_CELLS, cells_of_words, entity_cells, forms_of_entities, word_cells
from seqtasks.evaluation.score import bootstrap_interval
from seqtasks.text.tags import repair
from tests.oracles.comparing import plain_entities, plain_entity_cell, plain_word_cell

tokens = st.tuples(st.sampled_from("abcd"), st.sampled_from("XYZ"), st.sampled_from("XYZ"))
sentences = st.lists(st.lists(tokens, max_size=5), max_size=5)
entity_tags = st.sampled_from(["O", "B-P", "I-P", "B-L", "I-L"])
entity_tokens = st.tuples(st.sampled_from(["Ann", "Bonn", "of"]), entity_tags, entity_tags)
entity_sentences = st.lists(st.lists(entity_tokens, max_size=6), max_size=5)


def columns(corpus: list, scheme: str | None = None) -> tuple[Annotated, list[list[str]]]:
    words, gold, found = ([[token[column] for token in row] for row in corpus] for column in range(3))
    if scheme:
        gold, found = ([repair(tags, scheme)[0] for tags in side] for side in (gold, found))
    return Annotated(words, gold), found


@settings(deadline=None, max_examples=60)
@given(sentences, sentences)
def test_the_four_cells_equal_looking_every_word_up(train_rows: list, rows: list) -> None:
    train, _ = columns(train_rows)
    part, found = columns(rows)
    shares = word_cells(part, found, cells_of_words(part, train), seed=1, draws=50)
    counted = {name: [0, 0] for name in WORD_CELLS}
    for words, gold, answers in zip(part.words, part.tags, found, strict=True):
        for word, true, answer in zip(words, gold, answers, strict=True):
            cell = plain_word_cell(word, train.words, train.tags, part.words, part.tags)
            counted[cell][0] += true == answer
            counted[cell][1] += 1
    assert {share.name: [share.count, share.total] for share in shares} == {name: counts for name, counts in counted.items() if counts[1]}
    assert all(share.value == pytest.approx(100 * share.count / share.total) for share in shares)


@settings(deadline=None, max_examples=60)
@given(entity_sentences, entity_sentences)
def test_the_three_cells_of_entities_equal_looking_every_entity_up(train_rows: list, rows: list) -> None:
    train, _ = columns(train_rows, "BIO")
    part, found = columns(rows, "BIO")
    counted = {name: np.zeros(3, dtype=int) for name in ENTITY_CELLS}  # correct, gold, predicted
    for words, gold, answers in zip(part.words, part.tags, found, strict=True):
        true, claimed = plain_entities(gold), plain_entities(answers)
        for column, spans in enumerate(([span for span in true if span in claimed], true, claimed)):
            for start, end, label in spans:
                counted[plain_entity_cell(words[start:end], label, train.words, train.tags)][column] += 1
    expected = [(f"recall, {name}", correct, gold) for name, (correct, gold, _) in counted.items() if gold]
    expected += [(f"F1, {name}", 2 * correct, gold + claimed) for name, (correct, gold, claimed) in counted.items() if gold + claimed]
    shares = entity_cells(part, found, forms_of_entities(train, "BIO"), scheme="BIO", seed=1, draws=50)
    assert [(share.name, share.count, share.total) for share in shares] == expected


def test_the_cells_of_a_small_corpus() -> None:
    train = Annotated([["the", "run"], ["run", "dog"]], [["D", "N"], ["V", "N"]])
    part = Annotated([["the", "run", "cat"], ["Cat", "cat", "dog"]], [["D", "V", "N"], ["N", "V", "N"]])
    assert cells_of_words(part, train) == [[0, 1, 3], [2, 3, 0]]
    shares = word_cells(part, [["D", "V", "N"], ["N", "N", "V"]], cells_of_words(part, train), seed=1, draws=0)
    assert [(share.name, share.count, share.total, share.interval) for share in shares] == [
        ("known, unambiguous", 1, 2, None),
        ("known, ambiguous", 1, 1, None),
        ("OOV, unambiguous", 1, 1, None),
        ("OOV, ambiguous", 1, 2, None),
    ]


def test_a_known_form_with_another_type_is_its_own_cell() -> None:
    train = Annotated([["Paris"], ["New", "York"]], [["B-LOC"], ["B-LOC", "I-LOC"]])
    part = Annotated([["Paris"], ["New", "York"], ["York"]], [["B-PER"], ["B-LOC", "I-LOC"], ["B-LOC"]])
    forms = forms_of_entities(train, "BIO")
    assert forms == {"Paris": {"LOC"}, "New York": {"LOC"}}
    shares = entity_cells(part, [["B-LOC"], ["B-LOC", "I-LOC"], ["O"]], forms, scheme="BIO", seed=1, draws=0)
    assert {share.name: (share.count, share.total) for share in shares} == {
        "recall, seen with this type": (1, 1),
        "recall, seen with another type": (0, 1),
        "recall, unseen": (0, 1),
        "F1, seen with this type": (2, 3),  # Paris as LOC is claimed here, and wrong
        "F1, seen with another type": (0, 1),
        "F1, unseen": (0, 1),
    }


def test_intervals_are_those_of_the_score_on_the_words_of_the_cell() -> None:
    generator = np.random.default_rng(1)
    words = [[str(word) for word in generator.integers(0, 9, 8)] for _ in range(40)]
    gold = [[str(tag) for tag in generator.integers(0, 2, 8)] for _ in range(40)]
    found = [[str(tag) for tag in generator.integers(0, 2, 8)] for _ in range(40)]
    part, train = Annotated(words, gold), Annotated(words[:1], gold[:1])
    shares = word_cells(part, found, cells_of_words(part, train), seed=3, draws=200)
    in_cell = [[plain_word_cell(word, words[:1], gold[:1], words, gold) == shares[0].name for word in row] for row in words]
    right = [sum(c and a == b for c, a, b in zip(*row, strict=True)) for row in zip(in_cell, gold, found, strict=True)]
    assert shares[0].interval == pytest.approx(bootstrap_interval(right, [sum(row) for row in in_cell], seed=3, samples=200))

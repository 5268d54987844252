"""Scores of tags and confusions, against scikit-learn, seqeval and counting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from seqtasks.evaluation.comparison import LabelScore
from seqtasks.evaluation.confusion import OTHER, confusion, confusion_of_some, entity_confusion, entity_type_scores, tag_scores
from seqtasks.evaluation.nested import scores_of_spans
from seqtasks.evaluation.spans import entity_scores
from seqtasks.text.tags import PREFIXES, SCHEMES

tokens = st.tuples(st.sampled_from("ABC"), st.sampled_from("BCD"))
corpora = st.lists(st.lists(tokens, max_size=6), max_size=5)


def sides(corpus: list) -> tuple[list[list[str]], list[list[str]]]:
    return [[token[0] for token in row] for row in corpus], [[token[1] for token in row] for row in corpus]


@pytest.mark.filterwarnings("ignore:A single label was found")
@settings(deadline=None, max_examples=60)
@given(corpora.filter(any))
def test_tags_and_confusion_equal_those_of_scikit_learn(corpus: list) -> None:
    gold, predicted = sides(corpus)
    flat = [tag for row in gold for tag in row], [tag for row in predicted for tag in row]
    rows = tag_scores(gold, predicted)
    labels = [row.label for row in rows]
    assert sorted(labels) == sorted({*flat[0], *flat[1]})
    expected = precision_recall_fscore_support(*flat, labels=labels, zero_division=0)
    for row, precision, recall, f1, support in zip(rows, *expected, strict=True):
        assert (row.precision, row.recall, row.f1) == pytest.approx((100 * precision, 100 * recall, 100 * f1))
        assert (row.support, row.predicted) == (support, flat[1].count(row.label))
    found = confusion(gold, predicted)
    assert found.labels == labels
    assert found.counts == confusion_matrix(*flat, labels=labels).tolist()


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SCHEMES), st.data())
def test_entity_types_are_scored_as_seqeval_does(scheme: str, data: st.DataObject) -> None:
    tags = st.sampled_from(["O", *(f"{prefix}-{label}" for prefix in PREFIXES[scheme] for label in ("P", "L"))])
    corpus = data.draw(st.lists(st.lists(st.tuples(tags, tags), max_size=7), max_size=5))
    gold, predicted = sides(corpus)
    theirs = entity_scores(gold, predicted, scheme=scheme, split="dev", head="ner", samples=0).per_type
    ours = {row.label: row for row in entity_type_scores(gold, predicted, scheme)}
    assert set(ours) == {row.label for row in theirs}
    for row in theirs:
        found = ours[row.label]
        assert (found.precision, found.recall, found.f1) == pytest.approx((row.precision, row.recall, row.f1))
        assert found.support == row.support
        if row.precision:
            correct = found.recall * found.support / 100
            assert found.predicted == pytest.approx(100 * correct / row.precision)


def test_labels_of_one_side_only_have_their_rows_by_falling_support() -> None:
    gold, predicted = [["A", "A", "B"], []], [["A", "C", "C"], []]
    assert tag_scores(gold, predicted) == [
        LabelScore("A", 100.0, 50.0, pytest.approx(200 / 3), 2, 1),
        LabelScore("B", 0.0, 0.0, 0.0, 1, 0),
        LabelScore("C", 0.0, 0.0, 0.0, 0, 2),
    ]
    assert confusion(gold, predicted).labels == ["A", "B", "C"]
    assert confusion(gold, predicted).counts == [[1, 0, 1], [0, 0, 1], [0, 0, 0]]
    assert entity_type_scores([["B-P"]], [["B-L"]], "BIO") == [LabelScore("P", 0.0, 0.0, 0.0, 1, 0), LabelScore("L", 0.0, 0.0, 0.0, 0, 1)]
    assert tag_scores([], []) == []
    assert confusion([[]], [[]]).counts == []


@pytest.mark.parametrize("table", [tag_scores, confusion])
def test_answers_that_are_not_aligned_are_refused(table) -> None:
    with pytest.raises(ValueError) as error:
        table([["A"], ["A"]], [["A"], []])
    assert str(error.value) == "1 gold tags but 0 predicted tags in sentence 2; they must be aligned one to one"
    with pytest.raises(ValueError) as error:
        table([["A"]], [])
    assert str(error.value) == "1 gold sentences but 0 predicted sentences; they must be aligned one to one"


def test_sentences_of_entities_that_are_not_aligned_are_refused() -> None:
    with pytest.raises(ValueError) as error:
        entity_type_scores([["O"]], [], "BIO")
    assert str(error.value) == "1 gold sentences but 0 predicted sentences; they must be aligned one to one"


@settings(deadline=None, max_examples=60)
@given(corpora.filter(any), st.integers(1, 5))
def test_a_matrix_of_some_tags_adds_the_others_up(corpus: list, most: int) -> None:
    gold, predicted = sides(corpus)
    pairs = [pair for row in zip(gold, predicted, strict=True) for pair in zip(*row, strict=True)]
    found = confusion_of_some(gold, predicted, most)
    shown = [label for label in found.rows if label != OTHER]
    labels = {label for pair in pairs for label in pair}
    assert len(shown) == min(most, len(labels))
    assert (OTHER in found.rows) == (len(labels) > most)
    assert found.columns == found.rows
    for row, counts in zip(found.rows, found.counts, strict=True):
        for column, count in zip(found.columns, counts, strict=True):
            assert count == sum(
                (true if true in shown else OTHER, answer if answer in shown else OTHER) == (row, column) for true, answer in pairs
            )


def test_the_tags_shown_are_those_that_are_confused_most_often() -> None:
    gold, predicted = [["A"] * 9 + ["B", "B", "C", "D"]], [["A"] * 9 + ["C", "C", "C", "D"]]
    found = confusion_of_some(gold, predicted, 2)
    assert (found.rows, found.counts) == (["B", "C", OTHER], [[0, 2, 0], [0, 1, 0], [0, 0, 10]])
    whole = confusion(gold, predicted)
    assert confusion_of_some(gold, predicted, 4).counts == whole.counts
    assert confusion_of_some(gold, predicted, 4).rows == whole.labels


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([*SCHEMES, "nested"]), st.data())
def test_entity_confusions_add_up_to_the_errors_of_the_report(scheme: str, data: st.DataObject) -> None:
    prefixes = PREFIXES.get(scheme, "BI")
    tags = st.sampled_from(["O", *(f"{prefix}-{label}" for prefix in prefixes for label in ("P", "L"))])
    corpus = data.draw(st.lists(st.lists(st.tuples(tags, tags), max_size=7), max_size=5))
    gold, predicted = sides(corpus)
    report = scores_of_spans(gold, predicted, scheme=scheme, split="dev", head="ner", samples=0)
    found = entity_confusion(gold, predicted, scheme)
    table = {row: dict(zip(found.columns, counts, strict=True)) for row, counts in zip(found.rows, found.counts, strict=True)}
    types = [row for row in found.rows if row != "spurious"]
    assert sorted(types) == sorted(row.label for row in report.per_type)
    assert {row: sum(table[row].values()) for row in types} == {row.label: row.support for row in report.per_type}
    assert sum(table[row][row] for row in types) == report.correct
    assert sum(table[row][other] for row in types for other in types if row != other) == report.type_errors
    assert sum(table[row]["wrong ends"] for row in types) == report.boundary_errors
    assert sum(table[row]["missed"] for row in types) == report.missed
    assert sum(table["spurious"].values()) == report.spurious


def test_entity_confusions_say_what_became_of_each_type() -> None:
    gold = [["B-P", "I-P", "O", "B-L", "O", "B-L", "O", "O"]]
    predicted = [["B-P", "O", "O", "B-P", "O", "O", "O", "B-L"]]
    found = entity_confusion(gold, predicted, "BIO")
    assert (found.rows, found.columns) == (["L", "P", "spurious"], ["L", "P", "wrong ends", "missed"])
    assert found.counts == [[0, 1, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0]]

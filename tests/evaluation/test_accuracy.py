"""Token accuracy by counting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.score import Score

cells = st.tuples(st.sampled_from("AB"), st.sampled_from("AB"), st.sampled_from(["the", "cat", "sat"]))  # gold, predicted, word
rows = st.lists(st.lists(cells, max_size=6), max_size=6)


def scores(corpus: list, known: object = None, samples: int = 0) -> list[Score]:
    gold, predicted, words = ([[cell[column] for cell in row] for row in corpus] for column in range(3))
    return token_accuracy(gold, predicted, words, known, split="test", head="upos", samples=samples)


@given(rows, st.sets(st.sampled_from(["the", "cat", "sat"])))
def test_accuracy_and_its_out_of_vocabulary_cell_equal_counting(corpus: list, known: set[str]) -> None:
    cells = [cell for row in corpus for cell in row]
    unknown = [cell for cell in cells if cell[2] not in known]
    found = scores(corpus, known)
    assert found[0].name == "accuracy"
    assert found[0].value == pytest.approx(100 * sum(a == b for a, b, _ in cells) / len(cells) if cells else 0.0)
    assert found[0].signature == f"tokens:{len(cells)}|sentences:{len(corpus)}"
    if unknown:
        assert found[1].name == "accuracy_oov"
        assert found[1].value == pytest.approx(100 * sum(a == b for a, b, _ in unknown) / len(unknown))
        assert found[1].signature == f"tokens:{len(unknown)}|of:{len(cells)}|sentences:{len(corpus)}"
    assert len(found) == 1 + bool(unknown)


def test_without_known_words_or_without_words_there_is_no_out_of_vocabulary_cell() -> None:
    assert len(scores([[("A", "A", "the")]], None)) == 1
    assert len(token_accuracy([["A"]], [["A"]], None, set(), split="test", head="upos")) == 1
    assert len(token_accuracy([["A"]], [["A"]], split="test", head="upos")) == 1


def test_scores_carry_their_interval_and_how_it_was_drawn() -> None:
    gold, predicted = [["A", "B"], ["A"], ["B", "B", "A"]] * 10, [["A", "A"], ["A"], ["B", "A", "A"]] * 10
    (score,) = token_accuracy(gold, predicted, split="test", head="upos", seed=4, samples=300)
    assert (score.split, score.head) == ("test", "upos")
    assert score.signature == "tokens:60|sentences:30|bootstrap:300|seed:4"
    assert score.interval[0] < score.value < score.interval[1]


def test_no_token_at_all_scores_zero_without_an_interval() -> None:
    for corpus in ([], [[]], [[], []]):
        (score,) = scores(corpus, {"the"}, samples=100)
        assert (score.value, score.interval) == (0.0, None)


def test_a_label_never_predicted_counts_as_wrong() -> None:
    (score,) = token_accuracy([["SEEN", "NEW"]], [["SEEN", "SEEN"]], split="test", head="upos")
    assert score.value == 50.0


@pytest.mark.parametrize(
    ("gold", "predicted", "words", "message"),
    [
        ([["A"]], [], None, "1 gold sentences but 0 predicted sentences; they must be aligned one to one"),
        ([["A"], ["A"]], [["A"], []], None, "1 gold tags but 0 predicted tags in sentence 2; they must be aligned one to one"),
        ([["A"]], [["A"]], [["a"], ["b"]], "1 gold sentences but 2 sentences of words; they must be aligned one to one"),
        ([["A"]], [["A"]], [["a", "b"]], "1 gold tags but 2 words in sentence 1; they must be aligned one to one"),
    ],
)
def test_what_is_not_aligned_is_refused(gold: list, predicted: list, words: list | None, message: str) -> None:
    with pytest.raises(ValueError) as error:
        token_accuracy(gold, predicted, words, set(), split="test", head="upos")
    assert str(error.value) == message

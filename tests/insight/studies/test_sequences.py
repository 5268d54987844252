"""Made tasks ask for what they say, at the distance that they say."""

from __future__ import annotations

import pytest
import torch

from seqtasks.errors import UsageError
from seqtasks.insight.studies.sequences import COPIED, DISTRACTORS, QUESTION, SYMBOLS, TASKS


def drawn(task: str, count: int, distance: int, seed: int = 1):
    return TASKS[task].examples(count, distance, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("distance", [1, 2, 13])
def test_recall_asks_for_the_symbol_that_stands_so_many_words_before(distance: int) -> None:
    examples = drawn("recall", 50, distance)
    assert examples.inputs.shape == (50, distance + 1)
    assert torch.equal(examples.inputs[:, -1 - distance], examples.answers_BA[:, 0])
    assert (examples.inputs[:, -1] == QUESTION).all() and (examples.answers_BA < SYMBOLS).all()
    between = examples.inputs[:, 1:-1]
    assert ((between >= SYMBOLS) & (between < SYMBOLS + DISTRACTORS)).all()


@pytest.mark.parametrize("distance", [COPIED, 9])
def test_copy_asks_for_each_symbol_at_the_distance(distance: int) -> None:
    examples = drawn("copy", 50, distance)
    length = distance + COPIED
    assert examples.inputs.shape == (50, length) and (examples.inputs[:, -COPIED:] == QUESTION).all()
    for number in range(COPIED):
        place = length - COPIED + number  # of the question for this symbol
        assert torch.equal(examples.inputs[:, place - distance], examples.answers_BA[:, number])


@pytest.mark.parametrize("distance", [2, 7, 60])
def test_adding_marks_one_number_in_each_half_and_asks_for_their_sum(distance: int) -> None:
    examples = drawn("adding", 200, distance)
    numbers_BS, marks_BS = examples.inputs.unbind(2)
    assert marks_BS[:, : distance // 2].sum(dim=1).tolist() == [1.0] * 200 == marks_BS[:, distance // 2 :].sum(dim=1).tolist()
    for numbers_S, marks_S, answer in zip(numbers_BS, marks_BS, examples.answers_BA[:, 0], strict=True):
        assert answer == pytest.approx(sum(number for number, mark in zip(numbers_S.tolist(), marks_S.tolist(), strict=True) if mark))


def test_chance_is_what_guessing_gets() -> None:
    sums = drawn("adding", 20_000, 10).answers_BA
    assert (sums - 1).square().mean().item() == pytest.approx(TASKS["adding"].chance, rel=0.03)
    assert (drawn("recall", 20_000, 3).answers_BA == 2).double().mean().item() == pytest.approx(TASKS["recall"].chance, abs=0.01)


def test_draws_are_those_of_their_generator() -> None:
    assert torch.equal(drawn("recall", 5, 6, seed=4).inputs, drawn("recall", 5, 6, seed=4).inputs)


def test_a_distance_that_a_task_does_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^copy has no distance 2: it begins at 3 words\. Give longer --distances\.$"):
        drawn("copy", 4, 2)

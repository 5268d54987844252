"""Batches of several corpora: their shares, their order, and that every epoch is a function of seed and number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.tasks.mixture import Mixture, smoothed
from seqtasks.text.batching import BatchPlan

LENGTHS = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=40), min_size=1, max_size=3)


def plans_of(lengths: list[list[int]], seed: int) -> list[BatchPlan]:
    return [BatchPlan(row, tokens=12, sort_window=20, seed=seed) for row in lengths]


@given(LENGTHS, st.integers(1, 5), st.integers(0, 9))
def test_without_smoothing_the_batches_are_those_of_every_plan_mixed_by_one_draw(lengths: list[list[int]], number: int, seed: int) -> None:
    plans = plans_of(lengths, seed)
    found = Mixture(plans, smoothing=1.0, seed=seed).epoch(number)
    items = [(corpus, positions) for corpus, plan in enumerate(plans) for positions in plan.epoch(number)]
    order = np.random.default_rng([seed, number]).permutation(len(items)) if len(plans) > 1 else range(len(items))
    expected = [items[position] for position in order]
    assert [(corpus, positions.tolist()) for corpus, positions in found] == [(corpus, positions.tolist()) for corpus, positions in expected]
    for corpus, row in enumerate(lengths):
        read = sorted(position for own, positions in found if own == corpus for position in positions.tolist())
        assert read == list(range(len(row)))


@given(LENGTHS, st.floats(0, 1), st.integers(1, 4))
def test_an_epoch_is_a_function_of_its_number_and_holds_the_share_of_every_corpus(
    lengths: list[list[int]], smoothing: float, number: int
) -> None:
    found = Mixture(plans_of(lengths, 1), smoothing=smoothing, seed=1).epoch(number)
    again = Mixture(plans_of(lengths, 1), smoothing=smoothing, seed=1).epoch(number)
    assert [(corpus, positions.tolist()) for corpus, positions in found] == [(corpus, positions.tolist()) for corpus, positions in again]
    sizes = [len(plan.epoch(number)) for plan in plans_of(lengths, 1)]
    assert [sum(own == corpus for own, _ in found) for corpus in range(len(sizes))] == smoothed(sizes, smoothing)


@pytest.mark.parametrize(
    ("smoothing", "counts"), [(1.0, [90, 9, 1]), (0.5, [70, 22, 7]), (0.0, [33, 33, 33])], ids=["in proportion", "root", "alike"]
)
def test_shares_go_by_size_to_the_power(smoothing: float, counts: list[int]) -> None:
    assert smoothed([90, 9, 1], smoothing) == counts


def test_a_corpus_is_never_left_out() -> None:
    assert smoothed([100_000, 1], 1.0) == [100_000, 1]
    assert smoothed([1, 1, 1], 0.3) == [1, 1, 1]


def test_a_small_corpus_is_gone_through_in_another_order_before_a_batch_comes_back_too_often() -> None:
    small, large = [3] * 8, [3] * 80
    mixture = Mixture(plans_of([small, large], 2), smoothing=0.0, seed=2)
    for number in (1, 2):
        read = [tuple(positions.tolist()) for corpus, positions in mixture.epoch(number) if corpus == 0]
        times = np.bincount([position for batch in read for position in batch], minlength=8)
        assert len(read) == 11 and times.min() >= 5 and times.max() <= 6
        assert len(set(read)) > 2  # not the same two batches over and over


def test_other_batches_of_a_large_corpus_come_in_every_epoch() -> None:
    mixture = Mixture(plans_of([[3] * 8, [3] * 80], 2), smoothing=0.0, seed=2)
    parts = [
        {position for corpus, positions in mixture.epoch(number) if corpus == 1 for position in positions.tolist()} for number in (1, 2, 3)
    ]
    assert all(40 <= len(part) < 50 for part in parts)
    assert len(set.union(*parts)) > 60

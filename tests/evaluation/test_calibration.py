"""Calibration errors by counting bin by bin."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.calibration import calibration
from tests.oracles.significance import plain_calibration_error

answers = st.lists(st.tuples(st.floats(0, 1) | st.sampled_from([0.0, 1.0, 1 / 3, 0.2, 2 / 15]), st.booleans()), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(answers, st.integers(1, 15))
def test_the_error_equals_counting_bin_by_bin(rows: list, bins: int) -> None:
    probabilities, right = [row[0] for row in rows], [row[1] for row in rows]
    edges = np.linspace(0, 1, bins + 1)

    def inside(probability: float) -> int:
        return next((number for number in range(bins) if edges[number] < probability <= edges[number + 1]), 0)

    found = calibration(probabilities, right, bins=bins)
    assert found.error == pytest.approx(plain_calibration_error(probabilities, right, inside), abs=1e-9)
    assert found.brier == pytest.approx(np.mean([(p - hit) ** 2 for p, hit in rows]))
    assert sum(row.count for row in found.bins) == len(rows)
    for row in found.bins:
        held = [(p, hit) for p, hit in rows if edges[inside(p)] == row.low]
        assert (row.count, row.confidence) == (len(held), pytest.approx(np.mean([p for p, _ in held])))
        assert row.accuracy == pytest.approx(100 * np.mean([hit for _, hit in held]))
        assert row.high == pytest.approx(row.low + 1 / bins)


@settings(deadline=None, max_examples=60)
@given(answers)
def test_adaptive_bins_hold_equally_many_answers(rows: list) -> None:
    ranked = sorted(rows, key=lambda row: row[0])
    parts = [part for part in np.array_split(np.arange(len(ranked)), 15) if len(part)]
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    order = sorted(range(len(rows)), key=lambda position: rows[position][0])
    place = {position: next(number for number, part in enumerate(parts) if rank in part) for rank, position in enumerate(order)}
    error = 0.0
    for number in range(len(parts)):
        held = [rows[position] for position in place if place[position] == number]
        error += abs(sum(p for p, _ in held) - sum(hit for _, hit in held))
    assert calibration(*zip(*rows, strict=True)).adaptive_error == pytest.approx(100 * error / len(rows), abs=1e-9)


def test_a_system_that_knows_what_it_knows_has_no_error() -> None:
    generator = np.random.default_rng(1)
    probabilities = generator.random(200_000)
    right = generator.random(200_000) < probabilities
    found = calibration(probabilities, right)
    assert found.error < 1.0
    assert found.adaptive_error < 1.0
    assert len(found.bins) == 15
    assert calibration(probabilities**0.5, right).error > 10.0


def test_the_ends_belong_to_a_bin() -> None:
    found = calibration([0.0, 1.0, 1.0 + 1e-7], [False, True, False])
    assert [(row.low, row.high, row.count, row.accuracy) for row in found.bins] == [
        (0.0, pytest.approx(1 / 15), 1, 0.0),
        (pytest.approx(14 / 15), 1.0, 2, 50.0),
    ]


def test_no_answer_is_no_calibration() -> None:
    assert calibration([], []) is None


@pytest.mark.parametrize("wrong", [1.5, -0.1, math.nan])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError) as error:
        calibration([0.5, wrong], [True, False])
    assert str(error.value) == f"answer 2 has the probability {wrong}; it must lie between 0 and 1"


def test_probabilities_without_their_answers_are_refused() -> None:
    with pytest.raises(ValueError) as error:
        calibration([0.5, 0.6], [True])
    assert str(error.value) == "2 probabilities but 1 answers; they must be aligned one to one"

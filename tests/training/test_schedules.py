"""Schedules by their values."""

import math

import pytest

from seqtasks.training.schedules import SCHEDULES


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_warms_up_in_a_straight_line_and_stays_between_0_and_1(name):
    schedule = SCHEDULES[name](warmup=10, total=100)
    assert [schedule(update) for update in range(10)] == pytest.approx([(update + 1) / 11 for update in range(10)])
    assert all(0 <= schedule(update) <= 1 for update in range(300))


def test_constant_stays_at_the_top():
    assert {SCHEDULES["constant"](warmup=0, total=5)(update) for update in range(20)} == {1.0}


def test_linear_is_half_way_in_the_middle_and_ends_at_zero():
    schedule = SCHEDULES["linear"](warmup=0, total=100)
    assert schedule(50) == pytest.approx(0.5)
    assert schedule(100) == 0
    assert schedule(1000) == 0


def test_cosine_follows_half_a_cosine():
    schedule = SCHEDULES["cosine"](warmup=20, total=120)
    for update in range(20, 120):
        assert schedule(update) == pytest.approx((1 + math.cos(math.pi * (update - 20) / 100)) / 2)


def test_inverse_square_root_halves_when_updates_quadruple():
    schedule = SCHEDULES["inverse_square_root"](warmup=100, total=0)
    assert schedule(100) == pytest.approx(1.0)
    assert schedule(400) == pytest.approx(0.5)
    assert schedule(1600) == pytest.approx(0.25)

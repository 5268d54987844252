"""Schedules by their values: of the learning rate, and of the share of given words."""

import math

import pytest

from seqtasks.training.schedules import SCHEDULES, TEACHER_FORCING_RATES


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


@pytest.mark.parametrize("name", TEACHER_FORCING_RATES)
@pytest.mark.parametrize("half", [1, 7, 1000, 10**6])
def test_half_of_the_words_are_given_at_the_update_that_is_named(name, half):
    truth = TEACHER_FORCING_RATES[name](half=half, most=1.0)
    assert truth(half) == pytest.approx(0.5)
    shares = [truth(update) for update in range(0, 6 * half, max(1, half // 50))]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert truth(100 * half) == pytest.approx(0, abs=1e-5)
    assert TEACHER_FORCING_RATES[name](half=half, most=0.2)(5 * half) == 0.8


def test_given_words_go_by_the_formulas_of_the_paper():
    kinds = ("linear", "exponential", "inverse_sigmoid")
    linear, exponential, sigmoid = (TEACHER_FORCING_RATES[name](half=1000, most=1.0) for name in kinds)
    k = next(k / 1000 for k in range(1000, 10**6) if k / 1000 * math.log(k / 1000) >= 1000)
    for update in range(0, 2000, 100):
        assert linear(update) == pytest.approx(1 - update * 0.0005)
        assert exponential(update) == pytest.approx((0.5**0.001) ** update)
        assert sigmoid(update) == pytest.approx(k / (k + math.exp(update / k)), abs=1e-4)

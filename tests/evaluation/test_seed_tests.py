"""Tests between runs of several seeds, against plain counting, scipy and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seqtasks.evaluation.seed_tests import against_fixed, hierarchical_bootstrap, permutation, runs_needed, sign_flips, welch
from seqtasks.evaluation.significance import paired_from_draws
from tests.oracles.significance import plain_permutation, plain_sign_flips

score = st.integers(9000, 9100).map(lambda value: value / 100)
runs = st.lists(score, min_size=1, max_size=5)
several = st.lists(score, min_size=2, max_size=5, unique=True)


@settings(deadline=None, max_examples=60)
@given(several, several)
def test_welch_is_that_of_scipy(first: list[float], second: list[float]) -> None:
    theirs = stats.ttest_ind(second, first, equal_var=False)
    found = welch(first, second)
    assert found.difference == pytest.approx(np.mean(second) - np.mean(first))
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.interval == pytest.approx(tuple(theirs.confidence_interval()))


@settings(deadline=None, max_examples=60)
@given(score, several)
def test_a_fixed_score_against_runs_is_the_test_of_one_sample_of_scipy(fixed: float, second: list[float]) -> None:
    theirs = stats.ttest_1samp(second, fixed)
    found = against_fixed(fixed, second)
    assert found.difference == pytest.approx(np.mean(second) - fixed)
    assert found.p == pytest.approx(theirs.pvalue)
    low, high = theirs.confidence_interval()
    assert found.interval == pytest.approx((low - fixed, high - fixed))


@settings(deadline=None, max_examples=60)
@given(runs, runs)
def test_the_permutation_test_counts_every_way_to_deal_the_runs(first: list[float], second: list[float]) -> None:
    found = permutation(first, second)
    assert found.p == pytest.approx(plain_permutation(first, second))
    assert found.p >= found.smallest - 1e-12


def test_the_permutation_test_is_that_of_scipy() -> None:
    first, second = [93.1, 93.4, 93.3, 93.9], [93.6, 93.8, 94.1, 93.5, 93.7]
    theirs = stats.permutation_test((first, second), lambda a, b: np.mean(b) - np.mean(a), n_resamples=np.inf)
    assert permutation(first, second).p == pytest.approx(theirs.pvalue)
    assert permutation([1, 2, 3], [1, 2, 3]).p == 1.0


@settings(deadline=None, max_examples=60)
@given(score, runs)
def test_flips_count_every_way_to_mirror_the_runs(fixed: float, second: list[float]) -> None:
    assert sign_flips(fixed, second).p == pytest.approx(plain_sign_flips(fixed, second))


@pytest.mark.parametrize(("counts", "smallest"), [((3, 3), 0.1), ((4, 4), 2 / 70), ((5, 5), 2 / 252), ((2, 3), 0.1), ((1, 3), 0.25)])
def test_so_few_runs_cannot_give_a_smaller_exact_p(counts: tuple[int, int], smallest: float) -> None:
    first, second = np.arange(counts[0]), 100 + np.arange(counts[1]) ** 2
    found = permutation(first.tolist(), second.tolist())
    assert found.p == pytest.approx(smallest)
    assert found.smallest == pytest.approx(smallest)
    assert sign_flips(50.0, [60.0, 61.0, 70.0]).p == sign_flips(50.0, [60.0, 61.0, 70.0]).smallest == 0.25


def test_too_many_ways_are_sampled() -> None:
    """48,620 ways to deal 18 runs and 32,768 signs of 15: every one of them here, 4,000 there."""
    first, second = np.linspace(93.1, 94.0, 9).tolist(), np.linspace(93.3, 94.3, 9).tolist()
    exact = plain_permutation(first, second)
    sampled = permutation(first, second, seed=1, draws=4000)
    assert sampled.p == pytest.approx(exact, abs=0.02)
    assert sampled.p != exact
    assert sampled.smallest == pytest.approx(1 / 4001)  # of the draws; of all ways it is 2 / 48,620
    runs = np.linspace(93.2, 94.0, 15).tolist()
    assert sign_flips(93.5, runs, seed=1, draws=4000).p == pytest.approx(plain_sign_flips(93.5, runs), abs=0.03)
    assert sign_flips(0.0, [100.0 + run for run in range(30)], draws=99).p == pytest.approx(1 / 100)


def test_runs_that_say_nothing_about_their_spread_are_not_tested() -> None:
    assert welch([93.0], [94.0, 94.1]) is None
    assert welch([93.0, 93.0], [94.0, 94.0]) is None
    assert welch([93.0, 93.0], [94.0, 94.1]) is not None
    assert against_fixed(93.0, [94.0]) is None
    assert against_fixed(93.0, [94.0, 94.0, 94.0]) is None


def test_without_luck_the_hierarchical_bootstrap_is_the_paired_one() -> None:
    generator = np.random.default_rng(1)
    first_RS, second_RS = 93 + generator.normal(0, 0.2, (999, 1)), 94 + generator.normal(0, 0.2, (999, 1))
    found = hierarchical_bootstrap(first_RS, second_RS, [93.0], [94.0], seed=1)
    assert found == paired_from_draws(second_RS[:, 0] - first_RS[:, 0], 1.0)


@pytest.mark.parametrize("counts", [(3, 3), (1, 3), (5, 4)])
def test_without_spread_over_sentences_it_is_the_t_test(counts: tuple[int, int]) -> None:
    generator = np.random.default_rng(2)
    first, second = generator.normal(93, 0.2, counts[0]), generator.normal(93.4, 0.2, counts[1])
    drawn = [np.broadcast_to(side, (20_000, len(side))) for side in (first, second)]
    found = hierarchical_bootstrap(*drawn, first, second, seed=1)
    expected = welch(first, second) if counts[0] > 1 else against_fixed(first[0], second)
    assert found.difference == pytest.approx(expected.difference)
    assert found.interval == pytest.approx(expected.interval, abs=0.05 * (expected.interval[1] - expected.interval[0]))


def test_luck_and_sentences_together_give_the_wider_interval() -> None:
    generator = np.random.default_rng(3)
    first, second = [93.0, 93.2, 93.1, 92.9], [93.4, 93.7, 93.5, 93.6]
    moved_R1 = generator.normal(0, 0.15, (4000, 1))
    found = hierarchical_bootstrap(np.array(first) - moved_R1, np.array(second) + moved_R1, first, second, seed=1)
    alone = paired_from_draws(2 * moved_R1[:, 0] + 0.5, 0.5)
    seeds = welch(first, second)
    widths = [side.interval[1] - side.interval[0] for side in (found, alone, seeds)]
    assert widths[0] > max(widths[1:])
    assert widths[0] < sum(widths[1:])


def test_what_runs_differ_in_for_want_of_sentences_is_counted_once() -> None:
    """Runs of equal quality differ on few sentences; resampling these shows it, so nothing is left to the seed."""
    generator = np.random.default_rng(4)
    first, second = generator.normal(93, 0.2, 5), generator.normal(93, 0.2, 5)
    drawn = [side + generator.normal(0, 0.2, (4000, 5)) for side in (first, second)]
    found = hierarchical_bootstrap(*drawn, first, second, seed=1)
    width = found.interval[1] - found.interval[0]
    expected = 2 * 1.96 * np.sqrt(2 * 0.2**2 / 5)
    assert width == pytest.approx(expected, rel=0.5)


def test_draws_that_do_not_belong_to_the_runs_are_refused() -> None:
    with pytest.raises(ValueError) as error:
        hierarchical_bootstrap(np.ones((9, 2)), np.ones((9, 3)), [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], seed=1)
    assert str(error.value) == "scores of shape (9, 2) were drawn, but there are 3 runs"
    with pytest.raises(ValueError) as error:
        hierarchical_bootstrap(np.ones((9, 1)), np.ones((8, 1)), [1.0], [1.0], seed=1)
    assert str(error.value) == "9 draws of one system but 8 of the other"


@pytest.mark.parametrize(("difference", "spread"), [(0.3, 0.2), (0.2, 0.2), (0.5, 0.2)])
def test_the_runs_needed_find_the_difference_in_4_of_5_simulations_and_fewer_do_not(difference: float, spread: float) -> None:
    needed = runs_needed(difference, spread, spread)

    def power(count: int) -> float:
        generator = np.random.default_rng(1)
        one, other = generator.normal(0, spread, (4000, count)), generator.normal(difference, spread, (4000, count))
        return float((stats.ttest_ind(one, other, axis=1, equal_var=False).pvalue <= 0.05).mean())

    assert power(needed) > 0.77
    assert power(needed - 1) < 0.83


def test_the_runs_needed_against_a_fixed_score_are_fewer() -> None:
    needed = runs_needed(0.2, 0.0, 0.2, fixed=True)
    generator = np.random.default_rng(1)
    drawn = generator.normal(0.2, 0.2, (4000, needed))
    assert float((stats.ttest_1samp(drawn, 0.0, axis=1).pvalue <= 0.05).mean()) == pytest.approx(0.82, abs=0.05)
    assert needed < runs_needed(0.2, 0.2, 0.2)


def test_the_runs_needed_at_the_ends() -> None:
    assert runs_needed(0.0, 0.2, 0.2) is None
    assert runs_needed(0.001, 0.2, 0.2) is None
    assert runs_needed(50.0, 0.2, 0.2) == 2
    assert runs_needed(0.1, 0.0, 0.0) == 2
    assert runs_needed(-0.3, 0.2, 0.2) == runs_needed(0.3, 0.2, 0.2)
    assert runs_needed(0.3, 0.2, 0.2, power=0.95) > runs_needed(0.3, 0.2, 0.2)

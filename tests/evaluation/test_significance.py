"""Tests between two systems, against plain counting, scipy and sacrebleu."""

import doctest
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seqtasks.evaluation import score as score_module
from seqtasks.evaluation import significance as significance_module
from seqtasks.evaluation.score import percentile_interval
from seqtasks.evaluation.significance import (
    Paired,
    approximate_randomisation,
    holm,
    mcnemar,
    paired_bootstrap,
    paired_from_draws,
    ratio,
    resampled_scores,
    shown_gap,
    shown_interval,
    shown_p,
)
from tests.evaluation.counted import count_draws
from tests.oracles.resampling import plain_bootstrap
from tests.oracles.significance import plain_holm, plain_interval_p, plain_mcnemar, plain_randomisation, plain_score

pairs = st.tuples(st.integers(0, 5), st.integers(0, 6))
corpora = st.lists(st.tuples(pairs, pairs), min_size=1, max_size=9)
probabilities = st.floats(0, 1)


def sides(corpus: list) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row[0] for row in corpus], dtype=float), np.array([row[1] for row in corpus], dtype=float)


def tagged(seed: int, sentences: int, better: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Right words and words of two systems, the second better by about this share of all words."""
    generator = np.random.default_rng(seed)
    words = generator.integers(5, 25, sentences)
    hard = generator.beta(2, 12, sentences)
    one, other = (words - generator.binomial(words, np.clip(hard - gain, 0, 1)) for gain in (0, better))
    return np.stack([one, words], axis=1).astype(float), np.stack([other, words], axis=1).astype(float)


@settings(deadline=None, max_examples=60)
@given(corpora, st.integers(0, 3))
def test_the_bootstrap_equals_plain_resampling_with_the_same_draws(corpus: list, seed: int) -> None:
    def difference(sums: list[float]) -> float | None:
        return 100 * sums[2] / sums[3] - 100 * sums[0] / sums[1] if sums[1] and sums[3] else None

    values = plain_bootstrap([(*one, *other) for one, other in corpus], difference, seed=seed, samples=99)
    values = [0.0 if abs(value) < 1e-9 else value for value in values]
    found = paired_bootstrap(*sides(corpus), seed=seed, draws=99)
    assert found.difference == pytest.approx(plain_score([row[1] for row in corpus]) - plain_score([row[0] for row in corpus]))
    if len(values) >= 39:
        outside = int((len(values) + 1) / 40)
        assert found.interval == pytest.approx((sorted(values)[outside - 1], sorted(values)[-outside]))
    else:
        assert found.interval is None
    beyond = min(sum(value <= 0 for value in values), sum(value >= 0 for value in values))
    assert found.p == pytest.approx(min(1.0, 2 * (beyond + 1) / (len(values) + 1)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-3, 9), min_size=39, max_size=399))
def test_p_is_the_smallest_level_whose_interval_leaves_0_out(differences: list[int]) -> None:
    found = paired_from_draws(differences, 1.0)
    low, high = found.interval
    assert (found.p <= 0.05) == (low > 0 or high < 0)
    assert found.p == pytest.approx(plain_interval_p(differences), abs=1 / 1000)


def test_the_interval_is_that_of_scipy_and_of_the_scores() -> None:
    one, other = tagged(3, 300, better=0.02)
    found = paired_bootstrap(one, other, seed=1, draws=9999)

    def difference(a, b, words, axis):
        return 100 * (b.sum(axis) / words.sum(axis) - a.sum(axis) / words.sum(axis))

    theirs = stats.bootstrap(
        (one[:, 0], other[:, 0], one[:, 1]), difference, paired=True, vectorized=True, method="percentile", n_resamples=9999, rng=2
    )
    assert found.interval == pytest.approx(tuple(theirs.confidence_interval), abs=0.1)  # each bound is off by 0.02
    scores_RM = resampled_scores(np.stack([one, other]), seed=1, draws=9999)
    assert found.interval == pytest.approx(percentile_interval(scores_RM[:, 1] - scores_RM[:, 0]), abs=0.01)


@settings(deadline=None, max_examples=60)
@given(corpora)
def test_randomisation_of_few_sentences_is_exact(corpus: list) -> None:
    rows = [row[0] for row in corpus], [row[1] for row in corpus]
    assert approximate_randomisation(*sides(corpus), seed=1) == pytest.approx(plain_randomisation(*rows))


def test_exact_and_drawn_randomisation_agree_with_scipy() -> None:
    one, other = tagged(8, 20, better=0.06)
    assert (one != other).any(axis=1).sum() >= 10

    def difference(a, b, axis):
        return 100 * (b.sum(axis) - a.sum(axis)) / one[:, 1].sum()

    exact = stats.permutation_test((one[:, 0], other[:, 0]), difference, permutation_type="samples", vectorized=True, n_resamples=np.inf)
    assert approximate_randomisation(one, other, seed=1) == pytest.approx(exact.pvalue)
    drawn = [approximate_randomisation(one, other, seed=seed, draws=900) for seed in range(10)]
    assert np.mean(drawn) == pytest.approx(exact.pvalue, abs=0.02)
    assert len(set(drawn)) > 1


class Accuracy:
    """What sacrebleu's tests ask of a metric, for lines of tags."""

    class Signature:
        def update(self, key, value):
            pass

    def get_signature(self):
        return self.Signature()

    def _extract_corpus_statistics(self, hypotheses, references):
        rows = [(line.split(), gold.split()) for line, gold in zip(hypotheses, references[0], strict=True)]
        return np.array([[sum(a == b for a, b in zip(*row, strict=True)), len(row[1])] for row in rows])

    def _compute_score_from_stats(self, sums):
        from sacrebleu.metrics.base import Score

        return Score("accuracy", 100 * sums[0] / sums[1])

    def _aggregate_and_compute(self, rows):
        return self._compute_score_from_stats(np.asarray(rows).sum(axis=0))


@pytest.mark.parametrize("better", [0.0, 0.01, 0.02])
def test_p_values_are_those_of_sacrebleu(better: float) -> None:
    """Its randomisation is ours. Its bootstrap asks for one side only: half of our p where p is small."""
    from sacrebleu.significance import PairedTest

    one, other = tagged(4, 150, better)
    references = [["y " * int(words) for _, words in one]]
    lines = [["y " * int(right) + "n " * int(words - right) for right, words in side] for side in (one, other)]
    p = {}
    for kind, draws in (("ar", 4000), ("bs", 2000)):
        tested = PairedTest([("one", lines[0]), ("other", lines[1])], {"accuracy": Accuracy()}, references, kind, n_samples=draws)
        p[kind] = tested()[1]["accuracy"][1].p_value
    assert approximate_randomisation(one, other, seed=1, draws=4000) == pytest.approx(p["ar"], abs=0.03)
    ours = paired_bootstrap(one, other, seed=1, draws=4000).p
    if ours < 0.2:
        assert ours == pytest.approx(2 * p["bs"], abs=0.03)
    assert ours == pytest.approx(p["ar"], abs=0.06)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 30), st.integers(0, 30))
def test_mcnemar_adds_up_the_splits_that_are_no_more_likely(one: int, other: int) -> None:
    assert mcnemar(one, other) == pytest.approx(plain_mcnemar(one, other))
    assert mcnemar(one, other) == mcnemar(other, one)


@settings(deadline=None, max_examples=60)
@given(st.lists(probabilities, max_size=8))
def test_holm_rejects_as_long_as_every_smaller_p_is_rejected(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(plain_holm(p_values))


def test_holm_of_a_textbook_example_and_of_ties() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.02, 0.02]) == pytest.approx([0.04, 0.04])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


@settings(deadline=None, max_examples=60)
@given(corpora, st.integers(0, 3))
def test_equal_systems_give_p_1_and_none_is_ever_0(corpus: list, seed: int) -> None:
    one, other = sides(corpus)
    same = paired_bootstrap(one, one, seed=seed, draws=50)
    assert (same.difference, same.p) == (0.0, 1.0)
    assert same.interval in (None, (0.0, 0.0))
    assert approximate_randomisation(one, one, seed=seed, draws=50) == 1.0
    assert mcnemar(0, 0) == 1.0
    assert paired_bootstrap(one, other, seed=seed, draws=50).p > 0
    assert approximate_randomisation(one, other, seed=seed, draws=50) > 0


def test_a_clear_difference_gives_the_smallest_p_that_the_draws_allow() -> None:
    one, other = tagged(1, 400, better=0.1)
    assert paired_bootstrap(one, other, seed=1, draws=999).p == pytest.approx(2 / 1000)
    assert approximate_randomisation(one, other, seed=1, draws=999) == pytest.approx(1 / 1000)


@settings(deadline=None, max_examples=60)
@given(corpora)
def test_the_order_of_two_systems_turns_the_sign_only(corpus: list) -> None:
    one, other = sides(corpus)
    found, turned = paired_bootstrap(one, other, seed=1, draws=99), paired_bootstrap(other, one, seed=1, draws=99)
    assert turned.difference == pytest.approx(-found.difference)
    assert turned.p == found.p
    if found.interval is not None:
        assert turned.interval == pytest.approx((-found.interval[1], -found.interval[0]))
    assert approximate_randomisation(other, one, seed=1) == pytest.approx(approximate_randomisation(one, other, seed=1))


def test_swaps_do_not_depend_on_how_many_are_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = tagged(2, 64, better=0.03)
    whole = [approximate_randomisation(one[:size], other[:size], seed=5, draws=1000) for size in (9, 64)]
    monkeypatch.setattr("seqtasks.evaluation.significance.SWAPS", 64 * 37)
    assert [approximate_randomisation(one[:size], other[:size], seed=5, draws=1000) for size in (9, 64)] == pytest.approx(whole, abs=0.04)
    assert approximate_randomisation(one[:9], other[:9], seed=5, draws=1000) == whole[0]


def test_a_draw_without_anything_to_count_says_nothing() -> None:
    nothing = np.zeros((3, 2))
    assert paired_bootstrap(nothing, nothing, seed=1, draws=99) == Paired(0.0, None, 1.0)
    assert approximate_randomisation(nothing, nothing, seed=1) == 1.0
    assert ratio(nothing) == 0.0
    assert paired_from_draws([np.nan, np.nan], 0.0) == Paired(0.0, None, 1.0)
    assert paired_from_draws([1.0] * 38, 1.0).interval is None
    assert paired_from_draws([1.0] * 39, 1.0).interval == (1.0, 1.0)


@pytest.mark.parametrize("test", [paired_bootstrap, approximate_randomisation])
def test_systems_of_other_sentences_are_refused(test) -> None:
    with pytest.raises(ValueError) as error:
        test(np.ones((3, 2)), np.ones((2, 2)), seed=1)
    assert str(error.value) == "two numbers for each of the same sentences expected; the shapes are (3, 2) and (2, 2)"


def test_the_bootstrap_draws_sentences_once_for_both_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = score_module.BLOCK // 400
    one, other = tagged(1, sentences, better=0.002)
    draws = count_draws(monkeypatch)
    paired_bootstrap(one, other, seed=1, draws=1000)
    assert draws.positions == [(400, sentences)] * 2 + [(200, sentences)]


def test_randomisation_draws_a_bit_for_each_sentence_that_differs_and_none_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    differing = significance_module.SWAPS // 600 - 1  # so few that 600 draws are held together
    one, _ = tagged(1, 2 * differing)
    other = one.copy()
    other[:differing, 0] -= 1
    draws = count_draws(monkeypatch)
    approximate_randomisation(one, other, seed=1, draws=1000)
    assert draws.swaps == [600 * -(-differing // 8), 400 * -(-differing // 8)]


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0002, "p < 0.001"), (0.001, "p = 0.001"), (0.0312, "p = 0.031"), (0.0504, "p = 0.050"), (0.256, "p = 0.26"), (1, "p = 1.00")],
)
def test_p_values_are_written_with_the_digits_that_matter(p: float, text: str) -> None:
    assert shown_p(p) == text


def test_gaps_and_intervals_are_told_from_the_better_system() -> None:
    assert shown_gap("HMM", "LSTM", 1.128) == "LSTM is 1.13 points better than HMM"
    assert shown_gap("HMM", "LSTM", -1.128) == "HMM is 1.13 points better than LSTM"
    assert shown_gap("HMM", "LSTM", -0.001) == "HMM and LSTM are less than 0.01 points apart"
    assert shown_interval((0.861, 1.404), 1.1) == "95 % interval 0.86 to 1.40"
    assert shown_interval((-1.404, -0.001), -1.1) == "95 % interval 0.00 to 1.40"
    assert shown_interval((-0.001, 1.0), 0.5) == "95 % interval 0.00 to 1.00"
    assert shown_interval(None, 1.0) == "no interval"
    with pytest.raises(ValueError, match="the difference between HMM and LSTM is nan"):
        shown_gap("HMM", "LSTM", float("nan"))


def test_the_example_of_the_manual_holds() -> None:
    page = Path(__file__).parents[2] / "docs" / "significance.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert (found.failed, found.attempted) == (0, 9)

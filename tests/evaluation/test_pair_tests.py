"""What is said about a pair: every outcome has its sentence."""

import numpy as np
import pytest

from seqtasks.evaluation.comparison import SeedTest
from seqtasks.evaluation.pair_tests import ScoredRuns, seed_test, verdict
from seqtasks.evaluation.seed_tests import against_fixed, hierarchical_bootstrap, permutation, runs_needed, sign_flips, welch
from seqtasks.evaluation.significance import Paired

NAMES = ("HMM", "BiLSTM")
CLEAR, BORDER, NONE = Paired(1.13, (0.86, 1.404), 0.0002), Paired(-0.4, (-0.7, -0.1), 0.02), Paired(0.12, (-0.1, 0.34), 0.271)


def said(
    found: Paired, p_randomisation: float, holm: tuple[float, float] | None = None, pairs: int = 1, seeds: SeedTest | None = None
) -> str:
    p_values = (found.p, p_randomisation)
    return verdict(NAMES, found, p_values, holm or p_values, sentences=2001, pairs=pairs, seeds=seeds)


def luck(p: float | None) -> SeedTest:
    return SeedTest("Welch's t-test", p, 0.5, None, "")


def test_a_significant_pair() -> None:
    gap = "BiLSTM is 1.13 points better than HMM (95 % interval 0.86 to 1.40): significant at n = 2,001 sentences"
    assert said(CLEAR, 0.0001) == f"{gap} (p < 0.001)."
    assert said(CLEAR, 0.0001, (0.0006, 0.0003), pairs=3) == f"{gap} after Holm's correction (p < 0.001)."
    assert (
        said(BORDER, 0.03)
        == "HMM is 0.40 points better than BiLSTM (95 % interval 0.10 to 0.70): significant at n = 2,001 sentences (p = 0.020)."
    )


def test_a_pair_that_is_not_significant() -> None:
    gap = "BiLSTM is 0.12 points better than HMM (95 % interval -0.10 to 0.34): not significant at n = 2,001 sentences"
    assert said(NONE, 0.3) == f"{gap} (p = 0.27)."
    assert said(NONE, 0.3, (0.813, 0.9), pairs=3) == f"{gap} (p = 0.27)."


def test_a_pair_that_the_correction_decides() -> None:
    assert said(BORDER, 0.03, (0.12, 0.18), pairs=6) == (
        "HMM is 0.40 points better than BiLSTM (95 % interval 0.10 to 0.70): not significant at n = 2,001 sentences "
        "after Holm's correction (p = 0.12; p = 0.020 without it)."
    )


def test_tests_that_disagree_say_so() -> None:
    assert said(BORDER, 0.061).endswith("(p = 0.020); approximate randomisation disagrees (p = 0.061), so the case is on the border.")
    assert said(NONE, 0.04).endswith("(p = 0.27); approximate randomisation disagrees (p = 0.040), so the case is on the border.")


def test_equal_systems() -> None:
    assert said(Paired(0.0, (0.0, 0.0), 1.0), 1.0) == "HMM and BiLSTM score the same at n = 2,001 sentences: nothing to tell apart."
    tiny = (
        "HMM and BiLSTM are less than 0.01 points apart (95 % interval -0.10 to 0.10): not significant at n = 2,001 sentences (p = 1.00)."
    )
    assert said(Paired(0.0, (-0.1, 0.1), 1.0), 1.0) == tiny


def test_runs_of_several_seeds_are_named_and_their_luck_is_told() -> None:
    gap = "By their median runs, BiLSTM is 1.13 points better than HMM (95 % interval 0.86 to 1.40): significant at n = 2,001 sentences"
    assert said(CLEAR, 0.0001, seeds=luck(0.004)) == f"{gap} (p < 0.001)."
    assert said(CLEAR, 0.0001, seeds=luck(None)) == f"{gap} (p < 0.001)."
    assert said(CLEAR, 0.0001, seeds=luck(0.056)) == f"{gap} (p < 0.001); between seeds the difference is not significant (p = 0.056)."
    assert said(NONE, 0.3, seeds=luck(0.5)).endswith("(p = 0.27).")


def seeded(first: list[float], second: list[float], fixed: tuple[bool, bool] = (False, False), spread: float = 0.1) -> SeedTest | None:
    generator = np.random.default_rng(1)
    moved = generator.normal(0, spread, (2, 999, 1))
    one, other = (
        ScoredRuns(name=name, statistics_SNK=np.zeros(0), runs=runs, drawn_RS=np.array(runs) + drawn, shown=0, fixed=is_fixed)
        for name, runs, drawn, is_fixed in zip(NAMES, (first, second), moved, fixed, strict=True)
    )
    return seed_test(one, other, seed=1)


def test_two_samples_of_runs() -> None:
    first, second = [93.1, 93.3, 93.2], [93.6, 93.9, 93.4]
    found, expected = seeded(first, second), welch(first, second)
    moved = np.random.default_rng(1).normal(0, 0.1, (2, 999, 1))
    both = hierarchical_bootstrap(np.array(first) + moved[0], np.array(second) + moved[1], first, second, seed=1)
    assert (found.kind, found.p, found.difference, found.interval) == ("Welch's t-test", expected.p, expected.difference, expected.interval)
    assert (found.exact_p, found.smallest_exact_p) == (permutation(first, second).p, 0.1)
    assert (found.both_interval, found.both_p) == (both.interval, both.p)
    assert found.runs_needed == runs_needed(expected.difference, np.std(first, ddof=1), np.std(second, ddof=1))
    low, high = expected.interval
    assert found.sentence == (
        f"On average over the runs BiLSTM is 0.43 points better than HMM (3 and 3 runs; 95 % interval {low:.2f} to {high:.2f}): "
        f"not significant (Welch's t-test, p = {expected.p:.3f}). "
        f"Over seeds and sentences together: 95 % interval {both.interval[0]:.2f} to {both.interval[1]:.2f}. "
        "So few runs rest on the scores being roughly normal: an exact test by permutation cannot fall below p = 0.1 here. "
        f"To see a difference of this size in 4 of 5 experiments, about {found.runs_needed} runs of each would be needed."
    )


def test_enough_runs_need_no_warning() -> None:
    found = seeded([93.1, 93.3, 93.2, 93.25, 93.15], [94.6, 94.9, 94.4, 94.5, 94.7])
    assert found.p < 0.001
    assert found.sentence.startswith("On average over the runs BiLSTM is 1.42 points better than HMM (5 and 5 runs; 95 % interval ")
    assert "significant (Welch's t-test, p < 0.001). Over seeds and sentences together: 95 % interval " in found.sentence
    assert "So few runs" not in found.sentence
    assert "would be needed" not in found.sentence


@pytest.mark.parametrize("turned", [False, True])
def test_a_fixed_score_against_runs_in_either_order(turned: bool) -> None:
    runs, expected = [93.6, 93.9, 93.7], against_fixed(93.0, [93.6, 93.9, 93.7])
    found = seeded(runs, [93.0], (False, True)) if turned else seeded([93.0], runs, (True, False))
    assert found.kind == "t-test of one sample against a fixed score"
    assert found.difference == pytest.approx(-expected.difference if turned else expected.difference)
    assert found.interval == pytest.approx((-expected.interval[1], -expected.interval[0]) if turned else expected.interval)
    assert found.p == pytest.approx(expected.p)
    assert (found.exact_p, found.smallest_exact_p) == (sign_flips(93.0, runs).p, 0.25)
    assert found.runs_needed == runs_needed(expected.difference, 0.0, np.std(runs, ddof=1), fixed=True)
    better, counts = (
        ("HMM is 0.73 points better than BiLSTM", "3 and 1 runs") if turned else ("BiLSTM is 0.73 points better than HMM", "1 and 3 runs")
    )
    assert f"{better} ({counts}; 95 % interval {expected.interval[0]:.2f} to {expected.interval[1]:.2f})" in found.sentence


def test_too_few_runs_to_say_anything() -> None:
    assert seeded([93.0], [94.0]) is None
    assert seeded([93.0], [94.0], (True, False)) is None
    found = seeded([93.0], [94.0, 94.2])
    assert (found.p, found.interval, found.difference, found.kind) == (None, None, pytest.approx(1.1), "none: too few runs")
    assert found.sentence == "HMM has one run only, so its luck with the seed is not known: train it under more seeds to compare."
    assert seeded([93.0, 93.1], [94.0]).sentence.startswith("BiLSTM has one run only")


def test_runs_that_do_not_differ_have_no_luck_to_test() -> None:
    found = seeded([93.0, 93.0], [94.0, 94.0])
    assert (found.p, found.interval, found.difference) == (None, None, 1.0)
    assert found.both_interval[0] < 1.0 < found.both_interval[1]
    assert found.sentence == "The runs of HMM and BiLSTM do not differ from seed to seed: there is no luck of the seed to test."


def test_a_difference_that_no_number_of_runs_would_show() -> None:
    found = seeded([93.0, 93.4], [93.0005, 93.4])
    assert found.runs_needed is None
    assert found.sentence.endswith("Not even 1,000 runs of each would be likely to show so small a difference.")

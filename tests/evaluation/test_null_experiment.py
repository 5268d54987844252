"""Where there is no difference, the tests say so about 19 times out of 20 (benchmarks/null_experiment.py, with few simulations)."""

import numpy as np
import pytest

from benchmarks.null_experiment import (
    EXPERIMENTS,
    accuracies,
    entity_statistics,
    equal_f1,
    lengths,
    on_accuracy,
    on_both,
    on_f1,
    on_seeds,
    on_words,
    rejections,
    run,
)
from seqtasks.evaluation.significance import ratio


@pytest.mark.parametrize("experiment", [on_accuracy, on_f1])
def test_tests_over_sentences_keep_their_level(experiment) -> None:
    rates = rejections(experiment, simulations=300, sentences=200, draws=300, seed=2)
    assert set(rates) == {"paired bootstrap", "approximate randomisation"}
    assert all(1.5 <= rate <= 9.0 for rate in rates.values())


def test_mcnemar_keeps_its_level_for_independent_words_only() -> None:
    rates = rejections(on_words, simulations=250, sentences=200, draws=0, seed=1)
    assert rates["McNemar, independent words"] <= 7.5
    assert rates["McNemar, the same, sd 1.5"] >= 12.0


def test_tests_over_seeds_keep_their_level() -> None:
    rates = rejections(on_seeds, simulations=400, sentences=0, draws=0, seed=1)
    assert all(rate <= 8.5 for rate in rates.values())
    assert rates["exact permutation, 3 and 3 runs"] == 0.0
    assert all(rates[f"{kind}"] >= 2.5 for kind in ("Welch, 10 and 10 runs", "exact permutation, 5 and 5 runs", "fixed score, 3 runs"))


def test_the_hierarchical_bootstrap_counts_the_luck_that_the_paired_one_does_not_see() -> None:
    rates = rejections(on_both, simulations=100, sentences=200, draws=200, seed=1)
    assert all(rate <= 12.0 for name, rate in rates.items() if name.startswith("hierarchical"))
    assert rates["(paired bootstrap of one run each, large luck: sentences alone)"] >= 20.0


def test_the_made_up_systems_are_equally_good_and_err_as_taggers_do() -> None:
    generator = np.random.default_rng(1)
    assert lengths(generator, 5000).mean() == pytest.approx(12.6, abs=0.6)
    one, other = (ratio(rows) for rows in accuracies(generator, 6000, np.zeros(2)))
    assert one == pytest.approx(other, abs=0.5)
    assert one == pytest.approx(94, abs=1)
    recall = (0.5, 0.75)
    careful, bold = (ratio(rows) for rows in entity_statistics(generator, 20_000, recall, equal_f1(recall, 0.1)))
    assert careful == pytest.approx(bold, abs=1.0)


def test_every_experiment_prints_a_line_for_each_test() -> None:
    lines = list(run(2, 30, 50, 1, ""))
    assert [line for line in lines if line.startswith("\n")] != []
    assert len([line for line in lines if line.startswith("\n")]) == len(EXPERIMENTS)
    assert all(" %  " in line for line in lines if not line.startswith("\n"))
    assert list(run(2, 30, 50, 1, "nothing of this name")) == []

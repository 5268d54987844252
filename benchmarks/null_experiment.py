"""Do the tests keep their level? Two systems of equal quality are made up over and over, and each test is asked whether they differ.

A test at 5 % should say yes in about 5 % of the simulations: more often, and it sees differences that are not there; more rarely, and it
misses some that are. With 1,000 simulations the share of a test that keeps its level lies between 3.6 and 6.4 % nineteen times out of
twenty (4.4 to 5.6 % with 6,000).

The made-up answers err as taggers do. A word is hard for both systems or for neither, so errors overlap. Sentences differ in difficulty,
and a sentence suits one system better than the other, so the errors in a sentence are not independent. Lengths are those of web text.

    python benchmarks/null_experiment.py [--simulations 1000] [--sentences 1000] [--draws 1000] [--seed 1] [--only WORD]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.seed_tests import against_fixed, hierarchical_bootstrap, permutation, welch
from seqtasks.evaluation.significance import Paired, approximate_randomisation, mcnemar, paired_bootstrap, ratio, resampled_scores

Generator = np.random.Generator
Rates = dict[str, float]
SEED_SPREAD = 0.2  # points between runs that differ in the seed alone


def lengths(generator: Generator, sentences: int) -> NDArray[np.int64]:
    """Words in each sentence: 12.6 on average, many short ones, a few long ones."""
    return 1 + generator.negative_binomial(1.2, 1.2 / (1.2 + 11.6), size=sentences)


def word_errors(
    generator: Generator, length_N: NDArray[np.int64], offsets: NDArray[np.float64], suits: float = 0.5
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """errors_MT of as many systems as there are offsets (of the log odds of an error), and the sentence of each word; about 6 % err.

    suits: how far a sentence suits one system better than another.
    """
    sentence_T = np.repeat(np.arange(len(length_N)), length_N)
    systems, words = len(offsets), len(sentence_T)
    hard_T = generator.normal(0, 2.0, words) + generator.normal(0, 0.6, len(length_N))[sentence_T] - 4.3
    suits_MT = generator.normal(0, suits, (systems, len(length_N)))[:, sentence_T]
    odds_MT = hard_T + suits_MT + np.asarray(offsets)[:, None]
    return generator.random((systems, words)) < 1 / (1 + np.exp(-odds_MT)), sentence_T


def accuracy_statistics(errors_MT: NDArray[np.bool_], sentence_T: NDArray[np.int64], length_N: NDArray[np.int64]) -> NDArray[np.float64]:
    """[M, N, 2]: right words and words of each sentence."""
    wrong_MN = np.array([np.bincount(sentence_T, weights=row, minlength=len(length_N)) for row in errors_MT])
    return np.stack([length_N - wrong_MN, np.broadcast_to(length_N, wrong_MN.shape)], axis=2)


def accuracies(generator: Generator, sentences: int, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Systems that tag words."""
    length_N = lengths(generator, sentences)
    return accuracy_statistics(*word_errors(generator, length_N, offsets), length_N)


def entity_statistics(
    generator: Generator, sentences: int, recall: tuple[float, float], spurious: tuple[float, float]
) -> NDArray[np.float64]:
    """[2, N, 2] of two systems that find entities: twice the correct ones, gold and predicted ones.

    recall, spurious: of each system, about; per gold entity.
    """
    length_N = lengths(generator, sentences)
    gold_N = generator.poisson(0.06 * length_N)
    sentence_G = np.repeat(np.arange(sentences), gold_N)
    hard_G = generator.random(len(sentence_G))
    rows = []
    for share, extra in zip(recall, spurious, strict=True):
        suits_N = generator.gamma(4.0, 0.25, sentences)  # mean 1: of the entities that this system makes up
        easy_G = 0.6 * hard_G + 0.4 * generator.random(len(sentence_G)) < _quantile(share)
        correct_N = np.bincount(sentence_G, weights=easy_G, minlength=sentences)
        made_up_N = generator.poisson(0.06 * length_N * extra * suits_N)
        rows.append(np.stack([2.0 * correct_N, gold_N + correct_N + made_up_N], axis=1))
    return np.stack(rows)


def equal_f1(recall: tuple[float, float], spurious: float) -> tuple[float, float]:
    """What the second system must make up for its F1 to equal the first's: r / (1 + r + s) is the same."""
    one, other = recall
    return spurious, other * (1 + one + spurious) / one - 1 - other


def sentence_tests(statistics_2N2: NDArray[np.float64], seed: int, draws: int) -> Rates:
    """p of both tests over sentences."""
    one, other = statistics_2N2
    return {
        "paired bootstrap": paired_bootstrap(one, other, seed=seed, draws=draws).p,
        "approximate randomisation": approximate_randomisation(one, other, seed=seed, draws=draws),
    }


def on_accuracy(generator: Generator, seed: int, sentences: int, draws: int) -> Rates:
    """Two systems of equal accuracy."""
    return sentence_tests(accuracies(generator, sentences, np.zeros(2)), seed, draws)


def on_f1(generator: Generator, seed: int, sentences: int, draws: int) -> Rates:
    """Two systems of equal recall and precision."""
    return sentence_tests(entity_statistics(generator, sentences, (0.6, 0.6), (0.25, 0.25)), seed, draws)


def on_f1_of_other_kinds(generator: Generator, seed: int, sentences: int, draws: int) -> Rates:
    """Equal F1, but one system is careful and one bold: they may not be swapped, which randomisation takes for granted."""
    recall = (0.5, 0.75)
    return sentence_tests(entity_statistics(generator, sentences, recall, equal_f1(recall, 0.1)), seed, draws)


def on_words(generator: Generator, seed: int, sentences: int, draws: int) -> Rates:
    """McNemar's test where words are independent, as it assumes, and where a sentence suits one system: a little, and a lot."""
    length_N = lengths(generator, sentences)
    found = {}
    for name, suits in (("independent words", 0.0), ("sentences that suit one system, sd 0.5", 0.5), ("the same, sd 1.5", 1.5)):
        (one, other), _ = word_errors(generator, length_N, np.zeros(2), suits)
        found[f"McNemar, {name}"] = mcnemar(int((~one & other).sum()), int((one & ~other).sum()))
    return found


def on_seeds(generator: Generator, seed: int, sentences: int, draws: int) -> Rates:
    """Scores that differ from seed to seed alone, roughly normal."""
    found = {}
    for count in (3, 5, 10):
        one, other = generator.normal(94, SEED_SPREAD, (2, count))
        found[f"Welch, {count} and {count} runs"] = _p(welch(one, other))
        found[f"exact permutation, {count} and {count} runs"] = permutation(one, other, seed=seed, draws=draws).p
        found[f"fixed score, {count} runs"] = _p(against_fixed(94.0, other))
    one, other = generator.normal(94, SEED_SPREAD, 5), generator.normal(94, 3 * SEED_SPREAD, 5)
    found["Welch, 5 and 5 runs, one spread three times the other"] = _p(welch(one, other))
    return found


def on_both(generator: Generator, seed: int, sentences: int, draws: int) -> Rates:
    """Runs of two recipes of equal quality, scored on sentences: only the hierarchical bootstrap counts both. One run: a system without
    a seed. The luck of the seed is small (0.2 points) or large (0.7 points)."""
    found = {}
    for luck, name in ((0.05, "small"), (0.2, "large")):
        for one, other in ((1, 3), (3, 3), (5, 5)):
            offsets = generator.normal(0, luck, one + other)
            offsets[:one] *= one > 1
            statistics = accuracies(generator, sentences, offsets)
            drawn_RM = resampled_scores(statistics, seed=seed, draws=draws)
            runs = [ratio(rows) for rows in statistics]
            both = hierarchical_bootstrap(drawn_RM[:, :one], drawn_RM[:, one:], runs[:one], runs[one:], seed=seed)
            found[f"hierarchical bootstrap, {name} luck, {one} and {other} runs"] = both.p
        last = paired_bootstrap(statistics[0], statistics[-1], seed=seed, draws=draws)
        found[f"(paired bootstrap of one run each, {name} luck: sentences alone)"] = last.p
    return found


Experiment = Callable[[Generator, int, int, int], Rates]
EXPERIMENTS: dict[str, Experiment] = {
    "accuracy": on_accuracy,
    "F1": on_f1,
    "F1, careful against bold": on_f1_of_other_kinds,
    "words": on_words,
    "seeds": on_seeds,
    "seeds and sentences": on_both,
}


TIMES = {"seeds": 20}  # more simulations where they cost next to nothing


def rejections(experiment: Experiment, *, simulations: int, sentences: int, draws: int, seed: int) -> Rates:
    """In how many percent of the simulations each test has p <= 0.05."""
    counts: dict[str, int] = {}
    for simulation in range(simulations):
        generator = np.random.default_rng([seed, simulation])
        for name, p in experiment(generator, simulation, sentences, draws).items():
            counts[name] = counts.get(name, 0) + (p <= 0.05)
    return {name: 100.0 * count / simulations for name, count in counts.items()}


def run(simulations: int, sentences: int, draws: int, seed: int, only: str) -> Iterator[str]:
    """A line for each test."""
    for title, experiment in EXPERIMENTS.items():
        if only in title:
            start = time.perf_counter()
            count = simulations * TIMES.get(title, 1)
            rates = rejections(experiment, simulations=count, sentences=sentences, draws=draws, seed=seed)
            yield f"\n{title}: {count} simulations ({time.perf_counter() - start:.0f} s)"
            for name, rate in rates.items():
                yield f"  {rate:5.1f} %  {name}"


def _p(found: Paired | None) -> float:
    return 1.0 if found is None else found.p


def _quantile(share: float) -> float:
    """Where 0.6 X + 0.4 Y of two uniform numbers lies below with this probability (0.34 to 0.66: the middle of the trapezium)."""
    low = 0.4 / 2 / 0.6
    if low <= share <= 1 - low:
        return 0.2 + 0.6 * share
    edge = np.sqrt(2 * 0.24 * min(share, 1 - share))
    return float(edge if share < 0.5 else 1 - edge)


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, default in (("simulations", 1000), ("sentences", 1000), ("draws", 1000), ("seed", 1)):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--only", default="", help="experiments whose name holds this word")
    options = parser.parse_args()
    band = 1.96 * np.sqrt(5 * 95 / options.simulations)
    print(f"{options.simulations} simulations of {options.sentences} sentences, {options.draws} draws, seed {options.seed}")
    print(f"expected at 5 %: {5 - band:.1f} to {5 + band:.1f} %")
    for line in run(options.simulations, options.sentences, options.draws, options.seed, options.only):
        print(line, flush=True)


if __name__ == "__main__":
    main()

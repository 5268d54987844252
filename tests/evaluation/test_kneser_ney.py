"""The n-gram that language models are measured against."""

import itertools
import math

import numpy as np
import pytest

from benchmarks.kneser_ney import KneserNey, discounts

BEGIN, END, WORDS = 0, 1, (1, 2, 3, 4, 5)


def text(sentences: int, seed: int) -> list[list[int]]:
    generator = np.random.default_rng(seed)
    return [[*generator.choice([2, 2, 2, 3, 3, 4], size=generator.integers(0, 6)).tolist(), END] for _ in range(sentences)]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("sentences", [1, 40, 300])
def test_the_probabilities_of_all_words_sum_to_one_after_every_context(order: int, sentences: int) -> None:
    model = KneserNey(text(sentences, seed=order), order=order, begin=BEGIN, outcomes=len(WORDS))
    for length in range(4):
        for context in itertools.product((BEGIN, 2, 3, 4, 5), repeat=length):
            assert sum(model.probability(word, context) for word in WORDS) == pytest.approx(1)
            assert min(model.probability(word, context) for word in WORDS) > 0


def test_a_bigram_by_hand() -> None:
    rows = [[2, 3, END], [2, 3, END], [2, 4, END]]
    model = KneserNey(rows, order=2, begin=BEGIN, outcomes=5)
    # seen after how many words: 2 after one, 3 after one, 4 after one, the end after two (3 and 4)
    unigrams = {2: 1, 3: 1, 4: 1, END: 2}
    lower = {word: (unigrams.get(word, 0) - 0.5 * (word in unigrams)) / 5 + 0.5 * 4 / 5 / 5 for word in WORDS}
    assert {word: model.probability(word, ()) for word in WORDS} == pytest.approx(lower)
    expected = (2 - 0.5) / 3 + 0.5 * 2 / 3 * lower[3]
    assert model.probability(3, (2,)) == pytest.approx(expected)
    assert model.probability(3, (4, 2)) == pytest.approx(expected)
    assert model.nats([2, END]) == pytest.approx(-math.log(model.probability(2, (BEGIN,))) - math.log(model.probability(END, (2,))))


def test_discounts_are_those_of_chen_and_goodman() -> None:
    from collections import Counter

    counts = Counter({(n,): c for n, c in enumerate([1] * 8 + [2] * 4 + [3] * 2 + [4] * 1 + [9])})
    share = 8 / (8 + 2 * 4)
    assert discounts(counts) == pytest.approx((1 - 2 * share * 4 / 8, 2 - 3 * share * 2 / 4, 3 - 4 * share * 1 / 2))
    assert discounts(Counter({(1,): 1})) == (0.5, 0.5, 0.5)

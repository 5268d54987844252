"""What attention along a translation is summed up to, against sums written out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.diagnosis.attention import statistics_of

sizes = st.integers(1, 6)


@given(sizes, sizes, st.integers(0, 3), st.integers(0, 10**6))
def test_coverage_and_entropy_equal_sums_written_out(words: int, targets: int, context: int, seed: int) -> None:
    columns = context + words + 1
    weights = np.random.default_rng(seed).dirichlet(np.full(columns, 0.3), size=targets)
    looks = statistics_of([f"w{place}" for place in range(words)], weights, weights[:1])
    for place in range(words):
        assert looks.coverage[place] == pytest.approx(sum(weights[row][context + place] for row in range(targets)))
        assert looks.reference[place] == pytest.approx(weights[0][context + place])
    entropies = [-sum(value * math.log(value) for value in row if value > 0) / math.log(columns) for row in weights]
    assert looks.entropy == pytest.approx(sum(entropies) / targets)
    assert looks.ignored == sum(value < 0.2 for value in looks.coverage) / words


def test_sharp_attention_has_no_entropy_and_even_attention_all_of_it() -> None:
    assert statistics_of(["a", "b"], np.eye(3)).entropy == 0
    assert statistics_of(["a", "b"], np.full((2, 3), 1 / 3)).entropy == pytest.approx(1)
    assert statistics_of([], np.ones((2, 1))).entropy == 0
    assert statistics_of([], np.ones((2, 1))).ignored == 0
    assert statistics_of(["a"], np.zeros((0, 2))).entropy == 0


def test_too_few_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="^attention to 2 columns cannot hold 2 words and the end$"):
        statistics_of(["a", "b"], np.ones((1, 2)))

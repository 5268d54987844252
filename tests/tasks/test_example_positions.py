"""Which held-out sentences are shown: five evenly spread, and behind them right and wrong ones if these lack them."""

from __future__ import annotations

import numpy as np
import pytest

from seqtasks.tasks.selection import BOTH, example_positions, five_positions


@pytest.mark.parametrize("seed", range(20))
def test_both_right_and_wrong_ones_are_shown_where_there_are_some(seed: int) -> None:
    draw = np.random.default_rng(seed)
    right = (draw.random(int(draw.integers(0, 60))) < draw.random()).tolist()
    found = example_positions(right)
    assert found[: len(five_positions(len(right)))] == five_positions(len(right))
    assert len(found) == len(set(found)) <= 5 + BOTH
    for way in (False, True):
        shown = sum(right[position] == way for position in found)
        assert shown >= min(BOTH, sum(answer == way for answer in right))

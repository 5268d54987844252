"""The source control: another line's source, as long as its own."""

from __future__ import annotations

import numpy as np
import pytest

from seqtasks.inference.assets import TranslationAssets
from seqtasks.tasks.translation.controls import other_sources, source_control
from seqtasks.tasks.translation.scores import EncodedPairs, forced
from seqtasks.text.encoded import Ragged
from tests.tasks.test_probe import task_of


def test_each_pair_gets_another_source_of_the_next_length() -> None:
    draw = np.random.default_rng(2)
    rows = [draw.integers(5, 9, size=int(size)).tolist() for size in draw.integers(1, 12, size=60)]
    found = other_sources(Ragged.from_lists(rows), 50)
    assert set(found) <= set(range(50))
    for place, other in found.items():
        assert rows[place] != rows[other]
        between = [row for row in rows[:50] if len(rows[place]) < len(row) < len(rows[other])]
        assert not between


def test_of_equal_sources_there_is_no_other() -> None:
    assert other_sources(Ragged.from_lists([[1, 2]] * 5), 5) == {}


@pytest.mark.usefixtures("miniature")
def test_it_scores_the_same_targets_under_both_sources() -> None:
    task = task_of("translation")
    found = source_control(task.translator, task.probed)
    assert found is not None
    others = other_sources(task.probed.sources, 500)
    assert found.lines == len(others) > 0
    pairs = [task.probed.pairs[place] for place in others]
    sources = [task.probed.pairs[other].source for other in others.values()]
    swapped = [type(pair)(source, pair.target, pair.line) for pair, source in zip(pairs, sources, strict=True)]
    for loss, part in ((found.own, pairs), (found.other, swapped)):
        total, count, _ = forced(task.translator, encoded(part, task.assets))
        assert loss == pytest.approx(total / count, rel=1e-5)
    assert found.gain == pytest.approx(found.other - found.own)


def encoded(pairs: list, assets: TranslationAssets) -> EncodedPairs:
    return EncodedPairs.of(pairs, assets)

"""What a cell is worth: the score of the tags with the cell held at its mean, against the same for cells drawn at random.

Held at its mean, a cell says the same at every word and passes nothing on in time, while what reads it gets a value that it knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqtasks.evaluation.tag_metrics import accuracy, entity_f1
from seqtasks.inference.tagger import Tagger
from seqtasks.insight.memories import Memories
from seqtasks.insight.taggers import tag_sentences

RANDOM = 20  # cells that a cell is measured against
Words = Sequence[Sequence[str]]
Cell = tuple[str, int]  # (layer, unit)


@dataclass(frozen=True)
class Cost:
    """Without one cell: how far the score falls, in points, and how many tags change."""

    cell: Cell
    points: float
    changed: int


@dataclass(frozen=True)
class Ablation:
    """metric: f1 or accuracy, in percent; score: with all cells; found: without each cell in question; random: without each random one."""

    metric: str
    score: float
    found: tuple[Cost, ...]
    random: tuple[Cost, ...]

    def beaten(self, cost: Cost) -> int:
        """How many of the random cells cost fewer points."""
        return sum(one.points < cost.points for one in self.random)


def ablate(
    tagger: Tagger,
    sentences: Words,
    gold: Words,
    head: str,
    scheme: str | None,
    memories: Memories,
    cells: Sequence[Cell],
    *,
    random: int = RANDOM,
    seed: int = 1,
) -> Ablation:
    """Without each of the cells, and each of so many random others of the trunk. memories: of these sentences, for the means.

    Raises ValueError for a cell that the trunk does not have.
    """
    if unknown := [cell for cell in cells if cell not in memories.columns]:
        raise ValueError(f"no unit {unknown[0][1]} in {unknown[0][0]!r}")
    measure = accuracy if scheme is None else entity_f1
    means = dict(zip(memories.columns, memories.memory_NC.mean(axis=0, dtype=np.float64).tolist(), strict=True))
    others = [cell for cell in memories.columns if cell not in set(cells)]
    drawn = np.random.default_rng(seed).choice(len(others), size=min(random, len(others)), replace=False)
    whole = tag_sentences(tagger, sentences, head)
    score = measure(gold, whole, scheme)

    def cost(cell: Cell) -> Cost:
        tags = tag_sentences(tagger, sentences, head, {cell[0]: {cell[1]: means[cell]}})
        changed = sum(one != other for row, before in zip(tags, whole, strict=True) for one, other in zip(row, before, strict=True))
        return Cost(cell, score - measure(gold, tags, scheme), changed)

    found = tuple(cost(cell) for cell in cells)
    return Ablation("accuracy" if scheme is None else "f1", score, found, tuple(cost(others[place]) for place in drawn.tolist()))

"""What a cell is worth: the score of the tags with the cell held at its mean, against the same for cells drawn at random.

Held at its mean, a cell says the same at every word and passes nothing on in time, while what reads it gets a value that it knows. Where
other cells know the same, no tag changes; the loss tells earlier that something is missing, so it is given beside the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from seqtasks.evaluation.tag_metrics import accuracy, entity_f1
from seqtasks.inference.tagger import Tagger, positions_of
from seqtasks.insight.memories import Memories
from seqtasks.insight.taggers import read_sentences, tags_of
from seqtasks.nn.replay import Clamps
from seqtasks.text.batching import IGNORE, pad
from seqtasks.text.tags import NESTED, convert

RANDOM = 20  # cells that a cell is measured against
Words = Sequence[Sequence[str]]
Cell = tuple[str, int]  # (layer, unit)


@dataclass(frozen=True)
class ScoredTags:
    """The tags of each sentence, and the loss of the gold tags: nats a word, 0 for a head whose spans nest."""

    tags: list[list[str]]
    nats: float


@dataclass(frozen=True)
class AblationCost:
    """Without one cell: how far the score falls, in points, how far the loss rises, in nats a word, and how many tags change."""

    cell: Cell
    points: float
    nats: float
    changed: int


@dataclass(frozen=True)
class Ablation:
    """metric: f1 or accuracy, in percent; score: with all cells; found: without each cell in question; random: without each random one."""

    metric: str
    score: float
    nats: float
    found: tuple[AblationCost, ...]
    random: tuple[AblationCost, ...]

    def beaten(self, cost: AblationCost) -> tuple[int, int]:
        """Than how many of the random cells it costs more points, and more nats."""
        return sum(one.points < cost.points for one in self.random), sum(one.nats < cost.nats for one in self.random)


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

    gold: in the scheme in which tags are written, None where they are no spans. Raises ValueError for a cell that the trunk does not have.
    """
    if unknown := [cell for cell in cells if cell not in memories.columns]:
        raise ValueError(f"no unit {unknown[0][1]} in {unknown[0][0]!r}")
    measure = accuracy if scheme is None else entity_f1
    means = dict(zip(memories.columns, memories.memory_NC.mean(axis=0, dtype=np.float64).tolist(), strict=True))
    others = [cell for cell in memories.columns if cell not in set(cells)]
    drawn = np.random.default_rng(seed).choice(len(others), size=min(random, len(others)), replace=False)
    whole = answer(tagger, sentences, gold, head, scheme)
    score = measure(gold, whole.tags, scheme)

    def cost(cell: Cell) -> AblationCost:
        found = answer(tagger, sentences, gold, head, scheme, {cell[0]: {cell[1]: means[cell]}})
        pairs = zip(found.tags, whole.tags, strict=True)
        changed = sum(one != other for row, before in pairs for one, other in zip(row, before, strict=True))
        return AblationCost(cell, score - measure(gold, found.tags, scheme), found.nats - whole.nats, changed)

    costs = tuple(cost(cell) for cell in cells), tuple(cost(others[place]) for place in drawn.tolist())
    return Ablation("accuracy" if scheme is None else "f1", score, whole.nats, *costs)


def answer(tagger: Tagger, sentences: Words, gold: Words, head: str, scheme: str | None, clamps: Clamps | None = None) -> ScoredTags:
    """One head's tags of the sentences and its loss, with some cells held at a value."""
    tagging = tagger.model.head(head)
    scored = tagging.scheme != NESTED
    rows = [convert(tags, scheme, tagging.scheme) for tags in gold] if scheme and tagging.scheme and scored else gold
    targets = positions_of(tagging.labels, rows, IGNORE) if scored else []
    tags: list[list[str]] = [[] for _ in sentences]
    loss, words = 0.0, 0
    for read in read_sentences(tagger, sentences, clamps):
        for position, own in zip(read.positions.tolist(), tags_of(tagger, read, (head,))[head], strict=True):
            tags[position] = own
        if scored:
            targets_BS = pad([targets[position] for position in read.positions.tolist()], IGNORE).to(tagger.device)
            mask_BS = read.batch.mask_BS[:, : targets_BS.size(1)]
            with torch.inference_mode():
                scores_BSN = tagger.model(read.batch, (head,))[head][:, : targets_BS.size(1)]
                loss += float(tagging.loss(scores_BSN, targets_BS, mask_BS, label_smoothing=0.0))
            words += int((targets_BS != IGNORE).sum())
    return ScoredTags(tags, loss / max(1, words))

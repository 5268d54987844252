"""Without a cell: what nobody reads costs nothing, what is read changes the tags."""

from __future__ import annotations

import copy

import pytest
import torch

from seqtasks.evaluation.tag_metrics import accuracy
from seqtasks.inference.tagger import Tagger
from seqtasks.insight.ablation import Ablation, Cost, ablate
from seqtasks.insight.taggers import memories, tag_sentences

SENTENCES = [["Anna", "sings", "in", "Paris", "."], ["The", "judge", "of", "Tolva", "sees", "Madrid", "United", "."], ["No", "."]]


@pytest.fixture
def tagger(ner):
    """A copy with a head that listens, and with units that are easily moved."""
    model = copy.deepcopy(ner.tagger.model)
    with torch.no_grad():
        generator = torch.Generator().manual_seed(3)
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator))
        model.heads["ner"].projection.weight.mul_(20)
    return Tagger(model, ner.tagger.assets, ner.tagger.device, ner.tagger.schemes)


def test_the_cost_of_a_cell_is_the_fall_of_the_score(tagger):
    gold = tag_sentences(tagger, SENTENCES, "ner")
    held = memories(tagger, SENTENCES)
    cells = [("layer 1 ahead", 1), ("layer 1 back", 2)]
    found = ablate(tagger, SENTENCES, gold, "ner", None, held, cells, random=3)
    assert (found.metric, found.score, len(found.random)) == ("accuracy", 100.0, 3)
    assert not {cost.cell for cost in found.random} & set(cells)
    for cost in found.found:
        mean = float(held.memory_NC[:, held.columns.index(cost.cell)].mean())
        tags = tag_sentences(tagger, SENTENCES, "ner", {cost.cell[0]: {cost.cell[1]: mean}})
        assert cost.points == pytest.approx(100.0 - accuracy(gold, tags, None))
        assert cost.changed == sum(one != other for row, own in zip(gold, tags, strict=True) for one, other in zip(row, own, strict=True))
    assert max(cost.changed for cost in [*found.found, *found.random]) > 0


def test_a_cell_that_nobody_reads_costs_nothing(tagger):
    with torch.no_grad():
        tagger.model.heads["ner"].projection.weight[:, 1] = 0
        tagger.model.trunk.backbone.layers[0].ahead.layer.weight_hh_l0[:, 1] = 0
    gold = tag_sentences(tagger, SENTENCES, "ner")
    found = ablate(tagger, SENTENCES, gold, "ner", "BIO", memories(tagger, SENTENCES), [("layer 1 ahead", 1)], random=1)
    assert found.metric == "f1"
    assert (found.found[0].points, found.found[0].changed) == (0.0, 0)


def test_beaten_counts_the_random_cells_that_cost_less():
    random = tuple(Cost(("layer 1", unit), points, 0) for unit, points in enumerate([0.0, 0.5, 0.5, 2.0]))
    assert Ablation("f1", 90.0, (), random).beaten(Cost(("layer 1", 9), 0.5, 1)) == 1
    assert Ablation("f1", 90.0, (), random).beaten(Cost(("layer 1", 9), 3.0, 1)) == 4


def test_a_cell_that_is_not_there_is_named(tagger):
    with pytest.raises(ValueError, match="no unit 4 in 'layer 1 ahead'"):
        ablate(tagger, SENTENCES, SENTENCES, "ner", None, memories(tagger, SENTENCES), [("layer 1 ahead", 4)])

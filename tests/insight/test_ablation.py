"""Without a cell: what nobody reads costs nothing, what is read changes the tags."""

from __future__ import annotations

import copy

import pytest
import torch

from seqtasks.evaluation.tag_metrics import accuracy
from seqtasks.inference.tagger import Tagger
from seqtasks.insight.ablation import Ablation, AblationCost, ablate, answer
from seqtasks.insight.taggers import memories

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


def tags_of(tagger, clamps=None):
    return answer(tagger, SENTENCES, SENTENCES, "ner", None, clamps).tags


def test_the_loss_is_that_of_the_probabilities_of_the_gold_tags(ner):
    words = SENTENCES[:1]
    gold = [["B-PER", "O", "O", "B-LOC", "O"]]
    found = answer(ner.tagger, words, gold, "ner", "BIO")
    (ranked,) = ner.tagger.k_best(words, "ner", 100_000)
    paths = {tuple(tags): log_probability for tags, log_probability in ranked}
    assert found.nats == pytest.approx(-paths[tuple(gold[0])] / 5, abs=1e-4)
    assert found.tags == [ner.tag(" ".join(words[0])).tags["ner"]]


def test_the_cost_of_a_cell_is_the_fall_of_the_score(tagger):
    gold = tags_of(tagger)
    held = memories(tagger, SENTENCES)
    cells = [("layer 1 ahead", 1), ("layer 1 back", 2)]
    found = ablate(tagger, SENTENCES, gold, "ner", None, held, cells, random=3)
    assert (found.metric, found.score, len(found.random)) == ("accuracy", 100.0, 3)
    assert not {cost.cell for cost in found.random} & set(cells)
    for cost in found.found:
        mean = float(held.memory_NC[:, held.columns.index(cost.cell)].mean())
        tags = tags_of(tagger, {cost.cell[0]: {cost.cell[1]: mean}})
        assert cost.points == pytest.approx(100.0 - accuracy(gold, tags, None))
        assert cost.changed == sum(one != other for row, own in zip(gold, tags, strict=True) for one, other in zip(row, own, strict=True))
    assert max(cost.changed for cost in [*found.found, *found.random]) > 0


def test_a_cell_that_nobody_reads_costs_nothing(tagger):
    with torch.no_grad():
        tagger.model.heads["ner"].projection.weight[:, 1] = 0
        tagger.model.trunk.backbone.layers[0].ahead.layer.weight_hh_l0[:, 1] = 0
    gold = tags_of(tagger)
    found = ablate(tagger, SENTENCES, gold, "ner", "BIO", memories(tagger, SENTENCES), [("layer 1 ahead", 1)], random=1)
    assert found.metric == "f1"
    assert (found.found[0].points, found.found[0].nats, found.found[0].changed) == (0.0, pytest.approx(0.0, abs=1e-6), 0)


def test_beaten_counts_the_random_cells_that_cost_less():
    random = tuple(AblationCost(("layer 1", unit), points, -points, 0) for unit, points in enumerate([0.0, 0.5, 0.5, 2.0]))
    assert Ablation("f1", 90.0, 1.0, (), random).beaten(AblationCost(("layer 1", 9), 0.5, -0.1, 1)) == (1, 3)
    assert Ablation("f1", 90.0, 1.0, (), random).beaten(AblationCost(("layer 1", 9), 3.0, 1.0, 1)) == (4, 4)


def test_a_cell_that_is_not_there_is_named(tagger):
    with pytest.raises(ValueError, match="no unit 4 in 'layer 1 ahead'"):
        ablate(tagger, SENTENCES, SENTENCES, "ner", None, memories(tagger, SENTENCES), [("layer 1 ahead", 4)])

"""Guided attention against loops over tokens."""

import math

import pytest
import torch

from seqtasks.align import Alignments
from seqtasks.text.batching import Batch
from seqtasks.training.guided_attention import SMALLEST, GuidedAttention

LINKS = [(0, 0, 0), (0, 2, 1), (0, 1, 1), (2, 1, 0)]  # pair 1 has none
POSITIONS = [2, 0, 1]


def batch_of(positions, length_S):
    ids_BS = torch.ones(len(positions), length_S, dtype=torch.long)
    return Batch(ids_BS, ids_BS.bool(), torch.tensor(positions), "translation", {})


def drawn_weights(rows=3, targets=4, sources=5):
    torch.manual_seed(1)
    return torch.softmax(torch.randn(rows, targets, sources), dim=2)


@pytest.mark.parametrize("squared", [False, True])
def test_the_loss_equals_loops_over_linked_tokens(squared):
    weights_BTS, expected = drawn_weights(), 0.0
    for row, pair in enumerate(POSITIONS):
        for target in range(4):
            linked = [s for p, s, t in LINKS if (p, t) == (pair, target)]
            for source in range(5) if linked else ():
                wanted, weight = (source in linked) / len(linked), float(weights_BTS[row, target, source])
                expected += (weight - wanted) ** 2 / 2 if squared else -wanted * math.log(weight)
    guide = GuidedAttention(Alignments.of(LINKS, pairs=3), weight=0.5, updates=0, squared=squared)
    assert float(guide(weights_BTS, batch_of(POSITIONS, 5), 7)) == pytest.approx(0.5 * expected, rel=1e-5)


def test_the_weight_falls_evenly_to_zero():
    guide = GuidedAttention(Alignments.of([], pairs=1), weight=2.0, updates=10, squared=False)
    assert [guide.weight_at(step) for step in (0, 5, 10, 11)] == [2.0, 1.0, 0.0, 0.0]
    assert GuidedAttention(guide.alignments, weight=2.0, updates=0, squared=False).weight_at(99) == 2.0


def test_weights_of_zero_cost_much_but_not_without_end():
    guide = GuidedAttention(Alignments.of([(0, 1, 0)], pairs=1), weight=1.0, updates=0, squared=False)
    weights_BTS = torch.tensor([[[1.0, 0.0]]], requires_grad=True)
    loss = guide(weights_BTS, batch_of([0], 2), 0)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(-math.log(SMALLEST))
    assert torch.isfinite(weights_BTS.grad).all()

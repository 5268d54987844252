import pytest
import torch

from seqtasks.models.neighbours import Neighbours
from seqtasks.nn.backbones import BACKBONES
from seqtasks.training.likelihood import likelihood
from tests.oracles.language_model import neighbour_loss_by_hand

LENGTHS, WORDS, UNKNOWN = [5, 1, 0, 3], 6, 1


@pytest.mark.parametrize(("kind", "both"), [("bilstm", True), ("bigru", True), ("lstm", False), ("bilstm_attention", True)])
def test_the_loss_is_that_of_each_words_neighbours_by_hand(kind, both):
    backbone = BACKBONES[kind](input_size=3, hidden_size=4, layers=2, dropout=0.0)
    module = Neighbours(hidden_size=4, both=both, words=WORDS, unknown=UNKNOWN, size=3)
    mask_BS = torch.arange(8) < torch.tensor(LENGTHS)[:, None]
    ids_BS = torch.randint(1, 9, (4, 8))  # 6 and above are beyond the vocabulary
    encoded = backbone(torch.randn(4, 8, 3), mask_BS)
    sides = module(encoded, ids_BS)
    assert [len(targets_M) for _, targets_M in sides] == [4 + 2] * (2 if both else 1)
    found = sum(likelihood(*side).smoothed for side in sides)
    rows = zip(encoded.layers[0], ids_BS.tolist(), LENGTHS, strict=True)
    expected = [neighbour_loss_by_hand(module, states_SH, words[:length], size=WORDS) for states_SH, words, length in rows]
    torch.testing.assert_close(found, torch.stack(expected).sum())


def test_no_half_has_seen_the_word_that_it_predicts():
    backbone = BACKBONES["bilstm"](input_size=3, hidden_size=4, layers=2, dropout=0.0)
    module = Neighbours(hidden_size=4, both=True, words=WORDS, unknown=UNKNOWN, size=3)
    inputs_BSE, mask_BS, ids_BS = torch.randn(1, 5, 3), torch.ones(1, 5, dtype=torch.bool), torch.tensor([[2, 3, 4, 5, 2]])
    changed_BSE = inputs_BSE.clone()
    changed_BSE[0, 3] += 1.0
    before, after = (module(backbone(some, mask_BS), ids_BS) for some in (inputs_BSE, changed_BSE))
    assert torch.equal(before[0][0][:3], after[0][0][:3])  # forward: words 0 to 2 predict 1 to 3
    assert not torch.equal(before[0][0][3], after[0][0][3])
    assert torch.equal(before[1][0][3], after[1][0][3])  # backward: word 4 predicts word 3
    assert not torch.equal(before[1][0][2], after[1][0][2])


def test_the_gradient_reaches_the_trunk_in_both_directions():
    backbone = BACKBONES["bilstm"](input_size=3, hidden_size=4, layers=2, dropout=0.0)
    module = Neighbours(hidden_size=4, both=True, words=WORDS, unknown=UNKNOWN, size=3)
    inputs_BSE, mask_BS = torch.randn(1, 4, 3, requires_grad=True), torch.ones(1, 4, dtype=torch.bool)
    sides = module(backbone(inputs_BSE, mask_BS), torch.tensor([[2, 3, 4, 5]]))
    sum(likelihood(*side).smoothed for side in sides).backward()
    lowest, above = backbone.layers
    assert all(half.layer.weight_hh_l0.grad.any() for half in (lowest.ahead, lowest.back))
    assert above.ahead.layer.weight_hh_l0.grad is None
    assert inputs_BSE.grad.any()

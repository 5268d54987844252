import pytest
import torch

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.recurrent import BidirectionalLayer, RecurrentLayer, RecurrentStack, initialise, reversal, reverse
from tests.oracles.recurrent import packed_layer, run_packed

LENGTHS = [5, 1, 7, 3]
PLAIN = ["rnn", "birnn", "gru", "bigru", "lstm", "bilstm"]  # stacks of torch's own layers


def padded(lengths, size=3, longest=None):
    """Random inputs with garbage at padding, and their mask."""
    longest = longest or max(lengths)
    mask_BS = torch.arange(longest) < torch.tensor(lengths)[:, None]
    return torch.randn(len(lengths), longest, size), mask_BS


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("layers", [1, 2])
def test_every_backbone_equals_packed_layers_with_its_weights(name, layers):
    backbone = BACKBONES[name](input_size=3, hidden_size=4, layers=layers, dropout=0.0)
    inputs_BSE, mask_BS = padded(LENGTHS, longest=9)
    encoded = backbone(inputs_BSE, mask_BS)
    expected_BSH = inputs_BSE
    for number, layer in enumerate(backbone.layers):
        expected_BSH, final_BH = run_packed(packed_layer(layer), expected_BSH, mask_BS)
        torch.testing.assert_close(encoded.layers[number], expected_BSH)
        torch.testing.assert_close(encoded.final[number], final_BH)
    assert encoded.output is encoded.layers[-1]
    assert backbone.output_size == encoded.output.size(2)


@pytest.mark.parametrize("name", PLAIN)
def test_gradients_equal_those_of_packed_layers(name):
    layer = BACKBONES[name](input_size=3, hidden_size=4, layers=1, dropout=0.0).layers[0]
    twin = packed_layer(layer)
    inputs_BSE, mask_BS = padded(LENGTHS)
    ours, theirs = inputs_BSE.clone().requires_grad_(), inputs_BSE.clone().requires_grad_()
    weight_BSH = torch.randn(len(LENGTHS), max(LENGTHS), layer.output_size)
    (layer(ours, mask_BS)[0] * weight_BSH).sum().backward()
    (run_packed(twin, theirs, mask_BS)[0] * weight_BSH).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)
    half = layer.ahead.layer if isinstance(layer, BidirectionalLayer) else layer.layer
    torch.testing.assert_close(half.weight_hh_l0.grad, twin.weight_hh_l0.grad)


@pytest.mark.parametrize("name", ["birnn", "bigru", "bilstm"])
def test_halves_see_only_their_own_side(name):
    encode = BACKBONES[name](input_size=3, hidden_size=4, layers=1, dropout=0.0)
    inputs_BSE, mask_BS = padded([5, 3])
    changed_BSE = inputs_BSE.clone()
    changed_BSE[0, 4] += 1.0  # the last word of the first sentence
    changed_BSE[1, 2] += 1.0  # and of the second
    before, after = encode(inputs_BSE, mask_BS).output, encode(changed_BSE, mask_BS).output
    for row, last in enumerate([4, 2]):
        assert torch.equal(before[row, :last, :4], after[row, :last, :4])
        assert not torch.equal(before[row, last, :4], after[row, last, :4])
        assert not torch.equal(before[row, 0, 4:], after[row, 0, 4:])
    changed_BSE = inputs_BSE.clone()
    changed_BSE[:, 0] += 1.0  # the first word
    after = encode(changed_BSE, mask_BS).output
    assert torch.equal(before[0, 1:, 4:], after[0, 1:, 4:])
    assert not torch.equal(before[0, 4, :4], after[0, 4, :4])


def test_residual_adds_the_input_of_layers_whose_sizes_agree():
    dropout = LockedDropout(0.0)
    layers = [RecurrentLayer(kind="gru", input_size=size, hidden_size=4, reverse=False) for size in (3, 4)]
    inputs_BSE, mask_BS = padded(LENGTHS)
    plain = RecurrentStack(layers, dropout=dropout)(inputs_BSE, mask_BS)
    residual = RecurrentStack(layers, dropout=dropout, residual=True)(inputs_BSE, mask_BS)
    assert torch.equal(residual.layers[0], plain.layers[0])
    torch.testing.assert_close(residual.layers[1], plain.layers[1] + plain.layers[0])
    assert torch.equal(residual.final[1], plain.final[1])


def test_dropout_between_layers_spares_the_output_and_is_one_mask_per_sentence():
    torch.manual_seed(1)
    stack = BACKBONES["gru"](input_size=3, hidden_size=40, layers=2, dropout=0.5)
    seen = []
    stack.layers[1].register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    inputs_BSE, mask_BS = padded([4, 4])
    encoded = stack(inputs_BSE, mask_BS)
    dropped_BSH = seen[0] == 0
    assert dropped_BSH.any() and not dropped_BSH.all()
    assert torch.equal(dropped_BSH, dropped_BSH[:, :1].expand_as(dropped_BSH))
    assert (encoded.layers[0] != 0).all() and (encoded.output != 0).all()


def test_reversal_mirrors_real_words_and_leaves_padding():
    mask_BS = torch.tensor([[True, True, True, False], [True, False, False, False], [False] * 4])
    assert reversal(mask_BS).tolist() == [[2, 1, 0, 3], [0, 1, 2, 3], [0, 1, 2, 3]]
    states_BSH = torch.arange(12.0).view(3, 4, 1)
    assert reverse(states_BSH, mask_BS)[:, :, 0].tolist() == [[2, 1, 0, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_reverse_has_the_right_first_and_second_gradient():
    mask_BS = torch.tensor([[True, True, True], [True, True, False]])
    states_BSH = torch.randn(2, 3, 2, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(lambda states: reverse(states, mask_BS), states_BSH)
    torch.autograd.gradgradcheck(lambda states: reverse(states, mask_BS).square(), states_BSH)


def test_initial_weights_are_orthogonal_by_gate_and_forget_gates_open():
    layer = torch.nn.LSTM(3, 4)
    initialise(layer)
    for block in layer.weight_hh_l0.split(4):
        torch.testing.assert_close(block @ block.T, torch.eye(4))
    assert (layer.bias_ih_l0 + layer.bias_hh_l0).tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8
    assert layer.weight_ih_l0.abs().max() <= (6 / 7) ** 0.5
    gru = torch.nn.GRU(3, 4)
    initialise(gru)
    assert not gru.bias_ih_l0.any()


def test_an_unknown_kind_and_an_empty_stack_are_refused():
    with pytest.raises(ValueError, match="^unknown recurrent kind 'lstn'; choose from rnn, gru, lstm$"):
        RecurrentLayer(kind="lstn", input_size=3, hidden_size=4, reverse=False)
    with pytest.raises(ValueError, match="^a stack needs at least one layer, got none$"):
        BACKBONES["lstm"](input_size=3, hidden_size=4, layers=0, dropout=0.0)

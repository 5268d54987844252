import pytest
import torch

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.running import RunningState, go_on, lowest_layer, runs_ahead

AHEAD = ["rnn", "gru", "lstm"]
WAYS = [{}, {"residual": True}, {"highway": True}]


def stack(name, **options: float):
    return BACKBONES[name](input_size=4, hidden_size=4, layers=2, dropout=0.0, **options)


@pytest.mark.parametrize("name", AHEAD)
@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize("cuts", [[7], [3, 4], [1] * 7, [2, 1, 4]])
def test_stretches_equal_one_pass(name, options, cuts):
    backbone, inputs_BSE = stack(name, **options), torch.randn(3, 7, 4)
    mask_BS = torch.ones(3, 7, dtype=torch.bool)
    expected_BSH = backbone(inputs_BSE, mask_BS).output
    state, found = RunningState.unread(backbone, 3, inputs_BSE), []
    for part_BSE, part_BS in zip(inputs_BSE.split(cuts, dim=1), mask_BS.split(cuts, dim=1), strict=True):
        states_BSH, state = go_on(backbone, part_BSE, part_BS, state)
        found.append(states_BSH)
    torch.testing.assert_close(torch.cat(found, dim=1), expected_BSH)


@pytest.mark.parametrize("name", AHEAD)
def test_rows_selected_go_on_as_they_would_have(name):
    backbone, inputs_BSE = stack(name), torch.randn(3, 5, 4)
    mask_BS = torch.ones(3, 5, dtype=torch.bool)
    order = torch.tensor([2, 0, 0])
    _, state = go_on(backbone, inputs_BSE[:, :3], mask_BS[:, :3], RunningState.unread(backbone, 3, inputs_BSE))
    further_BSH, _ = go_on(backbone, inputs_BSE[order, 3:], mask_BS[:, 3:], state.select(order))
    torch.testing.assert_close(further_BSH, backbone(inputs_BSE, mask_BS).output[order, 3:])
    again = RunningState.of_tensors(state.tensors())
    assert all(torch.equal(one, other) for one, other in zip(state.hidden + state.cells, again.hidden + again.cells, strict=True))
    assert len(state.cells) == (2 if name == "lstm" else 0)


def test_padding_after_the_end_is_zero_and_changes_nothing_before():
    backbone, inputs_BSE = stack("lstm", residual=True), torch.randn(2, 5, 4)
    mask_BS = torch.arange(5) < torch.tensor([[5], [3]])
    states_BSH, _ = go_on(backbone, inputs_BSE, mask_BS, RunningState.unread(backbone, 2, inputs_BSE))
    torch.testing.assert_close(states_BSH, backbone(inputs_BSE, mask_BS).output)
    assert not states_BSH[1, 3:].any()


def test_no_gradient_goes_back_beyond_a_detached_state():
    backbone = stack("gru")
    first_BSE, then_BSE = (torch.randn(1, 3, 4, requires_grad=True) for _ in range(2))
    mask_BS = torch.ones(1, 3, dtype=torch.bool)
    _, state = go_on(backbone, first_BSE, mask_BS, RunningState.unread(backbone, 1, first_BSE))
    go_on(backbone, then_BSE, mask_BS, state.detached())[0].sum().backward()
    assert first_BSE.grad is None
    assert then_BSE.grad.any()


def test_dropped_recurrent_weights_go_on_from_the_state_given():
    backbone, inputs_BSE = stack("lstm", recurrent_dropout=0.5).train(), torch.randn(2, 4, 4)
    mask_BS = torch.ones(2, 4, dtype=torch.bool)
    state = RunningState(tuple(torch.randn(2, 4) for _ in range(2)), tuple(torch.randn(2, 4) for _ in range(2)))
    torch.manual_seed(3)
    whole_BSH, _ = go_on(backbone, inputs_BSE, mask_BS, state)
    torch.manual_seed(3)
    first_BSH, _ = go_on(backbone, inputs_BSE[:, :2], mask_BS[:, :2], state)
    torch.testing.assert_close(first_BSH, whole_BSH[:, :2])
    other_BSH, _ = go_on(backbone, inputs_BSE, mask_BS, RunningState.unread(backbone, 2, inputs_BSE))
    assert not torch.allclose(other_BSH, whole_BSH)


def test_only_stacks_from_left_to_right_go_on():
    made = {name: BACKBONES[name](input_size=4, hidden_size=4, layers=2, dropout=0.0) for name in BACKBONES}
    assert [name for name, backbone in made.items() if runs_ahead(backbone)] == AHEAD
    assert [name for name, backbone in made.items() if lowest_layer(backbone) is None] == ["transformer", "convolution"]
    with pytest.raises(ValueError, match="only a stack of layers from left to right can go on"):
        go_on(made["bilstm"], torch.zeros(1, 1, 4), torch.ones(1, 1, dtype=torch.bool), RunningState((), ()))

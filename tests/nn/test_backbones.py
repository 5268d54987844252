"""What every backbone promises, in one table; and the values of each kind against a slow loop over words."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.recurrent import BidirectionalLayer, Highway, RecurrentLayer, RecurrentStack, interleaved, rejoined
from seqtasks.nn.transformer import RelativeBias, SelfAttention
from tests.miniature.manual import objects_of
from tests.oracles import backbones as slow

EVERY = {**BACKBONES, "mixed": objects_of("extending.md")["mixed"]}  # ours, and the manual's example
OPTIONS = [{}, {"residual": True}, {"highway": True}, {"recurrent_dropout": 0.4}, {"heads": 2}, {"inner_size": 5}]
RECURRENT = [name for name in EVERY if name not in ("transformer", "convolution")]
ROWS = [
    (name, options) for name, builder in EVERY.items() for options in OPTIONS if set(options) <= set(inspect.signature(builder).parameters)
]
LENGTHS = [5, 1, 7, 0, 3]
every = pytest.mark.parametrize(
    ("name", "options"), ROWS, ids=lambda value: value if isinstance(value, str) else "-".join(value) or "plain"
)


def made(name, options, *, layers=2, dropout=0.0, hidden_size=4):
    return EVERY[name](input_size=3, hidden_size=hidden_size, layers=layers, dropout=dropout, **options)


def padded(lengths, size=3, longest=None):
    """Random inputs with garbage at padding, and their mask."""
    longest = longest or max(lengths)
    mask_BS = torch.arange(longest) < torch.tensor(lengths)[:, None]
    return torch.randn(len(lengths), longest, size), mask_BS


@every
@pytest.mark.parametrize("layers", [1, 3])
def test_layers_and_output_size_are_as_said_and_states_at_padding_are_zero(name, options, layers):
    backbone = made(name, options, layers=layers)
    inputs_BSE, mask_BS = padded(LENGTHS)
    encoded = backbone(inputs_BSE, mask_BS)
    assert [states.shape for states in encoded.layers] == [(5, 7, backbone.output_size)] * layers
    assert encoded.output is encoded.layers[-1]
    assert not any(states[~mask_BS].any() for states in encoded.layers)
    assert all(states.isfinite().all() for states in encoded.layers)
    if name in RECURRENT:
        assert [state.shape for state in encoded.final] == [(5, backbone.output_size)] * layers
    else:
        assert encoded.final is None


@settings(deadline=None, max_examples=60)
@given(
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    extra=st.integers(0, 3),
    row=st.sampled_from(ROWS),
    layers=st.integers(1, 3),
    data=st.data(),
)
def test_a_sentence_has_the_same_states_alone_and_at_any_place_of_any_batch(lengths, extra, row, layers, data):
    torch.manual_seed(0)
    backbone = made(*row, layers=layers, dropout=0.5).eval()
    inputs_BSE, mask_BS = padded(lengths, longest=max(max(lengths), 1) + extra)
    together = backbone(inputs_BSE, mask_BS)
    order = torch.tensor(data.draw(st.permutations(range(len(lengths)))))
    shuffled = backbone(inputs_BSE[order], mask_BS[order])
    torch.testing.assert_close(shuffled.output, together.output[order], atol=1e-5, rtol=0)
    for position, length in enumerate(lengths):
        if length == 0:
            assert not together.output[position].any()
            continue
        alone = backbone(inputs_BSE[position : position + 1, :length], torch.ones(1, length, dtype=torch.bool))
        for ours, its in zip(together.layers, alone.layers, strict=True):
            torch.testing.assert_close(ours[position, :length], its[0], atol=3e-5, rtol=0)  # norms of few features magnify roundings
        for ours, its in zip(together.final or (), alone.final or (), strict=True):
            torch.testing.assert_close(ours[position], its[0], atol=1e-5, rtol=0)


@every
def test_every_parameter_gets_a_finite_gradient(name, options):
    backbone = made(name, options, dropout=0.2)
    encoded = backbone(*padded(LENGTHS))
    sum((states * torch.randn_like(states)).sum() for states in encoded.layers).backward()
    for parameter_name, parameter in backbone.named_parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any(), parameter_name


@every
def test_backbones_run_under_bf16_autocast_near_their_float32_values(name, options):
    backbone = made(name, options, hidden_size=8).eval()
    inputs_BSE, mask_BS = padded(LENGTHS)
    with torch.autocast("cpu", torch.bfloat16):
        rough = backbone(inputs_BSE, mask_BS)
        rough.output.float().sum().backward()
    torch.testing.assert_close(rough.output.float(), backbone(inputs_BSE, mask_BS).output, atol=0.06, rtol=0.02)
    assert all(parameter.grad is None or parameter.grad.isfinite().all() for parameter in backbone.parameters())


@every
@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (0, 0)])
def test_batches_without_words_give_empty_states(name, options, shape):
    backbone = made(name, options, dropout=0.1)
    encoded = backbone(torch.zeros(*shape, 3), torch.zeros(shape, dtype=torch.bool))
    assert encoded.output.shape == (*shape, backbone.output_size)
    assert encoded.final is None or not encoded.final[-1].any()


@every
def test_dropout_changes_states_in_training_and_never_in_evaluation(name, options):
    torch.manual_seed(3)
    backbone = made(name, options, dropout=0.5, hidden_size=16)
    inputs_BSE, mask_BS = padded(LENGTHS)
    assert not torch.equal(backbone(inputs_BSE, mask_BS).output, backbone(inputs_BSE, mask_BS).output)
    backbone.eval()
    assert torch.equal(backbone(inputs_BSE, mask_BS).output, backbone(inputs_BSE, mask_BS).output)


@every
def test_no_layer_is_refused(name, options):
    with pytest.raises(ValueError, match="needs? at least one layer, got (none|0)$"):
        made(name, options, layers=0)


@settings(deadline=None, max_examples=20)
@given(
    lengths=st.lists(st.integers(1, 11), min_size=1, max_size=4), dilation=st.integers(1, 5), kind=st.sampled_from(["rnn", "gru", "lstm"])
)
def test_a_dilated_layer_equals_a_loop_that_skips_words(lengths, dilation, kind):
    layer = BidirectionalLayer(kind=kind, input_size=3, hidden_size=4, dilation=dilation)
    inputs_BSE, mask_BS = padded(lengths)
    states_BSH, final_BH = layer(inputs_BSE, mask_BS)
    for position, length in enumerate(lengths):
        expected_SH = slow.stepped_both(layer, inputs_BSE[position, :length])
        torch.testing.assert_close(states_BSH[position, :length], expected_SH, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(final_BH[position], torch.cat([expected_SH[-1, :4], expected_SH[0, 4:]]), atol=1e-5, rtol=1e-4)


def test_a_dilated_backbone_skips_one_two_and_four_words():
    assert [layer.ahead.dilation for layer in made("dilated_bilstm", {}, layers=3).layers] == [1, 2, 4]
    assert [layer.back.dilation for layer in made("bilstm", {}, layers=3).layers] == [1, 1, 1]


@given(length=st.integers(0, 9), dilation=st.integers(1, 5))
def test_words_that_are_dealt_out_are_joined_again(length, dilation):
    states_BSH = torch.arange(2.0 * length * 3).view(2, length, 3)
    dealt_RPH = interleaved(states_BSH, dilation)
    assert torch.equal(rejoined(dealt_RPH, dilation, length), states_BSH)
    for number in range(min(dilation, length)):
        assert torch.equal(dealt_RPH[dilation + number][: len(states_BSH[1, number::dilation])], states_BSH[1, number::dilation])


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("reverse", [False, True])
def test_dropped_recurrent_weights_are_the_same_in_the_whole_batch_and_the_gradient_reaches_what_is_kept(kind, reverse):
    layer = RecurrentLayer(kind=kind, input_size=3, hidden_size=6, reverse=reverse, recurrent_dropout=0.5)
    inputs_BSE, mask_BS = padded([6, 4])
    torch.manual_seed(7)
    states_BSH, _ = layer(inputs_BSE, mask_BS)
    torch.manual_seed(7)
    weight_GH = layer.layer.weight_hh_l0
    dropped_GH = torch.nn.functional.dropout(weight_GH, 0.5)
    assert 0.3 < (dropped_GH == 0).float().mean() < 0.7
    for position, length in enumerate([6, 4]):
        expected_SH = slow.stepped_direction(layer, inputs_BSE[position, :length], recurrent_GH=dropped_GH)
        torch.testing.assert_close(states_BSH[position, :length], expected_SH, atol=1e-5, rtol=1e-4)
    states_BSH.sum().backward()
    assert torch.equal(weight_GH.grad != 0, dropped_GH != 0)


@pytest.mark.parametrize("name", ["gru", "bilstm", "dilated_bilstm"])
def test_recurrent_dropout_has_no_effect_in_evaluation_and_adds_no_weights(name):
    plain, dropped = made(name, {}).eval(), made(name, {"recurrent_dropout": 0.5}).eval()
    dropped.load_state_dict(plain.state_dict())
    inputs_BSE, mask_BS = padded(LENGTHS)
    assert torch.equal(plain(inputs_BSE, mask_BS).output, dropped(inputs_BSE, mask_BS).output)
    first, second = dropped.train()(inputs_BSE, mask_BS), dropped(inputs_BSE, mask_BS)
    assert not torch.equal(first.output, second.output)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_recurrent_dropout_that_is_no_rate_is_refused(rate):
    with pytest.raises(ValueError, match=f"^dropout must be at least 0 and below 1, got {rate}$"):
        made("bilstm", {"recurrent_dropout": rate})


def test_a_highway_adds_what_a_layer_was_given_through_its_gate():
    backbone = made("bigru", {"highway": True})
    inputs_BSE, mask_BS = padded([4, 2])
    encoded = backbone(inputs_BSE, mask_BS)
    below_BSE = inputs_BSE
    for number, (layer, highway) in enumerate(zip(backbone.layers, backbone.highways, strict=True)):
        for position, length in enumerate([4, 2]):
            words_SE = below_BSE[position, :length]
            gate_SH = (words_SE @ highway.gate.weight.T + highway.gate.bias).sigmoid()
            carried_SH = (words_SE @ highway.carry.weight.T + highway.carry.bias).tanh()
            expected_SH = slow.stepped_both(layer, words_SE) + gate_SH * carried_SH
            torch.testing.assert_close(encoded.layers[number][position, :length], expected_SH, atol=1e-5, rtol=1e-4)
        below_BSE = encoded.layers[number]


def test_highways_that_do_not_fit_are_refused():
    layers = [RecurrentLayer(kind="gru", input_size=size, hidden_size=4, reverse=False) for size in (3, 4)]
    highway = Highway(input_size=3, output_size=4)
    with pytest.raises(ValueError, match="^1 highways for 2 layers, residual=False; give one a layer and no residual$"):
        RecurrentStack(layers, dropout=LockedDropout(0.0), highways=[highway])
    with pytest.raises(ValueError, match="^2 highways for 2 layers, residual=True; give one a layer and no residual$"):
        made("gru", {"highway": True, "residual": True})


@settings(deadline=None, max_examples=15)
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=3), heads=st.sampled_from([1, 2, 4]))
def test_attention_on_top_of_a_bilstm_equals_a_loop_over_heads_and_words(lengths, heads):
    backbone = made("bilstm_attention", {"heads": heads})
    torch.nn.init.normal_(backbone.attention.project.bias)
    inputs_BSE, mask_BS = padded(lengths, longest=7)
    encoded, below = backbone(inputs_BSE, mask_BS), backbone.stack(inputs_BSE, mask_BS)
    assert torch.equal(encoded.layers[0], below.layers[0]) and torch.equal(encoded.final[1], below.final[1])
    for position, length in enumerate(lengths):
        top_SH = below.output[position, :length]
        expected_SH = slow.normed(backbone.norm, top_SH + slow.attended_sentence(backbone.attention, top_SH))
        torch.testing.assert_close(encoded.output[position, :length], expected_SH, atol=1e-5, rtol=1e-4)


@settings(deadline=None, max_examples=10)
@given(lengths=st.lists(st.integers(1, 20), min_size=1, max_size=3), heads=st.sampled_from([1, 2]))
def test_the_transformer_equals_a_loop_over_words(lengths, heads):
    backbone = made("transformer", {"heads": heads})
    for parameter in backbone.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    inputs_BSE, mask_BS = padded(lengths, longest=21)
    encoded = backbone(inputs_BSE, mask_BS)
    for position, length in enumerate(lengths):
        for ours, expected_SH in zip(encoded.layers, slow.transformer_sentence(backbone, inputs_BSE[position, :length]), strict=True):
            torch.testing.assert_close(ours[position, :length], expected_SH, atol=1e-4, rtol=1e-4)


@settings(deadline=None, max_examples=10)
@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=3))
def test_iterated_convolutions_equal_a_loop_over_windows(lengths):
    backbone = made("convolution", {})
    for parameter in backbone.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    inputs_BSE, mask_BS = padded(lengths, longest=13)
    encoded = backbone(inputs_BSE, mask_BS)
    for position, length in enumerate(lengths):
        for ours, expected_SH in zip(encoded.layers, slow.convolved_sentence(backbone, inputs_BSE[position, :length]), strict=True):
            torch.testing.assert_close(ours[position, :length], expected_SH, atol=1e-4, rtol=1e-4)


def test_iterations_of_the_convolution_share_their_weights_and_see_eight_more_words_each():
    assert sum(map(torch.numel, made("convolution", {}, layers=1).parameters())) == sum(
        map(torch.numel, made("convolution", {}, layers=3).parameters())
    )
    backbone = made("convolution", {}, layers=2, hidden_size=64).double()
    inputs_BSE, mask_BS = padded([40])
    inputs_BSE = inputs_BSE.double()
    changed_BSE = inputs_BSE.clone()
    changed_BSE[0, 20] *= -3.0
    before, after = backbone(inputs_BSE, mask_BS), backbone(changed_BSE, mask_BS)
    for number, reach in enumerate([8, 16]):
        changed_S = (before.layers[number][0] != after.layers[number][0]).any(dim=1)
        assert changed_S.nonzero().flatten().tolist() == list(range(20 - reach, 21 + reach))


def test_near_words_count_more_at_first_and_far_ones_share_a_number():
    bias_ASS = RelativeBias(heads=2, reach=3)(6)
    assert bias_ASS[0, 0].tolist() == [0, -0.0625, -0.125, -0.1875, -0.1875, -0.1875]
    assert torch.equal(bias_ASS[0], bias_ASS[0].T)
    assert torch.equal(bias_ASS[1], bias_ASS[0] / 16)


def test_heads_that_cannot_share_the_features_are_refused():
    with pytest.raises(ValueError, match="^3 heads cannot share 8 features evenly; choose a number of heads that divides them$"):
        SelfAttention(size=8, heads=3)

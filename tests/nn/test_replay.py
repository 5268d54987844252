"""Replayed layers: states equal the layer's own, gates equal the equations unit by unit."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.convolution import IteratedConvolutions
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.replay import replay_backbone, replay_module, replayable
from tests.oracles.replay import gru_by_unit, lstm_by_unit

RECURRENT = ["rnn", "birnn", "gru", "bigru", "lstm", "bilstm", "dilated_bilstm", "bilstm_attention"]
BESIDE = [{}, {"residual": True}, {"highway": True}]
EXACT = {torch.float32: 2e-6, torch.float64: 1e-12}


def padded(lengths, size, dtype=torch.float32):
    """Inputs with garbage at padding, and their mask."""
    mask_BS = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    return torch.randn(len(lengths), max(lengths), size, dtype=dtype), mask_BS


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=0, atol=EXACT[theirs.dtype])


@pytest.mark.parametrize("dtype", EXACT)
@pytest.mark.parametrize("beside", BESIDE, ids=str)
@pytest.mark.parametrize("kind", RECURRENT)
@settings(max_examples=5, deadline=None)
@given(lengths=st.lists(st.integers(0, 9), min_size=1, max_size=4), layers=st.integers(1, 3), size=st.integers(1, 6))
def test_replay_equals_the_backbone(kind, beside, dtype, lengths, layers, size):
    backbone = BACKBONES[kind](input_size=size, hidden_size=4, layers=layers, dropout=0.5, **beside).to(dtype).eval()
    inputs_BSE, mask_BS = padded([*lengths, 3], size, dtype)
    with torch.no_grad():
        expected, (found, traces) = backbone(inputs_BSE, mask_BS), replay_backbone(backbone, inputs_BSE, mask_BS)
    for ours, theirs in zip([*found.layers, *found.final], [*expected.layers, *expected.final], strict=True):
        close(ours, theirs)
    ways = 1 if kind in ("rnn", "gru", "lstm") else 2
    assert len(traces) == ways * layers
    assert all((trace.memory[~mask_BS] == 0).all() for trace in traces)


@pytest.mark.parametrize("kind", ["bigru", "bilstm", "dilated_bilstm"])
def test_states_of_a_sentence_are_the_same_alone_and_in_a_batch(kind):
    backbone = BACKBONES[kind](input_size=3, hidden_size=4, layers=2, dropout=0.0).double().eval()
    inputs_BSE, mask_BS = padded([5, 2, 8], 3, torch.float64)
    _, traces = replay_backbone(backbone, inputs_BSE, mask_BS)
    for row, length in enumerate([5, 2, 8]):
        _, alone = replay_backbone(backbone, inputs_BSE[row : row + 1, :length], mask_BS[row : row + 1, :length])
        for both, one in zip(traces, alone, strict=True):
            close(both.memory[row, :length], one.memory[0])
            for gate in both.gates:
                close(both.gates[gate][row, :length], one.gates[gate][0])


@pytest.mark.parametrize("dtype", EXACT)
@pytest.mark.parametrize("module", ["lstm", "gru"])
def test_gates_equal_the_equations_unit_by_unit(module, dtype):
    backbone = BACKBONES[f"bi{module}"](input_size=3, hidden_size=4, layers=1, dropout=0.0).to(dtype)
    by_unit = {"lstm": lstm_by_unit, "gru": gru_by_unit}[module]
    inputs_BSE, mask_BS = padded([6, 1, 4], 3, dtype)
    _, (ahead, back) = replay_backbone(backbone, inputs_BSE, mask_BS)
    for row, length in enumerate([6, 1, 4]):
        words_SE = inputs_BSE[row, :length]
        for trace, layer, order in ((ahead, backbone.layers[0].ahead, [0]), (back, backbone.layers[0].back, [])):
            expected = by_unit(layer.layer, words_SE if order else words_SE.flip(0))
            found = dict(trace.gates) | {"candidate": trace.candidates_BSH, "state": trace.states_BSY}
            found |= {} if trace.cells_BSH is None else {"cell": trace.cells_BSH}
            assert found.keys() == expected.keys()
            for name, values_SH in expected.items():
                close(found[name][row, :length], values_SH if order else values_SH.flip(0))


MODULES = [
    (nn.RNN, {}), (nn.RNN, {"nonlinearity": "relu"}), (nn.GRU, {}), (nn.LSTM, {}), (nn.LSTM, {"proj_size": 2}), (nn.GRU, {"bias": False}),
]  # fmt: skip


@pytest.mark.parametrize("dtype", EXACT)
@pytest.mark.parametrize(("kind", "options"), MODULES, ids=str)
@settings(max_examples=6, deadline=None)
@given(lengths=st.lists(st.integers(1, 7), min_size=1, max_size=4), layers=st.integers(1, 3), both=st.booleans(), first=st.booleans())
def test_replay_equals_torchs_module_packed_and_padded(kind, options, dtype, lengths, layers, both, first):
    module = kind(3, 4, layers, batch_first=first, bidirectional=both, dtype=dtype, dropout=0.3 if layers > 1 else 0.0, **options).eval()
    inputs_BSE, mask_BS = padded(lengths, 3, dtype)
    inputs = inputs_BSE if first else inputs_BSE.transpose(0, 1)
    packed = pack_padded_sequence(inputs, mask_BS.sum(1), batch_first=first, enforce_sorted=False)
    with torch.no_grad():
        top_BSH, _ = pad_packed_sequence(module(packed)[0], batch_first=True)
        close(torch.cat([trace.states_BSY for trace in replay_module(module, inputs, mask_BS)[-1 - both :]], dim=2), top_BSH)
        whole = module(inputs)[0] if first else module(inputs)[0].transpose(0, 1)
        close(torch.cat([trace.states_BSY for trace in replay_module(module, inputs)[-1 - both :]], dim=2), whole)


def test_replay_of_a_module_takes_its_first_states():
    module = nn.LSTM(3, 4, 2, bidirectional=True, batch_first=True, dtype=torch.float64)
    inputs_BSE, start = torch.randn(2, 5, 3, dtype=torch.float64), tuple(torch.randn(2, 4, 2, 4, dtype=torch.float64))
    traces = replay_module(module, inputs_BSE, start=start)
    expected_BSH, (_, cells_LBH) = module(inputs_BSE, start)
    close(torch.cat([trace.states_BSY for trace in traces[2:]], dim=2), expected_BSH)
    close(torch.stack([traces[0].cells_BSH[:, -1], traces[1].cells_BSH[:, 0]]), cells_LBH[:2])


def test_gradients_of_the_replay_equal_those_of_the_backbone():
    backbone = BACKBONES["bigru"](input_size=3, hidden_size=4, layers=2, dropout=0.0).double()
    inputs_BSE, mask_BS = padded([5, 2], 3, torch.float64)
    ours, theirs = inputs_BSE.clone().requires_grad_(), inputs_BSE.clone().requires_grad_()
    replay_backbone(backbone, ours, mask_BS)[0].output.square().sum().backward()
    backbone(theirs, mask_BS).output.square().sum().backward()
    close(ours.grad, theirs.grad)


def test_a_held_cell_stays_and_no_word_before_it_notices():
    backbone = BACKBONES["lstm"](input_size=3, hidden_size=4, layers=2, dropout=0.0).double()
    inputs_BSE, mask_BS = padded([5, 3], 3, torch.float64)
    free, (_, traces) = backbone(inputs_BSE, mask_BS), replay_backbone(backbone, inputs_BSE, mask_BS, {"layer 1": {2: 0.25}})
    assert (traces[0].cells_BSH[:, :, 2][mask_BS] == 0.25).all()
    assert not torch.allclose(traces[1].states_BSY, free.output)
    weight_HH = backbone.layers[0].layer.weight_hh_l0
    with torch.no_grad():
        weight_HH[:, 2] = 0  # nobody listens to the unit within its layer
    _, alone = replay_backbone(backbone, inputs_BSE, mask_BS)
    _, without = replay_backbone(backbone, inputs_BSE, mask_BS, {"layer 1": {2: 0.25}})
    others = [0, 1, 3]
    close(without[0].cells_BSH[:, :, others], alone[0].cells_BSH[:, :, others])


def test_what_cannot_be_replayed_is_named():
    convolution = IteratedConvolutions(input_size=3, hidden_size=4, layers=1, dropout=LockedDropout(0.0))
    assert not replayable(convolution)
    inputs_BSE, mask_BS = padded([2], 3)
    with pytest.raises(ValueError, match="IteratedConvolutions has no recurrent layers that could be replayed"):
        replay_backbone(convolution, inputs_BSE, mask_BS)
    lstm = BACKBONES["lstm"](input_size=3, hidden_size=4, layers=1, dropout=0.0)
    with pytest.raises(ValueError, match=r"no layer 'layer 2' to hold units of; choose from layer 1"):
        replay_backbone(lstm, inputs_BSE, mask_BS, {"layer 2": {0: 0.0}})
    with pytest.raises(ValueError, match="no unit 4 among 4, which are numbered from 0"):
        replay_backbone(lstm, inputs_BSE, mask_BS, {"layer 1": {4: 0.0}})
    with pytest.raises(ValueError, match=r"the module takes batches of sequences of 3 features, got a tensor of \[2, 3\]"):
        replay_module(nn.LSTM(3, 4), torch.randn(2, 3))

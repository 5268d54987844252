"""Biases that gates begin with: their values, gate by gate, and that nothing else changes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.biases import gated_layers, set_chrono_biases, set_forget_biases

SIZES = {"input_size": 3, "hidden_size": 400, "layers": 2, "dropout": 0.0}
GATED = sorted(set(BACKBONES) - {"rnn", "birnn", "transformer", "convolution"})


def summed_biases(layer: nn.RNNBase) -> tuple[torch.Tensor, ...]:
    """Both biases of a one-layer module together, by gate."""
    return (layer.bias_ih_l0 + layer.bias_hh_l0).detach().split(layer.hidden_size)


@pytest.mark.parametrize("kind", ["lstm", "dilated_bilstm"])
def test_an_lstm_forgets_at_times_drawn_uniformly_and_enters_as_much_as_it_forgets(kind: str) -> None:
    backbone = BACKBONES[kind](**SIZES)
    set_chrono_biases(backbone, 41)
    for layer, words in gated_layers(backbone).items():
        enter_H, forget_H, new_H, leave_H = summed_biases(layer)
        times_H, last = forget_H.exp(), 41 / words - 1
        assert times_H.min() >= 1 and times_H.max() <= last + 1e-4
        assert abs(times_H.mean() - (1 + last) / 2) < 4 * (last - 1) / math.sqrt(12 * 400)  # four standard errors of a uniform mean
        torch.testing.assert_close(enter_H, -forget_H)
        assert not new_H.any() and not leave_H.any()


def test_a_gru_keeps_by_its_update_gate() -> None:
    gru = nn.GRU(3, 400)
    set_chrono_biases(gru, 11)
    reset_H, update_H, new_H = summed_biases(gru)
    assert not reset_H.any() and not new_H.any()
    times_H = update_H.exp()  # a GRU keeps s(b) of its state, so it forgets within 1 + e^b words
    assert 1 <= times_H.min() < 1.3 and 9.7 < times_H.max() <= 10 + 1e-4


def test_the_shortest_distance_opens_all_gates_by_half() -> None:
    lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    set_chrono_biases(lstm, 2)
    assert not any(parameter.any() for name, parameter in lstm.named_parameters() if name.startswith("bias"))


@pytest.mark.parametrize("kind", GATED)
def test_weights_stay_and_only_biases_of_recurrent_layers_change(kind: str) -> None:
    torch.manual_seed(0)
    plain = BACKBONES[kind](input_size=3, hidden_size=8, layers=2, dropout=0.0)
    torch.manual_seed(0)
    chrono = BACKBONES[kind](input_size=3, hidden_size=8, layers=2, dropout=0.0)
    set_chrono_biases(chrono, 30)
    changed = {name for name, weight in chrono.named_parameters() if not torch.equal(weight, dict(plain.named_parameters())[name])}
    assert changed == {name for name, _ in plain.named_parameters() if "bias_ih" in name}


def test_forget_biases_are_what_they_are_set_to() -> None:
    lstm = nn.LSTM(3, 4, num_layers=2)
    set_forget_biases(lstm, 2.0)
    for number in range(2):
        total_G = getattr(lstm, f"bias_ih_l{number}") + getattr(lstm, f"bias_hh_l{number}")
        assert total_G.tolist() == [0.0] * 4 + [2.0] * 4 + [0.0] * 8


def test_what_has_no_gates_or_no_biases_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^RNN has no nn\.LSTM or nn\.GRU, so no gates to initialise$"):
        set_chrono_biases(nn.RNN(3, 4), 10)
    with pytest.raises(ValueError, match=r"^GRU has no nn\.LSTM, so no forget gates$"):
        set_forget_biases(nn.GRU(3, 4), 1.0)
    with pytest.raises(ValueError, match=r"^LSTM was made without biases; make it with bias=True$"):
        set_chrono_biases(nn.LSTM(3, 4, bias=False), 10)
    with pytest.raises(ValueError, match="^chrono initialisation needs a longest distance of at least 2 words, got 1$"):
        set_chrono_biases(nn.LSTM(3, 4), 1)

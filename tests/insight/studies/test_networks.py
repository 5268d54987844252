"""Networks of studies read from left to right, begin as they are called, and are of equal size."""

from __future__ import annotations

import pytest
import torch

from seqtasks.errors import UsageError
from seqtasks.insight.studies.networks import DILATIONS, NETWORKS, network_kinds
from seqtasks.nn.biases import gated_layers


def built(name: str, hidden_size: int = 6, longest: int = 30) -> torch.nn.Module:
    torch.manual_seed(0)
    return NETWORKS[name].build(5, hidden_size, longest).eval()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_words_state_is_that_of_the_words_up_to_it_alone(name: str) -> None:
    network, words_BSE = built(name), torch.randn(2, 20, 5)
    whole_BSH = network(words_BSE, torch.ones(2, 20, dtype=torch.bool)).output
    for length in (1, 7, 19):
        own_BSH = network(words_BSE[:, :length], torch.ones(2, length, dtype=torch.bool)).output
        torch.testing.assert_close(own_BSH, whole_BSH[:, :length], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("parameters", [3000, 7000])
def test_matched_sizes_come_as_near_as_one_more_unit_allows(name: str, parameters: int) -> None:
    kind = NETWORKS[name]

    def count(hidden: int) -> int:
        return sum(weight.numel() for weight in kind.build(5, hidden, 2).parameters()) + 3 * hidden

    hidden = kind.matched(5, parameters, lambda size: 3 * size)
    assert hidden % kind.unit == 0
    nearby = [size for size in (hidden - kind.unit, hidden, hidden + kind.unit) if size > 0]
    assert min(nearby, key=lambda size: abs(count(size) - parameters)) == hidden


def test_matching_sizes_draws_nothing() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    NETWORKS["lstm"].matched(5, 2000)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize(("name", "bias"), [("lstm-bias-0", 0.0), ("lstm", 1.0), ("lstm-bias-2", 2.0)])
def test_forget_gates_begin_as_a_network_is_called(name: str, bias: float) -> None:
    (layer,) = gated_layers(built(name))
    total_G = layer.bias_ih_l0 + layer.bias_hh_l0
    assert total_G.tolist() == [0.0] * 6 + [bias] * 6 + [0.0] * 12


def test_chrono_is_set_to_the_longest_distance() -> None:
    (layer,) = gated_layers(built("lstm-chrono", hidden_size=300, longest=30))
    assert 28 < layer.bias_ih_l0[300:600].exp().max() <= 29 + 1e-4


def test_torchs_own_beginning_is_uniform_and_ours_is_orthogonal() -> None:
    plain, orthogonal = (built(name, hidden_size=40).layers[0].layer for name in ("rnn", "rnn-orthogonal"))
    for weight in plain.parameters():
        assert weight.abs().max() <= 40**-0.5
    torch.testing.assert_close(orthogonal.weight_hh_l0 @ orthogonal.weight_hh_l0.T, torch.eye(40), atol=1e-5, rtol=0)


def test_dilated_layers_go_from_one_word_to_the_one_so_many_further_on() -> None:
    assert [layer.dilation for layer in built("dilated").layers] == list(DILATIONS)


def test_an_unknown_network_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"^no network 'lstm-crono'; did you mean 'lstm-chrono'\? Networks: rnn, rnn-orthogonal, gru, "):
        network_kinds(["lstm", "lstm-crono"])
    assert [kind.name for kind in network_kinds(["gru", "rnn"])] == ["gru", "rnn"]

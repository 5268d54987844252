"""Gradients by distance equal chains of Jacobians, on our backbones and on modules of one's own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from seqtasks.insight.gradients import area_under_curve, gradients_by_distance, relative, relative_gradients, standard_normal
from seqtasks.nn.backbones import BACKBONES
from tests.oracles.gradients import elman_norms, jacobian_norms, separated_pairs


def directions(sentences: int, size: int, seed: int) -> torch.Tensor:
    return torch.randn(sentences, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_gradients_of_an_elman_network_equal_the_chain_of_its_jacobians() -> None:
    layer, inputs_BSE = nn.RNN(3, 5, batch_first=True), standard_normal(4, 9, 3, seed=2)
    expected_D = elman_norms(layer, inputs_BSE, directions(4, 5, 7))
    np.testing.assert_allclose(gradients_by_distance(layer, inputs_BSE, seed=7), expected_D, rtol=1e-10)


def test_the_mean_over_directions_is_the_frobenius_norm_of_the_jacobian() -> None:
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 3, batch_first=True).double()
    words_SE = standard_normal(1, 6, 2, seed=1)[0]
    expected_D = jacobian_norms(lambda words: lstm(words)[0], words_SE)
    found_D = gradients_by_distance(lstm, words_SE.expand(20_000, -1, -1))
    np.testing.assert_allclose(found_D, expected_D, rtol=0.03)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_a_backbone_a_module_in_either_order_and_a_function_are_measured_alike(kind: str) -> None:
    backbone, inputs_BSE = BACKBONES[kind](input_size=3, hidden_size=4, layers=1, dropout=0.5), standard_normal(3, 7, 3, seed=1)
    layer = backbone.layers[0].layer
    time_first = type(layer)(3, 4)
    time_first.load_state_dict(layer.state_dict())
    double = type(layer)(3, 4, batch_first=True).double()
    double.load_state_dict(layer.state_dict())
    expected_D = gradients_by_distance(backbone, inputs_BSE, seed=3)
    for network in (layer, time_first, lambda words: double(words)[0], lambda words: double(words)[0][:, -1]):
        np.testing.assert_allclose(gradients_by_distance(network, inputs_BSE, seed=3), expected_D, rtol=1e-10)


def test_a_module_stays_as_it_was() -> None:
    lstm = nn.LSTM(3, 4, batch_first=True)
    before = [weight.clone() for weight in lstm.parameters()]
    relative_gradients(lstm, standard_normal(2, 5, 3, seed=1))
    assert lstm.training and all(weight.dtype == torch.float32 and weight.grad is None for weight in lstm.parameters())
    assert all(torch.equal(weight, old) for weight, old in zip(lstm.parameters(), before, strict=True))


def test_relative_gradients_begin_with_one_and_a_last_word_without_gradient_gives_none() -> None:
    found_D = relative_gradients(nn.GRU(3, 4, batch_first=True), standard_normal(2, 5, 3, seed=1))
    assert found_D[0] == 1 and len(found_D) == 5
    assert np.isnan(relative(np.array([0.0, 1.0]))).all()
    first_only = gradients_by_distance(lambda words_BSE: 2 * words_BSE[:, 0], standard_normal(2, 3, 4, seed=1))
    assert first_only[:2].tolist() == [0.0, 0.0] and first_only[2] > 0


def test_inputs_scale_as_they_are_told() -> None:
    torch.testing.assert_close(standard_normal(2, 3, 4, seed=5, scale=0.1), 0.1 * standard_normal(2, 3, 4, seed=5))


@pytest.mark.parametrize(
    ("network", "shape", "message"),
    [
        (nn.LSTM(3, 4), (5, 3), r"gradients are measured on a batch of sequences \[B, S, E\], got a tensor of \[5, 3\]"),
        (nn.LSTM(3, 4), (2, 0, 3), r"got a tensor of \[2, 0, 3\]"),
        (lambda words: words.detach() * 2, (2, 5, 3), "does not depend on its inputs by anything that has a gradient"),
        (lambda words: (words, words), (2, 5, 3), r"must answer with a tensor \[B, S, H\] or \[B, H\], got tuple; wrap it in a function"),
        (lambda words: words.sum(), (2, 5, 3), r"got one of \[\]; wrap it"),
    ],
)
def test_what_cannot_be_measured_is_refused(network, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gradients_by_distance(network, torch.zeros(shape))


def test_area_under_curve_equals_counting_pairs_ties_by_half() -> None:
    drawn = np.random.default_rng(3)
    scores, positive = drawn.integers(0, 6, 40).astype(float), drawn.random(40) < 0.4
    assert area_under_curve(scores, positive) == pytest.approx(separated_pairs(scores, positive))
    assert np.isnan(area_under_curve([1.0, 2.0], [True, True]))

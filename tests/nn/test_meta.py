"""Modules built for their shapes alone."""

import torch
from torch import nn

from seqtasks.nn.meta import shapes_only


def test_modules_have_their_sizes_no_numbers_and_the_generator_stays() -> None:
    before = torch.get_rng_state()
    with shapes_only():
        built = nn.ModuleList([nn.Embedding(7, 5), nn.LSTM(5, 4), nn.Linear(4, 3)])
        nn.init.orthogonal_(built[2].weight)
    assert torch.equal(torch.get_rng_state(), before)
    assert {parameter.device.type for parameter in built.parameters()} == {"meta"}
    real = nn.ModuleList([nn.Embedding(7, 5), nn.LSTM(5, 4), nn.Linear(4, 3)])
    assert [parameter.shape for parameter in built.parameters()] == [parameter.shape for parameter in real.parameters()]

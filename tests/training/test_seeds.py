"""Random state: a seed says what is drawn, and a saved state says what is drawn next."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from seqtasks.training.seeds import generator_states, restore_generators

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def draws():
    """Of every kind that training has: weights, dropout and an order."""
    return [nn.Linear(3, 2).weight.tolist(), functional.dropout(torch.ones(50), 0.5).tolist(), torch.randperm(20).tolist()]


@pytest.mark.parametrize("seed", [0, 1, 2**32])
def test_the_same_seed_draws_the_same_and_another_seed_something_else(seed):
    torch.manual_seed(seed)
    first = draws()
    torch.manual_seed(seed)
    assert draws() == first
    torch.manual_seed(seed + 1)
    assert draws() != first


def test_a_seed_draws_what_torch_draws_from_it():
    torch.manual_seed(7)
    found = torch.rand(4)
    assert torch.equal(found, torch.rand(4, generator=torch.Generator().manual_seed(7)))


def test_what_is_drawn_after_restoring_is_what_was_drawn_after_saving():
    torch.manual_seed(3)
    draws()
    states = generator_states(CPU)
    after = [draws(), draws()]
    torch.manual_seed(99)
    restore_generators(states, CPU)
    assert [draws(), draws()] == after
    restore_generators(states, CPU)  # drawing has not changed what was saved
    assert draws() == after[0]


def test_the_states_of_a_cpu_are_one_tensor_of_bytes_that_a_file_can_hold():
    torch.manual_seed(5)
    states = generator_states(CPU)
    assert {name: state.dtype for name, state in states.items()} == {"cpu": torch.uint8}
    expected = draws()
    copy = {"cpu": torch.tensor(states["cpu"].tolist(), dtype=torch.uint8)}
    restore_generators(copy, CPU)
    assert draws() == expected


def test_states_of_a_run_on_a_cpu_go_on_on_a_gpu_and_the_other_way_round():
    torch.manual_seed(5)
    states = generator_states(CPU)
    expected = draws()
    restore_generators(states, CUDA)  # it has no state of a GPU to put back
    assert draws() == expected
    restore_generators({**states, "cuda": torch.zeros(16, dtype=torch.uint8)}, CPU)  # that of a GPU is left alone
    assert draws() == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_gpu_draws_on_where_it_was_saved():
    torch.manual_seed(3)
    torch.rand(5, device=CUDA)
    states = generator_states(CUDA)
    after = torch.rand(5, device=CUDA)
    torch.manual_seed(99)
    restore_generators(states, CUDA)
    assert torch.equal(torch.rand(5, device=CUDA), after)

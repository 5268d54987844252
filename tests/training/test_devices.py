"""Devices and precisions: what is there is found, what is not is said in one line."""

import pytest
import torch

from seqtasks.errors import DeviceError
from seqtasks.training.devices import WORTH, bf16_factor, describe_machine, find_device, find_precision, product_shapes

CPU = torch.device("cpu")
MODEL = torch.nn.ModuleDict({"table": torch.nn.Embedding(500, 8), "cell": torch.nn.LSTM(8, 16), "out": torch.nn.Linear(16, 40)})


def test_the_cpu_is_found():
    assert find_device("cpu") == CPU


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_where_there_is_none_is_one_clear_line():
    with pytest.raises(DeviceError, match=r"^device 'cuda:1' \(--device\): no CUDA GPU is available here\. Use cpu\.$"):
        find_device("cuda:1")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_auto_takes_the_cpu_where_there_is_no_gpu():
    assert find_device("auto") == CPU


@pytest.mark.parametrize(
    ("name", "problem"), [("gpu", "no such kind of device"), ("meta", "not supported"), ("", "no such kind of device")]
)
def test_an_unknown_device_is_one_clear_line(name, problem):
    with pytest.raises(DeviceError, match=rf"^device {name!r} \(--device\): {problem}\. Use cpu, cuda, cuda:N, mps or auto\."):
        find_device(name)


def test_precisions_resolve_to_what_runs():
    assert find_precision("float32", CPU, MODEL) == "float32"
    assert find_precision("bf16", CPU, MODEL) == "bf16"
    factor = bf16_factor(product_shapes(MODEL))
    assert find_precision("auto", CPU, MODEL) == ("bf16" if factor > WORTH else "float32")


def test_the_machine_is_described_by_what_results_depend_on():
    assert set(describe_machine(CPU, "bf16")) == {"torch", "device", "threads", "precision"}


def test_products_of_the_largest_matrices_are_timed_and_no_table():
    assert product_shapes(MODEL) == ((64, 16), (40, 16), (64, 8))
    assert bf16_factor(()) == 0.0


def test_measuring_draws_no_random_number():
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    bf16_factor(((33, 17),))
    assert torch.equal(torch.rand(3), expected)

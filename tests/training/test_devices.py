"""Devices and precisions: what is there is found, what is not is said in one line."""

import pytest
import torch

from seqtasks.errors import DeviceError
from seqtasks.training.devices import describe_machine, find_device, find_precision

CPU = torch.device("cpu")


def test_the_cpu_is_found():
    assert find_device("cpu") == CPU


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_where_there_is_none_is_one_clear_line():
    with pytest.raises(DeviceError, match=r"--device cuda:1: no CUDA GPU is available here\. Use --device cpu\."):
        find_device("cuda:1")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_auto_takes_the_cpu_where_there_is_no_gpu():
    assert find_device("auto") == CPU


@pytest.mark.parametrize(
    ("name", "problem"), [("gpu", "no such kind of device"), ("meta", "not supported"), ("", "no such kind of device")]
)
def test_an_unknown_device_is_one_clear_line(name, problem):
    with pytest.raises(DeviceError, match=rf"--device {name}: {problem}\. Use cpu, cuda, cuda:N, mps or auto\."):
        find_device(name)


def test_precisions_resolve_to_what_runs():
    assert find_precision("float32", CPU) == "float32"
    assert find_precision("bf16", CPU) == "bf16"
    assert find_precision("auto", CPU) in ("float32", "bf16")


def test_the_machine_is_described_by_what_results_depend_on():
    assert set(describe_machine(CPU, "bf16")) == {"torch", "device", "threads", "precision"}

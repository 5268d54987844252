"""Devices and precisions: what is there is found, what is not is said in one line."""

import pytest
import torch

from seqtasks.errors import DeviceError
from seqtasks.training.devices import autocast, describe_machine, find_device, find_precision, in_threads

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


def test_autocast_multiplies_in_bfloat16_only_when_asked():
    matrix = torch.eye(4)
    with autocast(CPU, "bf16"):
        assert (matrix @ matrix).dtype == torch.bfloat16
    with autocast(CPU, "float32"):
        assert (matrix @ matrix).dtype == torch.float32


def test_the_machine_is_described_by_what_results_depend_on():
    assert set(describe_machine(CPU, "bf16")) == {"torch", "device", "threads", "precision"}


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_work_in_threads_is_answered_in_order_and_each_thread_computes_alone(threads):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = in_threads(lambda item: (item * item, torch.get_num_threads()), range(4), CPU)
        assert [square for square, _ in found] == [0, 1, 4, 9]
        assert {own for _, own in found} == {1}
        assert torch.get_num_threads() == threads
        assert in_threads(lambda item: item, [], CPU) == []
    finally:
        torch.set_num_threads(before)


def test_an_error_in_a_thread_is_raised():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(ZeroDivisionError):
            in_threads(lambda item: 1 // item, [1, 0], CPU)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)

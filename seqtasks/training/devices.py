"""What this machine can do: the device and the precision a run asked for, or one clear line why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import torch
from torch import nn

from seqtasks.errors import DeviceError

PRECISIONS = ("float32", "bf16", "auto")
ROWS, ROUNDS, LARGEST = 64, 9, 3  # of the products that are timed: rows of the input, repetitions, weights of a model
KINDS = (torch.float32, torch.bfloat16)
WORTH = 1.1  # how many times faster bf16 has to be: its rounding is no gift


def find_device(name: str | torch.device) -> torch.device:
    """The torch device called `name`, or that device: "auto" (the first GPU, else the CPU), "cpu", "cuda", "cuda:1", "mps".

    Raises DeviceError where it does not exist.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        raise DeviceError(f"device {str(name)!r} (--device): no such kind of device. Use cpu, cuda, cuda:N, mps or auto.") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise DeviceError(f"device {str(name)!r} (--device): no CUDA GPU is available here. Use cpu.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"device {str(name)!r} (--device): this machine has {torch.cuda.device_count()} GPU(s), counted from cuda:0.")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise DeviceError(f"device {str(name)!r} (--device): no Apple GPU is available here. Use cpu.")
    if device.type not in ("cpu", "cuda", "mps"):
        raise DeviceError(f"device {str(name)!r} (--device): not supported. Use cpu, cuda, cuda:N, mps or auto.")
    return device


def find_precision(name: str, device: torch.device, model: nn.Module) -> str:
    """ "float32" or "bf16". "auto" takes bf16 where it is fast: GPUs from Ampere on, CPUs where `bf16_factor` says so of the model."""
    if name != "auto":
        if name == "bf16" and device.type == "cuda" and not torch.cuda.is_bf16_supported():
            raise DeviceError("training.precision = 'bf16': this GPU has no bfloat16. Use 'float32' or 'auto'.")
        return name
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bf16" if device.type == "cpu" and bf16_factor(product_shapes(model)) > WORTH else "float32"


def product_shapes(model: nn.Module) -> tuple[tuple[int, int], ...]:
    """The shapes of a model's largest matrices, but for tables of embeddings that nothing is multiplied with."""
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    shapes = [(weight.size(0), weight.size(1)) for weight in model.parameters() if weight.dim() == 2 and id(weight) not in tables]
    return tuple(sorted(shapes, key=lambda shape: -shape[0] * shape[1])[:LARGEST])


@lru_cache
def bf16_factor(shapes: tuple[tuple[int, int], ...]) -> float:
    """How many times as fast as in float32 this CPU multiplies matrices of these shapes in bfloat16: measured, once in a process.

    Of each precision the best of some interleaved rounds counts. Nothing is measured, and 0 returned, where the processor does not say
    that it has instructions for bfloat16. Takes a few hundredths of a second; draws no random number.
    """
    if not shapes or not cpu_has_fast_bf16():
        return 0.0
    inputs = [
        [(torch.ones(ROWS, columns, dtype=kind), torch.ones(columns, rows, dtype=kind)) for rows, columns in shapes] for kind in KINDS
    ]
    best = [float("inf")] * len(KINDS)
    for _ in range(ROUNDS):
        for place, pairs in enumerate(inputs):
            start = perf_counter()
            for left, right in pairs:
                left @ right
            best[place] = min(best[place], perf_counter() - start)
    return best[0] / best[1]


def cpu_has_fast_bf16() -> bool:
    """Whether the processor says that it has AVX512-BF16 or AMX instructions."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Numbers below 1e-38 count as zero, which is much faster on CPUs; afterwards the process computes as before."""
    before = float(torch.tensor([torch.finfo(torch.float32).tiny]) / 2) == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def describe_machine(device: torch.device, precision: str) -> dict[str, str]:
    """What the bits of a result depend on: recorded in checkpoints and compared on resume."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else torch.backends.cpu.get_cpu_capability()
    return {"torch": torch.__version__, "device": f"{device.type} {name}", "threads": str(torch.get_num_threads()), "precision": precision}

"""What this machine can do: the device and the precision a run asked for, or one clear line why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from seqtasks.errors import DeviceError

PRECISIONS = ("float32", "bf16", "auto")


def find_device(name: str | torch.device) -> torch.device:
    """The torch device called `name`, or that device: "auto" (the first GPU, else the CPU), "cpu", "cuda", "cuda:1", "mps".

    Raises DeviceError where it does not exist.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        raise DeviceError(f"--device {name}: no such kind of device. Use cpu, cuda, cuda:N, mps or auto.") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise DeviceError(f"--device {name}: no CUDA GPU is available here. Use --device cpu.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"--device {name}: this machine has {torch.cuda.device_count()} GPU(s), counted from cuda:0.")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise DeviceError(f"--device {name}: no Apple GPU is available here. Use --device cpu.")
    if device.type not in ("cpu", "cuda", "mps"):
        raise DeviceError(f"--device {name}: not supported. Use cpu, cuda, cuda:N, mps or auto.")
    return device


def find_precision(name: str, device: torch.device) -> str:
    """ "float32" or "bf16". "auto" takes bf16 where it is fast: GPUs from Ampere on, CPUs with AVX512-BF16 or AMX."""
    if name != "auto":
        if name == "bf16" and device.type == "cuda" and not torch.cuda.is_bf16_supported():
            raise DeviceError("training.precision = 'bf16': this GPU has no bfloat16. Use 'float32' or 'auto'.")
        return name
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bf16" if device.type == "cpu" and cpu_has_fast_bf16() else "float32"


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

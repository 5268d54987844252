"""How much memory a model would need, before any of it is taken: it is built on torch's device "meta", whose tensors have sizes only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from seqtasks.errors import UsageError
from seqtasks.nn.meta import shapes_only

TRAINED = 4  # numbers for each of the model's: itself, its gradient and Adam's two means
LOADED = 1
CGROUP = Path("/sys/fs/cgroup/memory.max")  # what a container is allowed


def refuse_too_large(make: Callable[[], nn.Module], device: torch.device, *, copies: int, memory: int | None = None) -> None:
    """Raises UsageError where the model that `make` builds does not fit into the memory there is. copies: TRAINED or LOADED.

    memory: bytes, where they are not to be looked up.
    """
    memory = memory_of(device) if memory is None else memory
    try:
        with shapes_only():
            numbers = sum(parameter.numel() for parameter in make().parameters())
    except (RuntimeError, OverflowError, MemoryError) as fault:
        if isinstance(fault, RuntimeError) and "overflow" not in str(fault).lower() and "too large" not in str(fault).lower():
            return  # a part of another package that cannot be built so: its own build will tell
        raise UsageError(
            "the model's sizes are beyond what any machine can address. Lower hidden_size, embedding sizes or layers."
        ) from None
    needed = 4 * copies * numbers
    if needed > memory:
        doing = "train" if copies > 1 else "load"
        raise UsageError(
            f"the model has {numbers:,} numbers and needs {gigabytes(needed)} to {doing}; this machine has {gigabytes(memory)}. "
            "Lower hidden_size, embedding sizes, layers or the vocabulary."
        )


def memory_of(device: torch.device) -> int:
    """Bytes of memory of a device, or of this machine."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    try:
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # a system that does not tell
        return 1 << 50
    try:
        return min(whole, int(CGROUP.read_text()))
    except (OSError, ValueError):  # none, or "max"
        return whole


def gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"

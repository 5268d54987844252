"""Modules built for their shapes alone, on torch's device "meta", whose tensors have sizes and no numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

FILLS = (Tensor.normal_, Tensor.uniform_)


@contextmanager
def shapes_only() -> Iterator[None]:
    """Inside it modules take no memory and no time: their tensors are on "meta", nothing is drawn, and torch's generator stays as it is."""
    with torch.device("meta"), Unfilled(), torch.random.fork_rng(devices=[]):
        yield


class Unfilled(TorchFunctionMode):
    """No initial numbers are drawn: tensors on "meta" hold none, and torch would load its compiler for it (over a second)."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in FILLS or getattr(func, "__module__", "") == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))

"""Random state: one seed for torch's global generator, which initialises weights and draws dropout; and its saving.

Everything of ours that draws takes a generator or a seed as an argument; torch's own layers cannot, so their generator is
seeded once per run and is part of every checkpoint.
"""

from __future__ import annotations

import torch
from torch import Tensor


def seed_everything(seed: int) -> None:
    """Seed torch's generators on every device."""
    torch.manual_seed(seed)


def generator_states(device: torch.device) -> dict[str, Tensor]:
    """The states of torch's generators, as tensors of bytes: the CPU's, and the device's where training runs on one."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def restore_generators(states: dict[str, Tensor], device: torch.device) -> None:
    """Put the generators back to where `generator_states` saw them."""
    torch.set_rng_state(states["cpu"].cpu())
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"].cpu(), device)

"""Random numbers: the state of torch's global generators, which initialise weights and draw dropout, saved and put back; and draws that
belong to one update, from a generator seeded by the run's seed, the update and the batch, so that nothing need be saved.

Everything of ours that draws takes a generator or a seed as an argument; torch's own layers cannot, so their generator is
seeded once per run and is part of every checkpoint. R rows, V vocabulary.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from seqtasks.text.batching import Batch


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


def generator_of(seed: int, step: int, batch: Batch) -> torch.Generator:
    """The generator of a batch in an update, on the batch's device: the same whenever the update is made."""
    first = int(batch.positions_B[0]) if len(batch.positions_B) else 0
    number = np.random.SeedSequence([seed, step, first]).generate_state(1, np.uint64)[0]
    return torch.Generator(batch.ids_BS.device).manual_seed(int(number >> 1))


def drawn(probs_RV: Tensor, generator: torch.Generator) -> Tensor:
    """One number of 0..V-1 for each row, as probable as the row says (rows need not sum to 1); one uniform draw a row."""
    sums_RV = probs_RV.float().cumsum(-1)
    chance_R1 = torch.rand(*sums_RV.shape[:-1], 1, generator=generator, device=sums_RV.device)
    found_R1 = torch.searchsorted(sums_RV, chance_R1 * sums_RV[..., -1:], right=True)
    return found_R1.squeeze(-1).clamp(max=probs_RV.size(-1) - 1)


@contextmanager
def without_gradient() -> Iterator[None]:
    """No gradient within the block; afterwards autocast forgets the weights that it converted there, which have none either."""
    with torch.no_grad():
        yield
    torch.clear_autocast_cache()

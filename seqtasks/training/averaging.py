"""Averages of weights: a moving one within training, and the mean of what several epochs left.

The first is an exponential moving average (Polyak and Juditsky 1992; in this form Tarvainen and Valpola 2017): what is scored and saved,
while training goes on from the weights themselves. After update n, counted from 0, average = d * average + (1 - d) * weights with
d = min(decay, (1 + n) / (10 + n)), so that the first updates, which are far from good, are soon forgotten. The second is checkpoint
averaging: the plain mean, once training has ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from seqtasks.errors import RunDirectoryError
from seqtasks.training.weights import fill, read_tensors


def decay_after(update: int, decay: float) -> float:
    """What is kept of the average after update number `update`: rises from 0.1 to `decay`."""
    return min(decay, (1 + update) / (10 + update))


class WeightAverage:
    """The average of a model's trained weights, shared ones once. decay: 0 to 1, such as 0.999; it starts at the weights as they are."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = model
        self.decay = decay
        self.tensors: dict[str, Tensor] = {name: weight.detach().clone() for name, weight in self.weights().items()}

    def weights(self) -> dict[str, nn.Parameter]:
        """The weights that are averaged, by name."""
        return {name: weight for name, weight in self.model.named_parameters() if weight.requires_grad}

    @torch.no_grad()
    def add(self, update: int) -> None:
        """Take in the weights as they are after update number `update`."""
        share = 1 - decay_after(update, self.decay)
        for name, weight in self.weights().items():
            self.tensors[name].lerp_(weight, share)

    @torch.no_grad()
    def install(self) -> None:
        """Give the model the averaged weights for good."""
        for name, weight in self.weights().items():
            weight.copy_(self.tensors[name])

    @contextmanager
    def installed(self) -> Iterator[None]:
        """The model holds the averaged weights within the block, and afterwards its own, to the last bit."""
        own = {name: weight.detach().clone() for name, weight in self.weights().items()}
        self.install()
        try:
            yield
        finally:
            with torch.no_grad():
                for name, weight in self.weights().items():
                    weight.copy_(own[name])

    def restore(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Go on from saved tensors. Raises RunDirectoryError, naming their file, where they are not those of this model."""
        if {name: tensor.shape for name, tensor in tensors.items()} != {name: tensor.shape for name, tensor in self.tensors.items()}:
            raise RunDirectoryError(f"{path}: its averaged weights do not fit the recipe (training.ema). Start again with --overwrite.")
        for name, tensor in self.tensors.items():
            tensor.copy_(tensors[name])


def load_mean(model: nn.Module, paths: Sequence[Path]) -> None:
    """Give the model the mean of the weights in several files, added in float64; what is no fraction is the last file's.

    Raises RunDirectoryError for a file that is missing, damaged or of another model.
    """
    sums: dict[str, Tensor] = {}
    for path in paths:
        tensors, facts = read_tensors(path)
        fill(model, tensors, facts.get("shared", {}), path)
        for name, tensor in tensors.items():
            exact = tensor.double() if tensor.is_floating_point() else tensor
            sums[name] = sums[name] + exact if name in sums and tensor.is_floating_point() else exact
    means = {name: tensor / len(paths) if tensor.is_floating_point() else tensor for name, tensor in sums.items()}
    fill(model, means, facts.get("shared", {}), paths[-1])

"""How far back a network's last output feels its inputs: the gradient norm at each word back, of our backbones and of any module.

The norm is that of the Jacobian of the last output by one input vector (Frobenius), estimated by sending random directions back: the mean
of |J'u|^2 over u with independent standard normal entries is |J|^2. Everything is float64: a plain RNN's gradient underflows in float32
before 100 words. What vanishes before training is not learned (Hochreiter 1991; Bengio et al. 1994); after training a gradient shows no
memory, since units that hold something are saturated: measure influence by replacement then (`insight.studies.trained`).
B batch, S position, E input size, H outputs, D words back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seqtasks.nn.encoded import Encoded

Curve = NDArray[np.float64]  # a norm for each number of words back, 0 the last word itself


def gradients_by_distance(network: nn.Module | Callable[[Tensor], Tensor], inputs_BSE: Tensor, *, seed: int = 1) -> Curve:
    """norms_D of the last output's gradient at the word D back, root mean square over the batch; D = 0 ... S - 1.

    network: an nn.RNN, nn.GRU or nn.LSTM (with batch_first or not: inputs are [B, S, E] here), a backbone of `seqtasks.nn`, or a module or
    function from inputs_BSE to outputs, [B, S, H] or [B, H]. Of a module a copy in float64 and evaluation mode is measured, on the CPU; a
    function must take float64. Raises ValueError for inputs that are no batch of sequences, and for an answer that does not depend on them.
    """
    if inputs_BSE.dim() != 3 or 0 in inputs_BSE.shape:
        raise ValueError(f"gradients are measured on a batch of sequences [B, S, E], got a tensor of {list(inputs_BSE.shape)}")
    measured = copy.deepcopy(network).to("cpu", torch.float64).eval() if isinstance(network, nn.Module) else network
    leaf_BSE = inputs_BSE.detach().to("cpu", torch.float64).requires_grad_()
    last_BH = last_output(measured, leaf_BSE)
    if not last_BH.requires_grad:
        raise ValueError("the network's output does not depend on its inputs by anything that has a gradient")
    directions_BH = torch.randn(last_BH.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    (gradient_BSE,) = torch.autograd.grad((last_BH * directions_BH).sum(), leaf_BSE)
    return curve_of(gradient_BSE)


def relative_gradients(network: nn.Module | Callable[[Tensor], Tensor], inputs_BSE: Tensor, *, seed: int = 1) -> Curve:
    """The same, divided by the norm at the last word: 1 keeps all of the gradient, above 1 it grows with distance."""
    norms_D = gradients_by_distance(network, inputs_BSE, seed=seed)
    return relative(norms_D)


def relative(norms_D: Curve) -> Curve:
    """Norms in units of that at the last word; NaN where that is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Curve = np.where(norms_D[0] > 0, norms_D / norms_D[0], np.nan)
    return result


def curve_of(gradient_BSE: Tensor) -> Curve:
    """norms_D, by words back: root mean square over the batch of the norm at each word."""
    norms_S = gradient_BSE.square().sum(dim=2).mean(dim=0).sqrt()
    result: Curve = norms_S.flip(0).numpy()
    return result


def last_output(network: nn.Module | Callable[[Tensor], Tensor], inputs_BSE: Tensor) -> Tensor:
    """last_BH: what a network answers at the last word. Raises ValueError for an answer that is no tensor of two or three dimensions."""
    if isinstance(network, nn.RNNBase):
        outputs = network(inputs_BSE if network.batch_first else inputs_BSE.transpose(0, 1))[0]
        return outputs[:, -1] if network.batch_first else outputs[-1]
    if isinstance(network, nn.Module) and hasattr(network, "output_size"):  # a backbone, which takes a mask
        outputs = network(inputs_BSE, torch.ones(inputs_BSE.shape[:2], dtype=torch.bool))
    else:
        outputs = network(inputs_BSE)
    outputs = outputs.output if isinstance(outputs, Encoded) else outputs
    if not isinstance(outputs, Tensor) or outputs.dim() not in (2, 3):
        raise ValueError(f"the network must answer with a tensor [B, S, H] or [B, H], got {described(outputs)}; wrap it in a function")
    return outputs if outputs.dim() == 2 else outputs[:, -1]


def described(value: object) -> str:
    return f"one of {list(value.shape)}" if isinstance(value, Tensor) else type(value).__name__


def standard_normal(sentences: int, length: int, size: int, *, seed: int, scale: float = 1.0) -> Tensor:
    """inputs_BSE in float64: independent normal numbers, times `scale`."""
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(sentences, length, size, dtype=torch.float64, generator=generator)


def area_under_curve(scores: Sequence[float] | NDArray[np.float64], positive: Sequence[bool] | NDArray[np.bool_]) -> float:
    """The chance that a positive one has the higher score than a negative one, ties by half (the AUC); NaN where one kind is missing."""
    values, right = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    above, below = values[right][:, None], values[~right][None, :]
    if not above.size or not below.size:
        return float("nan")
    return float(((above > below) + 0.5 * (above == below)).mean())

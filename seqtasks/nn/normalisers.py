"""From energies to weights that sum to 1: softmax, sparsemax, entmax-1.5, and softmax over the k best.

softmax      w = exp(z) / sum exp(z): every word gets a share.
sparsemax    w = max(z - t, 0), t such that w sums to 1 (Martins and Astudillo 2016, equation 2 and algorithm 1).
entmax-1.5   w = max(z / 2 - t, 0) ** 2, t likewise (Peters et al. 2019, algorithm 2): between the two.

The last two are exact, by sorting, with exact zeros; their gradients are theirs, not those of the sorting. All of them compute in
float32 at least, give exactly 0 where the mask is False, and zeros, never NaN, to a row without any True.
S source position; other dimensions as they come. mask is bool, broadcast to the energy.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

LOWEST = -2.0  # below the best energy, which is 0: what is lower than -1 gets nothing in either sparse map, and -2 is no rounding of it

Normaliser = Callable[[Tensor, Tensor], Tensor]


def masked_softmax(energy: Tensor, mask: Tensor) -> Tensor:
    """Softmax over the last dimension, in float32 at least; exactly 0 where mask (broadcast to energy) is False.

    A row without any True gives zeros, never NaN.
    """
    energy = energy.to(torch.promote_types(energy.dtype, torch.float32))
    lowest = torch.finfo(energy.dtype).min
    return energy.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0)


def sparsemax(energy: Tensor, mask: Tensor) -> Tensor:
    """The point of the simplex that is nearest to the energies: words far below the best one get exactly 0."""
    return cast(Tensor, Sparsemax.apply(energy.to(torch.promote_types(energy.dtype, torch.float32)), mask))


def entmax15(energy: Tensor, mask: Tensor) -> Tensor:
    """1.5-entmax: exact zeros as of sparsemax, but smooth where a word comes in."""
    return cast(Tensor, Entmax15.apply(energy.to(torch.promote_types(energy.dtype, torch.float32)), mask))


def top_k_softmax(energy: Tensor, mask: Tensor, *, k: int) -> Tensor:
    """Softmax over the k best real words, 0 elsewhere; of equal ones any may be kept. The gradient sees the kept ones only."""
    if k >= energy.size(-1):
        return masked_softmax(energy, mask)
    best = energy.detach().float().masked_fill(~mask, -torch.inf).topk(k, dim=-1).indices
    kept = torch.zeros_like(energy, dtype=torch.bool).scatter_(-1, best, True)
    return masked_softmax(energy, mask & kept)


def below_best(energy: Tensor, mask: Tensor) -> Tensor:
    """Energies less the best real one of their row, none under LOWEST; LOWEST where mask is False. Both sparse maps ignore the shift."""
    best = energy.masked_fill(~mask, torch.finfo(energy.dtype).min).amax(dim=-1, keepdim=True)
    return (energy - best).clamp_min(LOWEST).masked_fill(~mask, LOWEST)


def ranks_like(energy: Tensor) -> Tensor:
    """1, 2, ..., S."""
    return torch.arange(1, energy.size(-1) + 1, dtype=energy.dtype, device=energy.device)


class Sparsemax(torch.autograd.Function):
    """max(z - t, 0). Its gradient: over the words with a share, the gradient less its mean over them."""

    @staticmethod
    def forward(context: Any, energy: Tensor, mask: Tensor) -> Tensor:
        """weights over the last dimension, of the words that `mask` allows."""
        if not energy.size(-1):
            context.save_for_backward(energy)
            return energy.clone()
        energy = below_best(energy, mask)
        ordered, _ = energy.sort(dim=-1, descending=True)
        sums, ranks = ordered.cumsum(dim=-1), ranks_like(energy)
        support = (1 + ranks * ordered > sums).sum(dim=-1, keepdim=True).clamp_min(1)
        threshold = (sums.gather(-1, support - 1) - 1) / support
        weights = (energy - threshold).clamp_min(0).masked_fill(~mask, 0)
        context.save_for_backward(weights)
        return weights

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (weights,) = context.saved_tensors
        inside = weights > 0
        kept = gradient * inside
        mean = kept.sum(dim=-1, keepdim=True) / inside.sum(dim=-1, keepdim=True).clamp_min(1)
        return (kept - mean) * inside, None


class Entmax15(torch.autograd.Function):
    """max(z / 2 - t, 0) ** 2. Its gradient: with s = sqrt(w), s * (gradient - its mean weighted by s)."""

    @staticmethod
    def forward(context: Any, energy: Tensor, mask: Tensor) -> Tensor:
        """weights over the last dimension, of the words that `mask` allows."""
        if not energy.size(-1):
            context.save_for_backward(energy)
            return energy.clone()
        energy = below_best(energy / 2, mask)
        ordered, _ = energy.sort(dim=-1, descending=True)
        ranks = ranks_like(energy)
        mean = ordered.cumsum(dim=-1) / ranks
        spread = ordered.square().cumsum(dim=-1) / ranks - mean.square()  # variance of the best k, for each k
        thresholds = mean - (1 / ranks - spread).clamp_min(0).sqrt()
        support = (thresholds <= ordered).sum(dim=-1, keepdim=True).clamp_min(1)
        root = (energy - thresholds.gather(-1, support - 1)).clamp_min(0).masked_fill(~mask, 0)
        context.save_for_backward(root)
        return root.square()

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (root,) = context.saved_tensors
        total = root.sum(dim=-1, keepdim=True)
        mean = (gradient * root).sum(dim=-1, keepdim=True) / torch.where(total > 0, total, 1)
        return (gradient - mean) * root, None


def top_k(k: int) -> Normaliser:
    """Softmax over the k best, as a normaliser. Raises ValueError for k below 1."""
    if k < 1:
        raise ValueError(f"a softmax over the k best needs k of at least 1, got {k}")
    return partial(top_k_softmax, k=k)


# name -> (k of top-k, which the others do without -> normaliser)
NORMALISERS: dict[str, Callable[[int], Normaliser]] = {
    "softmax": lambda k: masked_softmax,
    "sparsemax": lambda k: sparsemax,
    "entmax15": lambda k: entmax15,
    "topk": top_k,
}

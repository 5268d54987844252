"""From energies to weights: over which words, and how they are shared out, so that a row sums to 1.

A normaliser shares out what a window lets through; AttentionWeights puts the two together.

softmax      w = exp(z) / sum exp(z): every word gets a share.
sparsemax    w = max(z - t, 0), t such that w sums to 1 (Martins and Astudillo 2016, equation 2 and algorithm 1).
entmax-1.5   w = max(z / 2 - t, 0) ** 2, t likewise (Peters et al. 2019, algorithm 2): between the two.
topk         softmax over the k best.

The sparse ones are exact, by sorting, with exact zeros; their gradients are theirs, not those of the sorting. All normalisers compute in
float32 at least, give exactly 0 where the mask is False, and zeros, never NaN, to a row without any True.

local-m      a window around the number of the target word: p = t (as if both sides ran alongside), kept within the sentence.
local-p      around a place predicted from the query: p = length * sigmoid(v . tanh(W query)); weights within it are multiplied by
             exp(-(s - p)^2 / (2 sigma^2)), sigma = reach / 2, which is what v and W learn from.

A window lets words through with |s - p| <= reach (Luong et al. 2015, section 3.2, equations 9 and 10).
B batch, Q queries per sentence, S source position, H query size, X numbers of a state. mask is bool, broadcast to the energy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn
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


@dataclass(frozen=True)
class View:
    """What a window lets through: mask_BQS, True at words that are seen; factor_BQS of their weights, or None; the state as it goes on."""

    mask_BQS: Tensor
    factor_BQS: Tensor | None
    state_BQSX: Tensor | None


def around(place_BQ: Tensor, mask_BS: Tensor, reach: int) -> tuple[Tensor, Tensor]:
    """distance_BQS from each place to each word, and mask_BQS of the real words that are at most `reach` away."""
    position_S = torch.arange(mask_BS.size(1), device=mask_BS.device)
    distance_BQS = position_S - place_BQ[:, :, None]
    return distance_BQS, (distance_BQS.abs() <= reach) & mask_BS[:, None]


class MonotonicWindow(nn.Module):
    """local-m. Its state is the number of words written so far: every step moves one word on. Raises ValueError for reach below 1."""

    state_size = 1

    def __init__(self, *, query_size: int, reach: int) -> None:
        super().__init__()
        check_reach(reach)
        self.reach = reach

    def forward(self, query_BQH: Tensor, mask_BS: Tensor, state_BQSX: Tensor | None) -> View:
        """The view around word t of each source, t counting from 0; the last real word's once the source is behind."""
        if state_BQSX is None:
            state_BQSX = torch.zeros(*query_BQH.shape[:2], mask_BS.size(1), 1, device=query_BQH.device)
        last_B = (mask_BS.sum(dim=1) - 1).clamp_min(0)
        written_BQ = state_BQSX[..., 0].amax(dim=2) if mask_BS.size(1) else state_BQSX.new_zeros(query_BQH.shape[:2])
        _, seen_BQS = around(torch.minimum(written_BQ, last_B[:, None]), mask_BS, self.reach)
        return View(seen_BQS, None, state_BQSX + 1)


class PredictedWindow(nn.Module):
    """local-p. After its Gaussian the weights of a row sum to at most 1, as in the paper. Raises ValueError for reach below 1."""

    state_size = 0

    def __init__(self, *, query_size: int, reach: int) -> None:
        super().__init__()
        check_reach(reach)
        self.reach = reach
        self.inner = nn.Linear(query_size, query_size, bias=False)
        self.place = nn.Linear(query_size, 1, bias=False)

    def forward(self, query_BQH: Tensor, mask_BS: Tensor, state_BQSX: Tensor | None) -> View:
        """The view around the place that each query predicts."""
        share_BQ = self.place(torch.tanh(self.inner(query_BQH))).squeeze(-1).float().sigmoid()
        distance_BQS, seen_BQS = around(share_BQ * mask_BS.sum(dim=1)[:, None], mask_BS, self.reach)
        return View(seen_BQS, torch.exp(-2 * (distance_BQS / self.reach).square()), state_BQSX)


def check_reach(reach: int) -> None:
    """A window of one word each side at least, so that no real sentence is out of sight. Raises ValueError."""
    if reach < 1:
        raise ValueError(f"a window needs a reach of at least 1 word, got {reach}")


Window = MonotonicWindow | PredictedWindow


class AttentionWeights(nn.Module):
    """How the energies of a row are shared out as weights: a normaliser, over the words that a window lets through, if there is one."""

    def __init__(self, *, normaliser: Normaliser = masked_softmax, window: Window | None = None) -> None:
        super().__init__()
        self.normaliser = normaliser
        self.window = window

    @property
    def state_size(self) -> int:
        """Numbers that the window keeps for each word from step to step."""
        return 0 if self.window is None else self.window.state_size

    def forward(self, energy_BQS: Tensor, query_BQH: Tensor, mask_BS: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """weights_BQS, float32, and the window's next state; the state as it came where there is no window, or one without a state."""
        if self.window is None:
            return self.normaliser(energy_BQS, mask_BS[:, None]), state
        view = self.window(query_BQH, mask_BS, state)
        weights_BQS = self.normaliser(energy_BQS, view.mask_BQS)
        return weights_BQS if view.factor_BQS is None else weights_BQS * view.factor_BQS, view.state_BQSX


WINDOWS: dict[str, Callable[..., Window]] = {"local-m": MonotonicWindow, "local-p": PredictedWindow}

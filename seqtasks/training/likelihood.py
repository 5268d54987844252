"""The smoothed negative log-likelihood of logits over a large vocabulary, a few rows at a time.

As separate operations over N x V numbers (a copy in float32, log-softmax, the likelihood, the smoothing, and the gradient of each) it
reads and writes the largest tensors of a training about a dozen times, and takes longer than a layer of LSTM. Here a block of rows stays
in the processor's cache from its logits to its loss, and again from its logits to their gradient.
N rows, V vocabulary, C rows of a block.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

BLOCK_NUMBERS = 1 << 18  # logits of a block: a megabyte in float32


class Likelihood(NamedTuple):
    """Sums over rows: of the smoothed negative log-likelihood (nats, with a gradient), of the plain one, and of rows whose highest logit
    is the target's (of equal ones the first counts)."""

    smoothed: Tensor
    plain: Tensor
    correct: Tensor


def likelihood(logits_NV: Tensor, targets_N: Tensor, label_smoothing: float = 0.0) -> Likelihood:
    """(1 - e) x -log p(target) + e x the mean of -log p over all words, summed over rows, for label smoothing e (Szegedy et al. 2016, 7).

    All is computed in float32; the gradient has the logits' type. It can be asked for once removed only (no second derivatives).
    """
    return Likelihood(*cast(tuple[Tensor, Tensor, Tensor], _Likelihood.apply(logits_NV, targets_N, label_smoothing)))


def blocks(logits_NV: Tensor) -> Iterator[slice]:
    """Rows that are worked on together."""
    rows = max(1, BLOCK_NUMBERS // max(1, logits_NV.size(1)))
    return (slice(first, first + rows) for first in range(0, logits_NV.size(0), rows))


class _Likelihood(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, logits_NV: Tensor, targets_N: Tensor, smoothing: float) -> tuple[Tensor, Tensor, Tensor]:
        total_N, picked_N, mean_N = (torch.empty(len(logits_NV), device=logits_NV.device) for _ in range(3))
        correct = torch.zeros((), dtype=torch.long, device=logits_NV.device)
        for some in blocks(logits_NV):
            logits_CV, targets_C = logits_NV[some].float(), targets_N[some]
            total_N[some] = logits_CV.logsumexp(-1)
            picked_N[some] = logits_CV.gather(1, targets_C[:, None])[:, 0]
            mean_N[some] = logits_CV.mean(-1)
            correct += (logits_CV.max(-1).indices == targets_C).sum()
        ctx.save_for_backward(logits_NV, targets_N, total_N)
        ctx.smoothing = smoothing  # type: ignore[attr-defined]  # read in backward
        plain = (total_N - picked_N).sum()
        smoothed = (1 - smoothing) * plain + smoothing * (total_N - mean_N).sum() if smoothing else plain.clone()
        ctx.mark_non_differentiable(plain, correct)
        return smoothed, plain, correct

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """p - (1 - e) at the target - e / V everywhere, times the gradient of the sum."""
        logits_NV, targets_N, total_N = ctx.saved_tensors  # type: ignore[attr-defined]
        smoothing: float = ctx.smoothing  # type: ignore[attr-defined]
        gradient_NV = torch.empty_like(logits_NV)
        for some in blocks(logits_NV):
            logits_CV, targets_C1 = logits_NV[some].float(), targets_N[some, None]
            share_CV = (logits_CV - total_N[some, None]).exp_()
            share_CV.sub_(smoothing / logits_NV.size(1))
            share_CV.scatter_add_(1, targets_C1, torch.full_like(total_N[some, None], smoothing - 1))
            gradient_NV[some] = share_CV.mul_(gradients[0])
        return gradient_NV, None, None

"""Windows: an attention that looks at the words around one place only (Luong et al. 2015, section 3.2).

local-m   the place is the number of the target word: p = t (as if both sides ran alongside), kept within the sentence.
local-p   the place is predicted from the query: p = length * sigmoid(v . tanh(W query)) (equation 9), and weights within the window are
          multiplied by exp(-(s - p)^2 / (2 sigma^2)), sigma = reach / 2 (equation 10), which is what v and W learn from.

Words with |s - p| <= reach are seen. AttentionWeights puts window and normaliser together: what makes weights of any attention's energies.
 B batch, Q queries per sentence, S source position, H query size, X numbers of a state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seqtasks.nn.normalisers import Normaliser, masked_softmax


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

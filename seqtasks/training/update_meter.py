"""What the updates of an epoch did: the gradient's norm before clipping, how far weights moved, and leaps of the loss.

Nothing here changes what is trained: norms are read where clipping finds them, and weights are copied before one update in EVERY.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

EVERY = 10  # updates of an epoch, of which the first is measured against the weights: to copy them at each would cost time
WINDOW, FEWEST = 50, 20  # updates before one that say which loss is usual, and how many there must be
DEVIATIONS, SHARE = 6.0, 0.1  # a leap is this many robust deviations above the usual loss, and this share of the label entropy
TO_DEVIATION = 1.4826  # from the median distance of normal values to their standard deviation

Measured = dict[str, list[float]]


class UpdateMeter:
    """Takes down the updates of the running epoch in `kept`, which belongs to the progress, so that a resumed epoch knows them all.

    kept: {"norms": the gradient's norm of each update, "losses": its loss a word, "ratios": of one update in EVERY the norm of the change
    over that of the weights, "before": losses of the last WINDOW updates of earlier epochs}. Tensors wait in memory until `settle`, so that
    no update waits for them.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], kept: Measured) -> None:
        self.parameters = [parameter for parameter in parameters if parameter.requires_grad]
        self.kept = kept
        self.waiting: dict[str, list[Tensor]] = {"norms": [], "ratios": []}
        self.copies: list[Tensor] = []

    def gradient(self, clip_norm: float) -> None:
        """Clip the gradient where clip_norm is not 0, and take down its norm before that."""
        if clip_norm:
            norm = nn.utils.clip_grad_norm_(self.parameters, clip_norm)
        else:
            norm = nn.utils.get_total_norm([parameter.grad for parameter in self.parameters if parameter.grad is not None])
        self.waiting["norms"].append(norm.detach())

    def before_step(self) -> None:
        """Copy the weights if this update is one of those that are measured."""
        if self.updates % EVERY == 1 or EVERY == 1:
            self.copies = [parameter.detach().clone() for parameter in self.parameters]

    def after_step(self, loss: float) -> None:
        """Take down the update's loss a word, in nats, and how far it moved the weights."""
        self.kept.setdefault("losses", []).append(loss)
        if self.copies:
            change = [parameter.detach() - copy for parameter, copy in zip(self.parameters, self.copies, strict=True)]
            self.waiting["ratios"].append(nn.utils.get_total_norm(change) / nn.utils.get_total_norm(self.copies).clamp_min(1e-30))
            self.copies = []

    @property
    def updates(self) -> int:
        """How many updates of the epoch have had their gradient."""
        return len(self.kept.get("norms", ())) + len(self.waiting["norms"])

    def settle(self) -> None:
        """Bring what is still on the device into `kept`: before it is saved or read."""
        for name, tensors in self.waiting.items():
            if tensors:
                self.kept.setdefault(name, []).extend(torch.stack(tensors).tolist())
                tensors.clear()

    def row(self, *, clip_norm: float, label_entropy: float | None) -> dict[str, Any]:
        """The epoch in a few numbers, for its history; then the next one begins."""
        self.settle()
        norms, losses, before = (self.kept.get(name, []) for name in ("norms", "losses", "before"))
        ratios = self.kept.get("ratios", [])
        found = {
            "gradient_norm_median": at_rank(norms, 50),
            "gradient_norm_p90": at_rank(norms, 90),
            "gradient_norm_largest": at_rank(norms, 100),
            "clipped_share": sum(not norm <= clip_norm for norm in norms) / max(1, len(norms)) if clip_norm else None,
            "update_ratio": at_rank(ratios, 50),
            "loss_spikes": spikes(losses, before, label_entropy),
        }
        self.kept.clear()
        self.kept["before"] = [*before, *losses][-WINDOW:]
        return found


def at_rank(values: Sequence[float], percent: float) -> float | None:
    """A percentile; None without values, or where it is no finite number."""
    if not values:
        return None
    found = float(np.percentile(np.nan_to_num(values, nan=math.inf, posinf=math.inf), percent, method="higher"))
    return found if math.isfinite(found) else None


def spikes(losses: Sequence[float], before: Sequence[float], label_entropy: float | None) -> int:
    """How many of `losses` leap above the running median of the WINDOW losses before them, by DEVIATIONS robust deviations and by SHARE of
    the label entropy (of the median itself where that is not known). before: losses that came earlier.
    """
    every, found = np.array([*before, *losses], dtype=np.float64), 0
    for place in range(max(len(before), FEWEST), len(every)):
        window = every[max(0, place - WINDOW) : place]
        usual = float(np.median(window))
        deviation = TO_DEVIATION * float(np.median(np.abs(window - usual)))
        scale = usual if label_entropy is None else label_entropy
        found += bool(every[place] > usual + max(DEVIATIONS * deviation, SHARE * scale))
    return found

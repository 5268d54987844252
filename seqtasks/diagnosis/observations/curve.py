"""The facts of a history that verdicts are found in. Losses are in nats a word.

H0 is the entropy of the training labels: what a model costs that knows how frequent each label is, and nothing else. Thresholds are shares
of it, so that tasks with two labels and with ten thousand share them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
USUAL_WORDS = 2000  # of dev, in histories that do not say how many it has
TO_DEVIATION = 1.4826  # from the median distance of normal values to their standard deviation


@dataclass(frozen=True)
class Curve:
    """Losses by epoch. train: of a sample scored as dev is, or where an earlier history has none (`probed` is false) `learning`, the mean
    over each epoch while the model was learning; dev: None where nothing was watched; dev_error: about the standard error of its loss, as a
    share of it; entropy: H0, a guess where `entropy_known` is false.

    updates: of each epoch; spikes: leaps of the loss in all of them; ratios: the update-to-weight ratio of each epoch, clipped the share of
    updates that were clipped, None where an earlier history has none.
    """

    epochs: list[int]
    train: Values
    learning: Values
    dev: Values | None
    dev_accuracy: Values | None
    dev_error: float
    entropy: float
    entropy_known: bool
    probed: bool
    kept: int | None
    updates: list[int]
    spikes: int | None
    ratios: list[float] | None
    clipped: list[float] | None
    largest_norm: float | None

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]], entropy: float | None = None) -> Curve:
        """Of the rows of `history.jsonl`. entropy: H0 where it is known from elsewhere. Raises ValueError without rows."""
        if not rows:
            raise ValueError("a history without rows shows nothing")
        rows = sorted(rows, key=lambda row: int(row["epoch"]))
        learning = column(rows, "train_loss")
        probe, dev, accuracy = (column(rows, name) for name in ("probe_loss", "dev_loss", "dev_accuracy"))
        known = entropy if entropy is not None else next((row["label_entropy"] for row in rows if row.get("label_entropy")), None)
        guess = float(np.nanmax([*learning, *dev])) if not np.isnan([*learning, *dev]).all() else 1.0
        clipped = [float(row["clipped_share"]) for row in rows if row.get("clipped_share") is not None]
        ratios = [float(row["update_ratio"]) for row in rows if row.get("update_ratio") is not None]
        norms = [float(row["gradient_norm_largest"]) for row in rows if row.get("gradient_norm_largest") is not None]
        return cls(
            epochs=[int(row["epoch"]) for row in rows],
            train=learning if np.isnan(probe).any() else probe,
            learning=learning,
            dev=None if np.isnan(dev).any() else dev,
            dev_accuracy=None if np.isnan(accuracy).any() else accuracy,
            dev_error=1 / math.sqrt(max(1, next((row["dev_words"] for row in rows if row.get("dev_words")), USUAL_WORDS))),
            entropy=float(known) if known else guess,
            entropy_known=bool(known),
            probed=not np.isnan(probe).any(),
            kept=kept_epoch(rows),
            updates=np.diff([0, *(int(row["update"]) for row in rows)]).tolist(),
            spikes=sum(int(row["loss_spikes"]) for row in rows) if all(row.get("loss_spikes") is not None for row in rows) else None,
            ratios=ratios or None,
            clipped=clipped or None,
            largest_norm=max(norms, default=None),
        )

    def explained(self, loss: float) -> float:
        """How much of H0 a loss explains: 1 all of it, 0 nothing but how frequent labels are, below 0 not even that."""
        return 1 - loss / self.entropy if self.entropy > 0 else 0.0

    @property
    def watched(self) -> Values:
        """Dev where there is one, otherwise train."""
        return self.train if self.dev is None else self.dev

    @property
    def best(self) -> int:
        """The place of the epoch whose dev loss (train loss without dev) is lowest."""
        return int(np.argmin(self.watched))

    @property
    def jitter(self) -> float:
        """How far the watched loss strays from a smooth curve, a robust standard deviation from second differences; 0 of under 4 epochs."""
        if len(self.watched) < 4:
            return 0.0
        second = np.diff(self.watched, n=2)
        return float(TO_DEVIATION * np.median(np.abs(second)) / math.sqrt(6))


def kept_epoch(rows: Sequence[Mapping[str, Any]]) -> int | None:
    """The epoch whose weights were the best on what is selected on; None where nothing is, or where an earlier history does not say."""
    return max((row["epoch"] for row in rows if row.get("best")), default=None)


def column(rows: Sequence[Mapping[str, Any]], name: str) -> Values:
    """A number of each row, NaN where it lacks one."""
    return np.array([row[name] if row.get(name) is not None else math.nan for row in rows], dtype=np.float64)


def rises(values: Values) -> float:
    """How much a curve rises between epochs, all rises together."""
    return float(np.clip(np.diff(values), 0, None).sum())

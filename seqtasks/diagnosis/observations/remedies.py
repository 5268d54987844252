"""What each verdict means and what to try: keys of a recipe with values made from its own, as `--set` takes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Settings = Mapping[str, Any]  # "TABLE.KEY" of the resolved recipe -> value
Change = Callable[[Settings], str | None]  # a setting to try, None where the recipe has no such key or has that value
DROPOUT_STEP, MOST_DROPOUT = 0.15, 0.5


@dataclass(frozen=True)
class Remedy:
    """means: what the verdict says about the model; changes: what to try, first things first; beside: what no setting does."""

    means: str
    changes: tuple[Change, ...] = ()
    beside: str = ""


def scaled(key: str, factor: float) -> Change:
    """A number times a factor: a whole number stays whole and at least 1."""

    def change(settings: Settings) -> str | None:
        value = settings.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not value:
            return None
        new = max(1, round(value * factor)) if isinstance(value, int) else float(f"{value * factor:.2g}")
        return None if new == value else f"{key}={new}"

    return change


def more(key: str, step: float, most: float) -> Change:
    """A share raised by a step, up to the most that makes sense."""

    def change(settings: Settings) -> str | None:
        value = settings.get(key)
        if not isinstance(value, int | float) or value >= most:
            return None
        return f"{key}={min(most, round(value + step, 2)):g}"

    return change


def less(key: str, factor: float = 0.5) -> Change:
    """A share lowered, where it is above 0."""

    def change(settings: Settings) -> str | None:
        value = settings.get(key)
        return f"{key}={float(f'{value * factor:.2g}'):g}" if isinstance(value, int | float) and value else None

    return change


def instead(key: str, new: Any, *, where: Callable[[Any], bool] = lambda value: True) -> Change:
    """Another value, where the present one asks for it."""

    def change(settings: Settings) -> str | None:
        value = settings.get(key)
        if value is None or value == new or not where(value):
            return None
        return f"{key}={new}"

    return change


def warmup_of(share: float) -> Change:
    """A warm-up that ends after a share of the updates; "updates" is among the settings beside the recipe's keys."""

    def change(settings: Settings) -> str | None:
        return f"training.warmup_updates={max(1, math.floor(share * settings['updates']))}"

    return change


NONE: Callable[[Any], bool] = lambda value: not value  # noqa: E731  # a condition, as others are
REMEDIES: dict[str, Remedy] = {
    "unstable": Remedy(
        "Updates are too large: what one learns the next destroys.",
        (
            scaled("training.learning_rate", 1 / 3),
            instead("training.clip_norm", 1.0, where=lambda value: not value or value > 5),
            instead("training.warmup_updates", 200, where=NONE),
            scaled("training.batch_tokens", 2),
        ),
    ),
    "warm-up longer than the run": Remedy(
        "The run ended before its learning rate was up, so it says little of the model.",
        (warmup_of(0.1), scaled("training.epochs", 4)),
    ),
    "overfitting": Remedy(
        "The model learns its training sentences by heart; what it learns of them holds less and less for others.",
        (
            more("backbone.dropout", DROPOUT_STEP, MOST_DROPOUT),
            more("decoder.dropout", DROPOUT_STEP, MOST_DROPOUT),
            more("words.dropout", 0.1, 0.25),
            instead("data.train_fraction", 1.0),
            instead("training.weight_decay", 0.01, where=NONE),
            instead("training.patience", 3, where=NONE),
            scaled("backbone.hidden_size", 0.5),
        ),
        "more training data helps most.",
    ),
    "not learning": Remedy(
        "Nothing of the inputs has been learnt yet.",
        (
            scaled("training.learning_rate", 5),
            scaled("training.epochs", 3),
            scaled("training.batch_tokens", 0.5),
            less("backbone.dropout"),
        ),
        "look whether labels or targets belong to their sentences: shuffled ones look like this.",
    ),
    "underfitting": Remedy(
        "The model is too small, or held back too much, for what it is shown.",
        (
            scaled("backbone.hidden_size", 2),
            scaled("training.learning_rate", 3),
            less("backbone.dropout"),
            scaled("training.epochs", 2),
            instead("backbone.layers", 2, where=lambda value: value == 1),
        ),
        "look at the labels, too: what contradicts itself cannot be learnt.",
    ),
    "still improving": Remedy("The run was stopped while it was getting better.", (scaled("training.epochs", 2),)),
    "good fit": Remedy("Training and dev fall together and have come to rest."),
}


def to_try(verdict: str, settings: Settings, fits: Callable[[str], bool], most: int = 4) -> list[str]:
    """Settings to try, first things first. fits: whether the recipe can be run with a setting."""
    changes = (change(settings) for change in REMEDIES[verdict].changes)
    return [change for change in changes if change is not None and fits(change)][:most]

"""Who watches a training from Python: by default nobody, or a function that is called after each epoch. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from seqtasks.errors import WrongTypeError
from seqtasks.text.given import check_callable, shown

if TYPE_CHECKING:
    from seqtasks.training.checkpoints import Progress


METHODS = ("start", "epoch_starts", "updated", "epoch_ended")  # of a watcher


class EpochWatcher:
    """A `Watcher` of the training loop that calls `told` with the row of each epoch, a dict as in history.jsonl; silent without it.

    A watcher of your own derives from it: `start` is called with the number of epochs, `epoch_starts` with an epoch (from 1), its updates
    and how many of them are done already, `updated` after each update with its loss for each token and the tokens read a second, and
    `epoch_ended` with the row and what was saved.
    """

    def __init__(self, told: Callable[[dict[str, Any]], object] | None = None) -> None:
        self.told = told

    def start(self, epochs: int, progress: Progress) -> None:
        """Before the first epoch."""

    def epoch_starts(self, epoch: int, updates: int, done: int) -> None:
        """Before the first update of an epoch."""

    def updated(self, progress: Progress, loss: float, tokens_per_second: float) -> None:
        """After each update."""

    def epoch_ended(self, row: Mapping[str, Any], saved: str) -> None:
        """After each epoch, when dev is scored and the checkpoint is written."""
        if self.told is not None:
            self.told(dict(row))


def unheard(line: str) -> None:
    """Lines that nobody wants to read."""


def check_callbacks(log: object, watcher: object, stop_asked: object) -> None:
    """Raises WrongTypeError for what cannot be called, and for what is no watcher: a class, or an object that lacks one of its methods."""
    check_callable("log", log)
    check_callable("stop_asked", stop_asked)
    if isinstance(watcher, type):
        raise WrongTypeError(f"watcher is the class {watcher.__name__}. Give an instance: {watcher.__name__}().")
    if lacking := [name for name in METHODS if not callable(getattr(watcher, name, None))]:
        remedy = "Give seqtasks.EpochWatcher(print), or an instance of a class that derives from it"
        raise WrongTypeError(f"watcher is {shown(watcher)}, which has no method {lacking[0]}. {remedy}.")

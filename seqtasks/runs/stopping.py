"""A training that a signal stops: the first asks the loop, which saves its state; a second, or one outside the loop, ends at once."""

from __future__ import annotations

import signal
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqtasks.training.checkpoints import Progress
    from seqtasks.training.loop import Watcher

SIGNALS = (signal.SIGINT, signal.SIGTERM)
STOPPING = "Stopping after this update, then saving. Press Ctrl-C again to stop at once."


@contextmanager
def stop_on_signal(
    in_loop: Callable[[], bool], tell: Callable[[str], object], signals: Sequence[signal.Signals] = SIGNALS
) -> Iterator[list[int]]:
    """A list that is no longer empty once the user has asked to stop. Asking again stops at once, as asking does outside the loop of
    training, which alone looks at the list."""
    stopped: list[int] = []

    def note(number: int, frame: types.FrameType | None) -> None:
        if stopped or not in_loop():
            raise KeyboardInterrupt
        stopped.append(number)
        tell(STOPPING)

    before = {number: signal.signal(number, note) for number in signals}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def interruptible() -> tuple[signal.Signals, ...]:
    """Which signals a caller in Python leaves to us: Ctrl-C in the main thread, where it would raise KeyboardInterrupt."""
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return (signal.SIGINT,) if ours else ()


class LoopWatcher:
    """A watcher that another one stands behind. training: from the first epoch on until the last has ended."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.training = False
        self.epochs = 0

    def start(self, epochs: int, progress: Progress) -> None:
        self.training, self.epochs = True, epochs
        self.watcher.start(epochs, progress)

    def epoch_starts(self, epoch: int, updates: int, done: int) -> None:
        self.watcher.epoch_starts(epoch, updates, done)

    def updated(self, progress: Progress, loss: float, tokens_per_second: float) -> None:
        self.watcher.updated(progress, loss, tokens_per_second)

    def epoch_ended(self, row: Mapping[str, Any], saved: str) -> None:
        self.training = row["epoch"] < self.epochs
        self.watcher.epoch_ended(row, saved)

"""Training as it is shown on a terminal: a bar over the whole training with loss, speed and time left, and a line after each epoch."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from seqtasks.cli.output import shown, styled
from seqtasks.training.checkpoints import Progress as Position

EVERY = 10  # updates between two refreshes of the figures


class TerminalWatcher:
    """A watcher for `seqtasks run`. The bar goes to stderr, if that is a terminal, and vanishes; the lines of epochs stay on stdout."""

    def __init__(self) -> None:
        console = Console(file=styled(sys.stderr))
        self.training = False  # in the loop, which is asked to stop and saves
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=sys.stdout.isatty(),
        )
        self.task: TaskID | None = None
        self.epochs = 0
        self.done = 0

    def start(self, epochs: int, progress: Position) -> None:
        self.epochs = epochs

    def epoch_starts(self, epoch: int, updates: int, done: int) -> None:
        """The bar counts all epochs, at this epoch's number of updates."""
        self.training = True
        self.done = (epoch - 1) * updates
        if self.task is None:
            self.task = self.bar.add_task("", total=None, figures="")
            self.bar.start()
        self.bar.update(self.task, description=f"epoch {epoch}/{self.epochs}", total=self.epochs * updates, completed=self.done + done)

    def updated(self, progress: Position, loss: float, tokens_per_second: float) -> None:
        if self.task is not None and progress.batches % EVERY == 0:
            figures = f"loss {loss:.3f}  {tokens_per_second:,.0f} tokens/s"
            self.bar.update(self.task, completed=self.done + progress.batches, figures=figures)

    def epoch_ended(self, row: Mapping[str, Any], saved: str) -> None:
        parts = [f"epoch {row['epoch']:>3}/{self.epochs}", f"training loss {row['train_loss']:.4f}"]
        if row["dev_loss"] is not None:
            parts += [f"dev loss {row['dev_loss']:.4f}", f"dev accuracy {row['dev_accuracy']:.2f} %"]
        parts += [f"{name} {value:.2f}" for name, value in row["scores"].items() if not name.endswith("accuracy")]
        parts += [f"{row['tokens_per_second']:,.0f} tokens/s", f"{row['seconds']:.0f} s"]
        print(shown("  ".join(parts) + (f"  ({saved})" if saved else "")), flush=True)
        self.training = False

    def stop(self) -> None:
        """Take the bar away."""
        self.bar.stop()

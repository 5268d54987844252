"""Proof that training resumes exactly: two updates from a run's weights at one go, and the same two with a stop between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from seqtasks.errors import DataError, Interrupted, SeqtasksError, UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import Callbacks, Runner, TaskKind
from seqtasks.tasks.self_checks import CheckedRun, Finding, for_two_updates
from seqtasks.tasks.watchers import EpochWatcher
from seqtasks.training.checkpoints import Progress
from seqtasks.training.weights import read_tensors


class StopAt(EpochWatcher):
    """A watcher that asks training to stop after so many updates."""

    def __init__(self, updates: int) -> None:
        super().__init__()
        self.updates = updates
        self.reached = False

    def updated(self, progress: Progress, loss: float, tokens_per_second: float) -> None:
        self.reached = progress.update >= self.updates


def resumed_update(run: CheckedRun, kind: TaskKind, recipes: Sequence[Any] = ()) -> Finding:
    """Whether the second update leaves the same weights, optimiser and generators, bit for bit, after a stop as without.

    It begins with the run's weights. recipes: for two updates, of which the first counts whose data can be read; by default that of the run
    with its own training part, then with the files that the user gave.
    """
    learned = run.directory.path
    reason = "its training part cannot be read"
    for recipe in recipes or [for_two_updates(run.recipe, files) for files in dict.fromkeys(((), tuple(run.files)))]:
        try:
            with torch.random.fork_rng(devices=[]), TemporaryDirectory(prefix="seqtasks-doctor-") as folder:
                make = partial(kind.runner, recipe, run.locations, device=run.device, learned=learned)
                return two_ways(make, learned, Path(folder))
        except (DataError, UsageError) as fault:
            reason = f"no training part to try it on: {fault}"
        except SeqtasksError as fault:
            return Finding(False, str(fault))
    return Finding(None, reason)


def two_ways(make: Callable[[], Runner], start: Path, folder: Path) -> Finding:
    """The same updates in two run directories, compared."""
    ways = {name: RunDirectory(folder / name) for name in ("straight", "resumed")}
    for directory in ways.values():
        directory.path.mkdir()
    stopped(make(), ways["straight"], 2, start)
    stopped(make(), ways["resumed"], 1, start)
    stopped(make(), ways["resumed"], 2, None)
    (left, _), (right, _) = (read_tensors(max(directory.checkpoints.glob("update-*.safetensors"))) for directory in ways.values())
    different = [name for name in left.keys() | right.keys() if name not in left or name not in right or not alike(left[name], right[name])]
    numbers = sum(tensor.numel() for tensor in left.values())
    if different:
        return Finding(False, f"after a stop {len(different)} of {len(left)} tensors differ, such as {min(different)}")
    return Finding(True, f"update 2 after a stop: {numbers:,} numbers, bit for bit")


def stopped(runner: Runner, directory: RunDirectory, updates: int, start: Path | None) -> None:
    """Train to an update and save there. start: the run to begin with; None goes on from the checkpoint."""
    watcher = StopAt(updates)
    try:
        runner.train(directory, Callbacks(watcher=watcher, stop_asked=lambda: watcher.reached), resume=start is None, start=start)
    except Interrupted:
        return


def alike(left: torch.Tensor, right: torch.Tensor) -> bool:
    return left.dtype == right.dtype and torch.equal(left, right)

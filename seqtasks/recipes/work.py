"""What `run` asks of a kind of recipe: its data read, its model fitted, and what a report tells of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from seqtasks.recipes.job import Job
from seqtasks.recipes.parts import Place
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.training.loop import Watcher


@dataclass(frozen=True)
class RunOptions:
    """How a run is carried out, beside its recipe: the options of `seqtasks run`."""

    place: Place = Place()
    out: Path | None = None
    device: str = "auto"
    resume: bool = False
    overwrite: bool = False
    fine_tune: Path | None = None
    command: Sequence[str] = field(default_factory=lambda: ("seqtasks", *sys.argv[1:]))


@dataclass(frozen=True)
class Listener:
    """Who is told: `tell` gets single lines, `watcher` the training's progress, `stop_asked` says whether to stop."""

    tell: Callable[[str], None]
    watcher: Watcher
    stop_asked: Callable[[], bool] = lambda: False


class Work(Protocol):
    """A recipe at work. `parameters` are (name, shape, numbers); `machine` says where and how it computes."""

    @property
    def job(self) -> Job: ...

    @property
    def machine(self) -> dict[str, str]: ...

    def train(self, directory: RunDirectory, listener: Listener, *, resume: bool, start: Path | None) -> float:
        """Fit, going on from the run in `start` where there is one, and save what was learned; returns the seconds it took."""
        ...

    def structure(self) -> str: ...

    def parameters(self) -> list[tuple[str, tuple[int, ...], int]]: ...


def cost(work: Work, directory: RunDirectory, seconds: float) -> dict[str, Any]:
    """The cost table of metrics.json: seconds of training, learned numbers, and bytes that a prediction needs."""
    return {
        "training_seconds": round(seconds, 3),
        "parameters": sum(count for _, _, count in work.parameters()),
        "bytes_on_disk": sum(file.stat().st_size for file in directory.learned()),
    }

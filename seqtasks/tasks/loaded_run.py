"""Predictors go to other processes as the path of their run and how it was loaded, not as weights: there the run is loaded again, once.

Nothing is unpickled from a file of a run. What a process receives, as with multiprocessing, is a path and a few options.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import Predictor, PredictorOptions
from seqtasks.tasks.methods import Methods, from_here

HELD = 4  # runs that a process keeps loaded, the last ones that it was sent
Loader = Callable[[RunDirectory, Any, PredictorOptions], Predictor]


@dataclass(frozen=True, eq=False)
class LoadedFrom:
    """A run directory, its recipe, and the options and the function that loaded it. Equal as long as the same weights would be loaded."""

    loader: Loader
    directory: RunDirectory
    recipe: Any
    options: PredictorOptions

    @classmethod
    def of(cls, loader: Loader, directory: RunDirectory, recipe: Any, options: PredictorOptions) -> LoadedFrom:
        """The same with absolute paths: another process may stand in another folder."""
        others = [RunDirectory(other.path.absolute()) for other in options.others]
        return cls(loader, RunDirectory(directory.path.absolute()), recipe, replace(options, others=others))

    def key(self) -> tuple[str, ...]:
        folders = [self.directory, *self.options.others]
        files = [file for folder in folders for file in (folder.path / "run.json", *folder.learned()) if file.is_file()]
        return (*(f"{file.absolute()} {file.stat().st_mtime_ns} {file.stat().st_size}" for file in files), repr(self.described()))

    def described(self) -> tuple[object, ...]:
        options = self.options
        return self.loader, options.device, options.precision, options.average, sorted((options.decoding or {}).items()), self.recipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LoadedFrom) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())


@lru_cache(HELD)
def loaded_again(source: LoadedFrom) -> Predictor:
    """The predictor of a run in the process that asks, which loads it once.

    A process that another one started computes with one thread, as workers do that share a machine; after a fork, OpenMP would wait for
    threads that only the parent has. Raises RunDirectoryError where the run directory is gone.
    """
    for folder in (source.directory, *source.options.others):
        folder.still_there()
    if parent_process() is not None and (torch := sys.modules.get("torch")):  # an HMM answers without it
        torch.set_num_threads(1)
    return source.loader(source.directory, source.recipe, source.options)


class LoadedRun(Methods):
    """What the predictor of a run directory has in common: where its run lies, how it is pickled, and what tells of its methods."""

    loaded_from: LoadedFrom | None = None

    @property
    def run_dir(self) -> Path:
        """The run directory, with metrics.json and report.html. Raises UsageError for a predictor that was made without one."""
        return self.source().directory.path

    def where(self) -> Path | None:
        return from_here(self.loaded_from.directory.path) if self.loaded_from is not None else None

    def source(self) -> LoadedFrom:
        if self.loaded_from is None:
            raise UsageError("this predictor was not loaded from a run directory, so it has none and cannot go to another process.")
        return self.loaded_from

    def __reduce__(self) -> tuple[Callable[..., Predictor], tuple[LoadedFrom]]:
        return loaded_again, (self.source(),)

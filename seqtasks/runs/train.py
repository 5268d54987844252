"""Training from Python: `train(TASK)`, which is `seqtasks run TASK` without a terminal, and gives the predictor of the finished run."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqtasks.errors import Interrupted, RunDirectoryError, SeqtasksWarning, UsageError, WrongTypeError
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.recipes.run_directory import existing
from seqtasks.recipes.toml import write_toml
from seqtasks.runs.again import resumed_recipe
from seqtasks.runs.load import load
from seqtasks.runs.stopping import LoopWatcher, interruptible, stop_on_signal
from seqtasks.tasks.contract import Callbacks, Predictor, RunOptions
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.table import kind_of, load_recipe

if TYPE_CHECKING:
    from seqtasks.runs.run import RunResult

NOTE = "note: "


def train(
    task: str,
    recipe: str = "default",
    *,
    set: Mapping[str, Any] | None = None,
    callbacks: Callbacks | None = None,
    out: str | PathLike[str] | None = None,
    data_dir: str | PathLike[str] | None = None,
    device: str = "auto",
    seed: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Predictor:
    """Train a recipe of a task, score it, write its run directory, and load it to answer. Nothing is printed; notes on data are warnings.

    recipe: a name, or a path of a TOML file. set: keys of the recipe with other values, {"training.epochs": 2} or
    {"training": {"epochs": 2}}, checked as `--set` is. callbacks: who hears of it, see `Callbacks`. out: the run directory; where it is
    left out `runs/TASK-RECIPE-DATE-TIME`, as on the command line, so that nothing that took long to train is lost; `run_dir` of the
    predictor says where. data_dir: where the corpora of real recipes lie. device: cpu, cuda, cuda:N, mps or auto, of training; the
    predictor is on the CPU unless a device is named. seed: of weights, dropout and order, instead of the recipe's. resume: go on with the
    run in `out` from its newest checkpoint; overwrite: a run that lies in `out` makes way.

    Ctrl-C (in a notebook: interrupt the kernel) ends the update, saves, and raises Interrupted, whose message says how to go on; a second
    one stops at once.

    Raises UsageError for a wrong task, recipe, key or value (RecipeError tells all of them at once), DataError for faults in data files,
    RunDirectoryError where `out` holds something already, TrainingError where the loss is no longer a number.
    """
    from seqtasks.runs.run import run

    if callbacks is not None and not isinstance(callbacks, Callbacks):
        raise WrongTypeError(f"callbacks is {callbacks!r}. Give seqtasks.Callbacks(log=print), or leave it out for silence.")
    overrides, path = [*texts_of(set)], folder("out", out)
    if resume:
        loaded = resumed(task, overrides, path, alone=seed is None and not overwrite)
    else:
        loaded = load_recipe(name_of("task", task), name_of("recipe", recipe), overrides)
    if seed is not None:
        seeded(loaded.recipe, seed, overrides)
        overrides.append(f"training.seed={seed}")
        loaded = load_recipe(task, fspath(recipe), overrides)
    options = RunOptions(
        locations=DataLocations(folder("data_dir", data_dir)),
        out=path if resume or overwrite else fresh(path),
        device=device,
        resume=resume,
        overwrite=overwrite,
        command=("seqtasks", "run", task, fspath(recipe), *(part for text in overrides for part in ("--set", text))),
    )
    result = interruptibly(lambda heard: run(loaded, options, heard), callbacks or Callbacks(log=warned))
    return load(result.path, device="cpu" if device == "auto" else device)


def interruptibly(train: Callable[[Callbacks], RunResult], callbacks: Callbacks) -> RunResult:
    """What `train` gives, which Ctrl-C stops as on the command line."""
    watcher = LoopWatcher(callbacks.watcher)
    with stop_on_signal(lambda: watcher.training, callbacks.log, interruptible()) as stopped:
        heard = replace(callbacks, watcher=watcher, stop_asked=lambda: bool(stopped) or callbacks.stop_asked())
        try:
            return train(heard)
        except Interrupted as stop:
            raise Interrupted(f"{stop} (in Python: the same call with that out, and resume=True)") from None


def warned(line: str) -> None:
    """A note on the data as a warning, so that it is not lost where nobody listens; other lines are nobody's."""
    if line.startswith(NOTE):
        level, frame = 1, sys._getframe()
        while frame.f_back and frame.f_globals.get("__name__", "").startswith(("seqtasks.", "contextlib")):  # whose call it was
            level, frame = level + 1, frame.f_back
        warnings.warn(line.removeprefix(NOTE), SeqtasksWarning, stacklevel=level)


def resumed(task: str, overrides: Sequence[str], path: Path | None, *, alone: bool) -> LoadedRecipe:
    """The recipe of the run in `out`. Raises UsageError without one, or beside a seed or overwrite."""
    if path is None or not alone:
        raise UsageError("resume goes with out and set only: out is the run to go on with, whose seed stays.")
    return resumed_recipe(name_of("task", task), overrides, existing(path))


def texts_of(values: object, above: str = "") -> Iterator[str]:
    """TABLE.KEY=VALUE for each value of a mapping, with TOML's spelling of it. Tables within it may be mappings themselves.

    Raises WrongTypeError for what is no mapping, or has keys that are no str; UsageError for None, which TOML has no word for.
    """
    if values is None and not above:
        return
    if not isinstance(values, Mapping):
        raise WrongTypeError(f'set takes a dict such as {{"training.epochs": 2}}, got {type(values).__name__} {values!r}.')
    for key, value in values.items():
        if not isinstance(key, str):
            raise WrongTypeError(f"set: the key {key!r} is no str. Write TABLE.KEY, such as 'training.epochs'.")
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from texts_of(value, f"{name}.")
        elif value is None:
            raise UsageError(f"set: {name} is None. Leave a key out to keep the recipe's value.")
        else:
            yield f"{name}={spelled(name, value)}"


def spelled(name: str, value: object) -> str:
    """A value as TOML writes it: of text, numbers, booleans, lists, tuples, paths, and numbers of numpy.

    Raises WrongTypeError for anything else.
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(spelled(name, item) for item in value)}]"
    plain = value.item() if hasattr(value, "item") and not getattr(value, "shape", ()) else value
    plain = fspath(plain) if isinstance(plain, PathLike) else plain
    if not isinstance(plain, str | int | float):
        raise WrongTypeError(f"set: {name} is {type(value).__name__} {value!r}. Give text, a number, True or False, or a list of these.")
    return write_toml({"value": plain}).removeprefix("value = ").rstrip("\n")


def fresh(path: Path | None) -> Path | None:
    """Raises RunDirectoryError where a run or anything else lies in `out` already."""
    if path is not None and path.is_dir() and any(path.iterdir()):
        begun = (path / "run.json").is_file() and not (path / "metrics.json").is_file()
        how = "go on with it by resume=True" if begun else "take what lies there with seqtasks.load"
        raise RunDirectoryError(f"{path}: exists. Give another out, or overwrite=True, or {how}.")
    return path


def seeded(recipe: Any, seed: object, overrides: list[str]) -> None:
    """Raises UsageError for a seed that is none, that `set` gives too, or that would change nothing."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise WrongTypeError(f"seed is {seed!r}. Give a whole number.")
    if any(text.startswith("training.seed=") for text in overrides):
        raise UsageError("both seed and set['training.seed'] are given. Leave one of the two out.")
    if not kind_of(recipe).seeded:
        raise UsageError(f"seed: a recipe of kind {recipe.kind!r} draws nothing; every seed would give the same. Leave it out.")


def name_of(argument: str, value: object) -> str:
    """A task's or a recipe's name, or a recipe's path as text."""
    if isinstance(value, PathLike) and argument == "recipe":
        return str(fspath(value))
    if not isinstance(value, str):
        raise WrongTypeError(f"{argument} is {value!r}. Give a name (str), such as 'translation' or 'pos'.")
    return value


def folder(argument: str, value: object) -> Path | None:
    """A folder that a caller names. Raises WrongTypeError for what is no path."""
    if value is None:
        return None
    if not isinstance(value, str | PathLike) or value == "":
        raise WrongTypeError(f"{argument} is {value!r}. Give a path, or leave it out.")
    return Path(value).expanduser()

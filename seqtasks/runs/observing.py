"""What a run's curves show, in words: for the report of a run that ends, and of any run directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.diagnosis.observations.evidence import Evidence
from seqtasks.diagnosis.observations.observe import Observation, observe
from seqtasks.errors import RunDirectoryError, SeqtasksError, UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.table import kind_of, saved_recipe
from seqtasks.training.history import History

LAST_UPDATE = 10**12  # beyond any update: the whole history


@dataclass(frozen=True)
class ObservedRun:
    """A run's observation, and lines to tell of how it came about."""

    observation: Observation
    notes: list[str]


def observed(directory: RunDirectory, recipe: Any, task: Any) -> Observation | None:
    """Of a run whose task holds the weights that it ended with; None without a history (an HMM is counted)."""
    history = History(directory.history)
    history.restore(LAST_UPDATE)
    if not history.rows:
        return None
    evidence = task.evidence() if hasattr(task, "evidence") else Evidence()
    entropy = getattr(task, "label_entropy", None)
    kind = kind_of(recipe)
    return observe(
        history.rows, flat(recipe.model_dump()), evidence=evidence, entropy=entropy, fits=lambda setting: kind.takes(recipe, setting)
    )


def observe_run(path: Path, *, locations: DataLocations | None = None, curves_only: bool = False) -> ObservedRun:
    """Of a run directory, finished or not, an earlier one too. Where its data are there, they are read, and its weights asked.

    curves_only: nothing but its history and its recipe is read. Raises RunDirectoryError for what is no run, UsageError for one that has
    no history.
    """
    directory = RunDirectory.open(path)
    if "seeds" in directory.facts():
        raise RunDirectoryError(f"{path}: holds the runs of several seeds. Name one of them: {path / 'seed-1'}.")
    recipe = saved_recipe(directory)
    task, notes = (None, []) if curves_only else asked(directory, recipe, locations or DataLocations())
    found = observed(directory, recipe, task)
    if found is None:
        raise UsageError(f"{path}: has no epoch in history.jsonl, so there is nothing to observe (an HMM is counted, not trained).")
    return ObservedRun(found, notes)


def asked(directory: RunDirectory, recipe: Any, locations: DataLocations) -> tuple[Any, list[str]]:
    """The task of a run with its data read and its weights loaded, and no notes; or None, and why."""
    from seqtasks.training.weights import load_weights

    if not directory.weights.is_file():
        return None, ["The run has not been finished: what is told rests on its curves alone."]
    try:
        task: Any = kind_of(recipe).runner(recipe, locations, device="cpu", learned=directory.path).task
        load_weights(task.model, directory.weights)
    except SeqtasksError as fault:
        return None, [f"What is told rests on curves alone: {fault}"]
    known = set(directory.facts().get("data", {}).values())
    if changed := [part.path for part in task.parts if known and part.checksum not in known]:
        return None, [f"What is told rests on curves alone: {changed[0]} has changed since the run."]
    return task, []


def flat(tables: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """{"TABLE.KEY": value} of all tables."""
    return dict(entries(tables, above))


def entries(tables: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from entries(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value

"""Running a recipe: read, train, score, report. The command line calls `run`; so can a script."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqtasks.errors import Interrupted, RunDirectoryError, UsageError
from seqtasks.recipes.controls import FOLDER, beside_controls, control_recipes, is_finished
from seqtasks.recipes.hmm import HMMWork
from seqtasks.recipes.job import Job, Outcome
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.recipes.names import check_recipe
from seqtasks.recipes.neural import NeuralWork
from seqtasks.recipes.parts import Place
from seqtasks.recipes.reporting import write_outputs
from seqtasks.recipes.run_directory import RunDirectory, default_path, existing, refuse_existing
from seqtasks.recipes.schema import HMMRecipe, Recipe, TaggingRecipe
from seqtasks.recipes.tagging import TaggingJob
from seqtasks.recipes.translation_review import reviews_json
from seqtasks.recipes.work import Listener, RunOptions, Work, cost
from seqtasks.text.files import write_atomically
from seqtasks.training.devices import denormals_flushed

METRICS_FORMAT = 1


@dataclass(frozen=True)
class RunResult:
    """Where a run lies, its outcome, and what its weights were selected on."""

    path: Path
    outcome: Outcome
    metrics: Mapping[str, Any]


@denormals_flushed()
def run(loaded: LoadedRecipe, options: RunOptions, listener: Listener) -> RunResult:
    """Train, score and report; returns where. Raises SeqtasksError for whatever a user can put right."""
    path = options.out or default_path(loaded.task, loaded.name)
    try:
        return carry_out(loaded, path, options, listener)
    except Interrupted as stop:
        raise Interrupted(f"{stop} Go on with: {resume_command(loaded, path, options)}") from None


def carry_out(loaded: LoadedRecipe, path: Path, options: RunOptions, listener: Listener) -> RunResult:
    """A run in the directory `path`, and after it those of its controls, where it has any."""
    recipe = loaded.recipe
    check_recipe(recipe)
    before = existing(options.out) if options.resume else None
    fine_tuned = options.fine_tune
    if before:
        fine_tuned = Path(source) if (source := before.facts().get("from")) else None
    else:
        refuse_existing(path, overwrite=options.overwrite)
    listener.tell(f"run directory: {path}")
    refuse_own_source(fine_tuned, path)
    started = before is not None and any(before.checkpoints.glob("update-*.safetensors"))
    work = begin_work(recipe, options.place, device=options.device, learned=path if started else fine_tuned)
    for note in [*loaded.notes, *work.job.notes]:
        listener.tell(f"note: {note}")
    directory = before or new_directory(path, loaded, options, work)
    if before:
        refuse_other_data(before, work.job)
        before.save_recipe(recipe)
    seconds = work.train(directory, listener, resume=options.resume, start=None if started else fine_tuned)
    outcome = work.job.outcome()
    metrics = metrics_of(loaded.task, work.job, outcome) | {"cost": cost(work, directory, seconds)}
    write_results(directory, loaded, work, outcome, metrics)
    if isinstance(work.job, TaggingJob) and (controls := control_recipes(recipe)):
        if fine_tuned:
            listener.tell("note: no single-task controls: this run does not start from its seed.")
            return RunResult(path, outcome, metrics)
        train_controls(controls, loaded, path, options, listener)
        outcome.controls = beside_controls(work.job, directory, controls)
        metrics["controls"] = [controlled.to_json() for controlled in outcome.controls]
        write_results(directory, loaded, work, outcome, metrics)
    return RunResult(path, outcome, metrics)


def write_results(directory: RunDirectory, loaded: LoadedRecipe, work: Work, outcome: Outcome, metrics: Mapping[str, Any]) -> None:
    """metrics.json, the predictions and the report."""
    write_atomically(directory.metrics, json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")
    write_outputs(directory, loaded, work, outcome)


def train_controls(recipes: Mapping[str, TaggingRecipe], loaded: LoadedRecipe, path: Path, options: RunOptions, listener: Listener) -> None:
    """A run for each control that is not finished; one that was stopped goes on. They say nothing that the run has said already."""
    for head, recipe in recipes.items():
        folder = path / FOLDER / head
        if is_finished(folder, recipe):
            listener.tell(f"single-task control of {head}: finished in {folder}")
            continue
        listener.tell(f"single-task control of {head}: {folder}")
        alone = LoadedRecipe(recipe, loaded.task, f"{loaded.name}-{head}-alone", loaded.path)
        resume = (folder / "run.json").is_file()
        carry_out(alone, folder, replace(options, out=folder, resume=resume), replace(listener, tell=lambda line: None))


def begin_work(recipe: Recipe, place: Place, *, device: str, learned: Path | None) -> Work:
    """The recipe with its data read; vocabularies come from the run in `learned`, where there is one."""
    if isinstance(recipe, HMMRecipe):
        return HMMWork(recipe, place)
    return NeuralWork(recipe, place, device=device, learned=learned)


def new_directory(path: Path, loaded: LoadedRecipe, options: RunOptions, work: Work) -> RunDirectory:
    """The directory of a new run; its run.json says what was typed, where it ran, and on which data."""
    device = work.machine["device"].partition(" ")[0]
    facts: dict[str, Any] = {"task": loaded.task, "recipe": loaded.name, "command": shlex.join(options.command), "device": device}
    if options.fine_tune:
        facts["from"] = str(options.fine_tune.absolute())
    if isinstance(work.job, TaggingJob) and work.job.coverage:
        facts["vectors"] = work.job.coverage.to_json()
    facts["data"] = {part.path: part.checksum for part in work.job.parts}
    return RunDirectory.create(path, loaded.recipe, facts, overwrite=options.overwrite)


def refuse_own_source(source: Path | None, path: Path) -> None:
    """Raises UsageError where the run to fine-tune from lies in the directory that would be replaced."""
    if source and source.resolve().is_relative_to(path.resolve()):
        raise UsageError(f"--from {source}: lies in --out {path}, which would be replaced. Choose another --out.")


def refuse_other_data(directory: RunDirectory, job: Job) -> None:
    """Raises RunDirectoryError where a part is not what the run began with: it could not end at the same weights."""
    begun: dict[str, str] = directory.facts().get("data", {})
    now = {part.checksum for part in job.parts}
    changed = [part.path for part in job.parts if part.checksum not in begun.values()]
    changed += [path for path, checksum in begun.items() if checksum not in now]
    if changed:
        raise RunDirectoryError(
            f"{changed[0]}: has changed since the run in {directory.path} began. Restore it, or start anew with --from {directory.path}."
        )


def metrics_of(task: str, job: Job, outcome: Outcome) -> dict[str, Any]:
    """The object of metrics.json."""
    found = {
        "format": METRICS_FORMAT,
        "task": task,
        "selected_on": job.selected_on,
        "scores": [score.to_json() for score in outcome.scores],
        "data": [{"split": part.split, "path": part.path, "sentences": part.sentences, "sha256": part.checksum} for part in job.parts],
    }
    entities = {name: report.to_json() for name, report in outcome.entities.items()}
    return found | ({"entities": entities} if entities else {}) | reviews_json(outcome.reviews)


def resume_command(loaded: LoadedRecipe, path: Path, options: RunOptions) -> str:
    """What to type to go on."""
    where = ["--data-dir", str(options.place.data_dir)] if options.place.data_dir else []
    device = ["--device", options.device] if options.device != "auto" else []
    return shlex.join(["seqtasks", "run", loaded.task, loaded.name, *where, "--out", str(path), *device, "--resume"])

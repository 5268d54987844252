"""Running a recipe: read, train, score, report. The command line calls `run`; so can a script."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from seqtasks.errors import Interrupted, RunDirectoryError, UsageError
from seqtasks.evaluation.score import Score
from seqtasks.recipes.assets import TaggingAssets, TranslationAssets
from seqtasks.recipes.build import build_optimizer, build_schedule
from seqtasks.recipes.job import Job, Outcome
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.recipes.names import check_recipe, tasks_of
from seqtasks.recipes.parts import Place
from seqtasks.recipes.reporting import write_outputs
from seqtasks.recipes.run_directory import RunDirectory, default_path, existing, refuse_existing
from seqtasks.recipes.schema import Recipe, TranslationRecipe
from seqtasks.recipes.tagging import TaggingJob
from seqtasks.recipes.translation import TranslationJob
from seqtasks.text.files import write_atomically
from seqtasks.training.checkpoints import Checkpoints, Progress
from seqtasks.training.devices import denormals_flushed, describe_machine, find_device, find_precision
from seqtasks.training.history import History
from seqtasks.training.loop import Limits, Setting, Watcher, train
from seqtasks.training.seeds import seed_everything
from seqtasks.training.weights import load_weights, save_weights

METRICS_FORMAT = 1


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
class RunResult:
    """Where a run lies, its outcome, and what its weights were selected on."""

    path: Path
    outcome: Outcome
    metrics: Mapping[str, Any]


@dataclass(frozen=True)
class Listener:
    """Who is told: `tell` gets single lines, `watcher` the training's progress, `stop_asked` says whether to stop."""

    tell: Callable[[str], None]
    watcher: Watcher
    stop_asked: Callable[[], bool] = lambda: False


@denormals_flushed()
def run(loaded: LoadedRecipe, options: RunOptions, listener: Listener) -> RunResult:
    """Train, score and report; returns where. Raises SeqtasksError for whatever a user can put right."""
    device = find_device(options.device)
    recipe = loaded.recipe
    check_recipe(recipe)
    precision = find_precision(recipe.training.precision, device)
    path = options.out or default_path(loaded.task, loaded.name)
    before = existing(options.out) if options.resume else None
    fine_tuned = options.fine_tune
    if before:
        fine_tuned = Path(source) if (source := before.facts().get("from")) else None
    else:
        refuse_existing(path, overwrite=options.overwrite)
    listener.tell(f"run directory: {path}")
    refuse_own_source(fine_tuned, path)
    started = before is not None and any(before.checkpoints.glob("update-*.safetensors"))
    seed_everything(recipe.training.seed)
    job = make_job(recipe, options.place, device, saved_assets(path if started else fine_tuned, recipe))
    for note in [*loaded.notes, *job.notes]:
        listener.tell(f"note: {note}")
    directory = before or new_directory(path, loaded, options, job, device)
    if before:
        refuse_other_data(before, job)
        before.save_recipe(recipe)
    job.save_assets(directory.text)
    if fine_tuned and not started:
        load_weights(job.model, RunDirectory.open(fine_tuned).weights)
        listener.tell(f"weights from {fine_tuned}")
    parameters = sum(parameter.numel() for parameter in job.model.parameters())
    listener.tell(f"{parameters:,} parameters, {precision} on {device}, {torch.get_num_threads()} threads")
    try:
        train_job(job, recipe, directory, device, precision, listener, resume=options.resume)
    except Interrupted as stop:
        raise Interrupted(f"{stop} Go on with: {resume_command(loaded, path, options)}") from None
    save_weights(job.model, directory.weights)
    outcome = job.outcome()
    metrics = metrics_of(loaded.task, job, outcome.scores)
    write_atomically(directory.metrics, json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")
    write_outputs(directory, loaded, job, outcome, machine=describe_machine(device, precision))
    return RunResult(path, outcome, metrics)


def new_directory(path: Path, loaded: LoadedRecipe, options: RunOptions, job: Job, device: torch.device) -> RunDirectory:
    """The directory of a new run; its run.json says what was typed, where it ran, and on which data."""
    facts: dict[str, Any] = {"task": loaded.task, "recipe": loaded.name, "command": shlex.join(options.command), "device": str(device)}
    if options.fine_tune:
        facts["from"] = str(options.fine_tune.absolute())
    facts["data"] = {part.path: part.checksum for part in job.parts}
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


def saved_assets(path: Path | None, recipe: Recipe) -> TaggingAssets | TranslationAssets | None:
    """The vocabularies of a run that is resumed or fine-tuned; None for a run that learns its own."""
    if path is None:
        return None
    folder = RunDirectory.open(path).text
    if not any(folder.glob("*")):  # stopped before it had learned any
        return None
    if isinstance(recipe, TranslationRecipe):
        return TranslationAssets.load(folder, recipe.text)
    return TaggingAssets.load(folder, tasks_of(recipe))


def make_job(recipe: Recipe, place: Place, device: torch.device, assets: TaggingAssets | TranslationAssets | None = None) -> Job:
    """The recipe with its data read and its model built."""
    if isinstance(recipe, TranslationRecipe):
        return TranslationJob(recipe, place, device, assets if isinstance(assets, TranslationAssets) else None)
    return TaggingJob(recipe, place, device, assets if isinstance(assets, TaggingAssets) else None)


def train_job(
    job: Job, recipe: Recipe, directory: RunDirectory, device: torch.device, precision: str, listener: Listener, *, resume: bool
) -> Progress:
    """From the start, or from the newest checkpoint, to the best weights."""
    settings = recipe.training
    optimizer = build_optimizer(job.model, settings)
    checkpoints = Checkpoints(directory.checkpoints, keep=settings.keep_checkpoints, machine=describe_machine(device, precision))
    history, progress = History(directory.history), Progress()
    if resume and checkpoints.files():
        progress, changed = checkpoints.resume(job.model, optimizer, device)
        history.restore(progress.update)
        listener.tell(f"resumed in epoch {progress.epoch} after update {progress.update}")
        for line in changed:
            listener.tell(f"note: {line}: the result may differ in its last bits from an uninterrupted run.")
    elif resume:
        listener.tell("note: no checkpoint had been saved yet; starting from the beginning.")
    return train(
        job.model,
        job,
        job.objective,
        optimizer=optimizer,
        schedule=build_schedule(settings, len(job.epoch(1))),
        score_dev=job.score_dev,
        checkpoints=checkpoints,
        history=history,
        progress=progress,
        limits=Limits(settings.epochs, settings.patience, settings.clip_norm, settings.checkpoint_every, job.weights),
        setting=Setting(device, precision, listener.watcher, listener.stop_asked),
    )


def metrics_of(task: str, job: Job, scores: Sequence[Score]) -> dict[str, Any]:
    """The object of metrics.json."""
    return {
        "format": METRICS_FORMAT,
        "task": task,
        "selected_on": job.selected_on,
        "scores": [score.to_json() for score in scores],
        "data": [{"split": part.split, "path": part.path, "sentences": part.sentences, "sha256": part.checksum} for part in job.parts],
    }


def resume_command(loaded: LoadedRecipe, path: Path, options: RunOptions) -> str:
    """What to type to go on."""
    where = ["--data-dir", str(options.place.data_dir)] if options.place.data_dir else []
    device = ["--device", options.device] if options.device != "auto" else []
    return shlex.join(["seqtasks", "run", loaded.task, loaded.name, *where, "--out", str(path), *device, "--resume"])

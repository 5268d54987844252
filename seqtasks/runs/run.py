"""Running a recipe: read, train, score, report. The command line calls `run`; so can a script."""

import json
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqtasks.errors import Interrupted, RunDirectoryError, SeqtasksError, UsageError
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.recipes.run_directory import RESULTS, RunDirectory, default_path, existing, refuse_existing
from seqtasks.recipes.run_files import only_writer
from seqtasks.recipes.schema import Recipe
from seqtasks.runs.observing import observed
from seqtasks.runs.reporting import write_outputs
from seqtasks.tasks.contract import CONTROLS, Callbacks, Runner, RunOptions, Task
from seqtasks.tasks.outcome import Outcome
from seqtasks.tasks.table import check_recipe, kind_of, saved_recipe
from seqtasks.tasks.translation.review import reviews_json
from seqtasks.text.corpora.examples import DataNote
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
def run(loaded: LoadedRecipe, options: RunOptions, callbacks: Callbacks) -> RunResult:
    """Train, score and report; returns where. Raises SeqtasksError for whatever a user can put right."""
    check_recipe(loaded.recipe)
    if not options.resume and options.out:
        refuse_existing(options.out, overwrite=options.overwrite)
    path = existing(options.out).path if options.resume else options.out or default_path(loaded.task, loaded.name)
    try:
        with only_writer(path, new=options.out is None):
            return run_in(loaded, path, options, callbacks)
    except Interrupted as stop:
        raise Interrupted(f"{stop} Go on with: {resume_command(loaded, path, options)}") from None


def run_in(loaded: LoadedRecipe, path: Path, options: RunOptions, callbacks: Callbacks) -> RunResult:
    """A run in the directory `path`, which is held, and after it those of its controls, where it has any."""
    recipe = loaded.recipe
    before = existing(options.out) if options.resume else None
    fine_tuned = options.fine_tune
    if before:
        fine_tuned = Path(source) if (source := before.facts().get("from")) else None
    else:
        refuse_existing(path, overwrite=options.overwrite)
    callbacks.log(f"run directory: {path}")
    refuse_own_source(fine_tuned, path)
    started = before is not None and any(before.checkpoints.glob("update-*.safetensors"))
    learned = path if started else fine_tuned if of_kind(fine_tuned, recipe.kind) else None
    runner = kind_of(recipe).runner(recipe, options.locations, device=options.device, learned=learned)
    for note in [*loaded.notes, *runner.task.notes]:
        callbacks.log(f"note: {note}")
    if options.strict:
        refuse_noted(runner.task.notes)
    directory = before or new_directory(path, loaded, options, runner)
    if before:
        refuse_other_data(before, runner.task)
        before.open_files()
        before.save_recipe(recipe)
    try:
        return carried_out(loaded, directory, runner, options, callbacks, started=started, fine_tuned=fine_tuned)
    except KeyboardInterrupt:  # not by the loop, which saves first
        raise KeyboardInterrupt(f"Interrupted. Go on with: {resume_command(loaded, path, options)}") from None


def carried_out(
    loaded: LoadedRecipe,
    directory: RunDirectory,
    runner: Runner,
    options: RunOptions,
    callbacks: Callbacks,
    *,
    started: bool,
    fine_tuned: Path | None,
) -> RunResult:
    """The run whose directory is there: trained, scored, reported, as are its controls. started: checkpoints are there to go on from."""
    recipe, path, kind = loaded.recipe, directory.path, kind_of(loaded.recipe)
    seconds = runner.train(directory, callbacks, resume=options.resume, start=None if started else fine_tuned)
    directory.close_files()
    outcome = runner.task.outcome()
    outcome.observation = observed(directory, recipe, runner.task)
    metrics = metrics_of(loaded.task, runner.task, outcome) | {"cost": cost(runner, directory, seconds)}
    write_results(directory, loaded, runner, outcome, metrics)
    if controls := kind.controls(recipe):
        if fine_tuned:
            callbacks.log("note: no single-task controls: this run does not start from its seed.")
            return RunResult(path, outcome, metrics)
        train_controls(controls, loaded, path, options, callbacks)
        outcome.controls = kind.beside_controls(runner.task, directory, controls)
        metrics["controls"] = [controlled.to_json() for controlled in outcome.controls]
        write_results(directory, loaded, runner, outcome, metrics)
    return RunResult(path, outcome, metrics)


def of_kind(source: Path | None, kind: str) -> bool:
    """Whether there is a run to fine-tune from, and of this kind: one of another kind keeps its vocabularies to itself."""
    return source is not None and RunDirectory.open(source).recipe_tables().get("kind") == kind


def write_results(directory: RunDirectory, loaded: LoadedRecipe, runner: Runner, outcome: Outcome, metrics: Mapping[str, Any]) -> None:
    """metrics.json, the predictions and the report, then their checksums."""
    directory.open_files(RESULTS)
    write_atomically(directory.metrics, json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")
    write_outputs(directory, loaded, runner, outcome)
    directory.close_results()


def train_controls(recipes: Mapping[str, Recipe], loaded: LoadedRecipe, path: Path, options: RunOptions, callbacks: Callbacks) -> None:
    """A run for each control that is not finished; one that was stopped goes on. They say nothing that the run has said already."""
    for head, recipe in recipes.items():
        folder = path / CONTROLS / head
        if RunDirectory(folder).report.is_file() and saved_recipe(RunDirectory(folder)) == recipe:
            callbacks.log(f"single-task control of {head}: finished in {folder}")
            continue
        callbacks.log(f"single-task control of {head}: {folder}")
        alone = LoadedRecipe(recipe, loaded.task, f"{loaded.name}-{head}-alone", loaded.path)
        resume = (folder / "run.json").is_file()
        with only_writer(folder):
            run_in(alone, folder, replace(options, out=folder, resume=resume), replace(callbacks, log=lambda line: None))


def new_directory(path: Path, loaded: LoadedRecipe, options: RunOptions, runner: Runner) -> RunDirectory:
    """The directory of a new run; its run.json says what was typed, where it ran, and on which data."""
    device = runner.machine["device"].partition(" ")[0]
    facts: dict[str, Any] = {"task": loaded.task, "recipe": loaded.name, "command": shlex.join(options.command), "device": device}
    facts |= {"machine": dict(runner.machine), "python": platform.python_version()}
    if options.fine_tune:
        facts["from"] = str(options.fine_tune.absolute())
    facts |= runner.task.run_facts()
    facts["data"] = {part.path: part.checksum for part in runner.task.parts}
    return RunDirectory.create(path, loaded.recipe, facts, overwrite=options.overwrite)


def refuse_noted(notes: Sequence[str]) -> None:
    """Raises SeqtasksError where there are notes on data."""
    found = [note for note in notes if isinstance(note, DataNote)]
    if found:
        count, first = "a note" if len(found) == 1 else f"{len(found):,} notes", found[0].removesuffix(".")
        raise SeqtasksError(f"--strict: {count} on the data, the first: {first}. Mend the data, or leave --strict out.")


def refuse_own_source(source: Path | None, path: Path) -> None:
    """Raises UsageError where the run to fine-tune from lies in the directory that would be replaced."""
    if source and source.resolve().is_relative_to(path.resolve()):
        raise UsageError(f"--from {source}: lies in --out {path}, which would be replaced. Choose another --out.")


def refuse_other_data(directory: RunDirectory, task: Task) -> None:
    """Raises RunDirectoryError where a part is not what the run began with: it could not end at the same weights."""
    begun: dict[str, str] = directory.facts().get("data", {})
    now = {part.checksum for part in task.parts}
    changed = [part.path for part in task.parts if part.checksum not in begun.values()]
    changed += [path for path, checksum in begun.items() if checksum not in now]
    if changed:
        raise RunDirectoryError(
            f"{changed[0]}: has changed since the run in {directory.path} began. Restore it, or start anew with --from {directory.path}."
        )


def metrics_of(name: str, task: Task, outcome: Outcome) -> dict[str, Any]:
    """The object of metrics.json."""
    found = {
        "format": METRICS_FORMAT,
        "task": name,
        "selected_on": task.selected_on,
        "scores": [score.to_json() for score in outcome.scores],
        "data": [{"split": part.split, "path": part.path, "sentences": part.sentences, "sha256": part.checksum} for part in task.parts],
    }
    entities = {name: report.to_json() for name, report in outcome.entities.items()}
    tags = {"wrong_tags": {name: one.to_json() for name, one in outcome.tag_reviews.items()}} if outcome.tag_reviews else {}
    observation = {"observation": outcome.observation.to_json()} if outcome.observation else {}
    told = reviews_json(outcome.reviews) | tags | observation | outcome.details
    return found | ({"entities": entities} if entities else {}) | told


def resume_command(loaded: LoadedRecipe, path: Path, options: RunOptions) -> str:
    """What to type to go on."""
    where = ["--data-dir", str(options.locations.data_dir)] if options.locations.data_dir else []
    device = ["--device", options.device] if options.device != "auto" else []
    return shlex.join(["seqtasks", "run", loaded.task, loaded.name, *where, "--out", str(path), *device, "--resume"])


def cost(runner: Runner, directory: RunDirectory, seconds: float) -> dict[str, Any]:
    """The cost table of metrics.json: seconds of training, learned numbers, and bytes that a prediction needs."""
    return {
        "training_seconds": round(seconds, 3),
        "parameters": sum(count for _, _, count in runner.parameters()),
        "bytes_on_disk": sum(file.stat().st_size for file in directory.learned()),
    }

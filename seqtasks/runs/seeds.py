"""The same recipe under several seeds: runs in seed-1/, seed-2/ ..., and an aggregate metrics.json above them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

from seqtasks.errors import UsageError
from seqtasks.evaluation.controls import Controlled
from seqtasks.evaluation.score import Score
from seqtasks.recipes.load import LoadedRecipe
from seqtasks.recipes.run_directory import RunDirectory, default_path, refuse_existing
from seqtasks.recipes.run_files import only_writer
from seqtasks.runs.run import METRICS_FORMAT, RunResult, refuse_own_source, run
from seqtasks.tasks.contract import Callbacks, RunOptions
from seqtasks.tasks.outcome import Outcome
from seqtasks.tasks.table import kind_of
from seqtasks.text.files import write_atomically


def run_seeds(loaded: LoadedRecipe, options: RunOptions, callbacks: Callbacks, seeds: int) -> RunResult:
    """Run `seeds` times from the recipe's seed on; the aggregate holds the median of each score and its range."""
    recipe, kind = loaded.recipe, kind_of(loaded.recipe)
    if not kind.seeded:
        why = f"is of kind {recipe.kind!r}, which draws nothing: every seed would give the same"
        raise UsageError(f"--seeds: {loaded.path} {why}. Leave it out.")
    if options.out:
        refuse_existing(options.out, overwrite=options.overwrite)
    path = options.out or default_path(loaded.task, loaded.name)
    refuse_own_source(options.fine_tune, path)
    with only_writer(path, new=options.out is None):
        return run_seeds_in(path, loaded, options, callbacks, seeds)


def run_seeds_in(path: Path, loaded: LoadedRecipe, options: RunOptions, callbacks: Callbacks, seeds: int) -> RunResult:
    """The same in the directory `path`, which is held."""
    recipe, kind = loaded.recipe, kind_of(loaded.recipe)
    RunDirectory.create(path, loaded.recipe, {"task": loaded.task, "recipe": loaded.name, "seeds": seeds}, overwrite=options.overwrite)
    first, results = recipe.training.seed, []
    for number in range(1, seeds + 1):
        seeded = replace(loaded, recipe=kind.with_seed(recipe, number - 1))
        callbacks.log(f"seed {first + number - 1} ({number} of {seeds})")
        results.append(run(seeded, replace(options, out=path / f"seed-{number}", overwrite=False), callbacks))
    scores = aggregate([result.outcome.scores for result in results])
    metrics = {
        "format": METRICS_FORMAT,
        "task": loaded.task,
        "selected_on": results[0].metrics["selected_on"],
        "seeds": [first + number for number in range(seeds)],
        "scores": scores,
    }
    controls = aggregate_controls([result.outcome.controls for result in results])
    metrics |= {"controls": [controlled.to_json() for controlled in controls]} if controls else {}
    write_atomically(path / "metrics.json", json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")
    RunDirectory(path).close_results()
    fields = ("name", "value", "split", "head", "signature")
    shown = [Score.from_json({**{key: row[key] for key in fields}, "interval": [row["minimum"], row["maximum"]]}) for row in scores]
    return RunResult(path, Outcome(scores=shown, examples=results[0].outcome.examples, controls=controls), metrics)


def aggregate(runs: list[list[Score]]) -> list[dict[str, Any]]:
    """For each score that all runs have (a translation may be too long for `ter`) the median, the smallest, the largest and every value."""
    known = [{(score.split, score.head, score.name): score for score in scores} for scores in runs]
    rows = []
    for key in known[0]:
        scores = [found[key] for found in known if key in found]
        if len(scores) < len(runs):
            continue
        values = [score.value for score in scores]
        entry = Score(
            scores[0].name,
            median(values),
            scores[0].split,
            scores[0].head,
            f"median (and range) of {len(values)} seeds|{scores[0].signature}",
        )
        spread = {"minimum": finite(min(values)), "maximum": finite(max(values)), "values": [finite(value) for value in values]}
        rows.append({**entry.to_json(), **spread})
    return rows


def aggregate_controls(runs: Sequence[Sequence[Controlled]]) -> list[Controlled]:
    """For each score beside its control the medians over the runs, and as interval the range of the differences."""
    found = []
    for rows in zip(*runs, strict=True):
        differences = [row.difference for row in rows]
        value, control = median(row.value for row in rows), median(row.control for row in rows)
        interval = min(differences), max(differences)
        found.append(replace(rows[0], value=value, control=control, difference=median(differences), interval=interval, p=None))
    return found


def finite(value: float) -> float | None:
    """A number as JSON has it: none for infinity, as in every score."""
    return value if isfinite(value) else None

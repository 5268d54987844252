"""Comparing taggers: from run directories, or from the recipes of a task, to a Comparison and the files that show it.

OUT/comparison.json holds every number, comparison.csv a row for each system, comparison.html the report; runs that were trained for it lie
in OUT/runs.
"""

from __future__ import annotations

import csv
import io
import json
import platform
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

import seqtasks
from seqtasks.comparison.cost import cost_of, measure
from seqtasks.comparison.finished_runs import (
    ComparedRun,
    ComparedSystem,
    FinishedRun,
    common_split,
    differing_keys,
    open_systems,
    refuse_other_data,
    training_corpus,
    training_part,
)
from seqtasks.comparison.trained_recipes import TrainedRecipe, load_recipes, refuse_unlike, refuse_untrained, train_missing, usual_recipes
from seqtasks.errors import RunDirectoryError, UsageError
from seqtasks.evaluation.audit import Annotated
from seqtasks.evaluation.compare_systems import compare_systems
from seqtasks.evaluation.comparison import Comparison, CurvePoint
from seqtasks.evaluation.learning_curve import crossovers
from seqtasks.evaluation.systems import SystemOutput, median_run
from seqtasks.recipes.run_directory import default_path
from seqtasks.reports.comparison_report import write_comparison_report
from seqtasks.reports.comparison_tables import Row, comparison_rows
from seqtasks.tasks.contract import Callbacks, RunOptions
from seqtasks.tasks.table import kind_of
from seqtasks.tasks.tagging.recipe import file_scheme
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.files import write_atomically

SHARES = (0.01, 0.03, 0.1, 0.3)
FORMAT = 1
OURS = {"runs", "comparison.json", "comparison.csv", "comparison.html"}


def compare_runs(
    paths: Sequence[Path],
    out: Path | None,
    options: RunOptions,
    callbacks: Callbacks,
    *,
    split: str | None = None,
    layer: str | None = None,
) -> tuple[Path, Comparison]:
    """Compare finished runs as they are; returns the folder and what was found."""
    systems = open_systems(paths, lambda path: ComparedRun(path, layer))
    refuse_single(systems)
    folder = out or default_path("compare", "-".join(system.name for system in systems)[:60].replace("/", "-"))
    refuse_foreign(folder)
    return folder, finish(systems, [], folder, options, callbacks, task=task_of(systems), split=split)


def compare_task(
    task: str,
    names: Sequence[str] | None,
    overrides: Sequence[str],
    out: Path | None,
    options: RunOptions,
    callbacks: Callbacks,
    *,
    seeds: int = 1,
    curves: bool = False,
    split: str | None = None,
) -> tuple[Path, Comparison]:
    """Train what is missing of the recipes, on shares of the training sentences too where `curves`, and compare."""
    refuse_untrained(task)
    names = names or usual_recipes(task)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"--recipes: {twice[0]} is named twice.")
    recipes = load_recipes(task, names, overrides)
    folder = out or Path("runs") / f"compare-{task}"
    refuse_foreign(folder)
    refuse_single(recipes)
    refuse_unlike(recipes, options.locations, split)
    tell_replaced(folder, split, callbacks, curves=curves)
    trained = train_missing(recipes, folder, options, callbacks, seeds=seeds)
    systems = [ComparedSystem(found.name, [ComparedRun(path) for path in found.paths]) for found in trained]
    points: list[TrainedRecipe] = []
    if curves:
        for share in SHARES:
            points += train_missing(recipes, folder, options, callbacks, seeds=seeds, share=share)
        points += trained
    return folder, finish(systems, points, folder, options, callbacks, task=task, split=split)


def finish(
    systems: Sequence[ComparedSystem[ComparedRun]],
    points: Sequence[TrainedRecipe],
    folder: Path,
    options: RunOptions,
    callbacks: Callbacks,
    *,
    task: str,
    split: str | None,
) -> Comparison:
    """Check, measure, compare and write."""
    split = common_split(systems, split)
    refuse_other_data(systems, split)
    first = systems[0].runs[0]
    words, gold, _ = first.answers(split)
    corpus = training_corpus(first, options.locations)
    train = training_part(first, corpus)
    scheme = file_scheme(first.data)
    outputs = [output_of(system, split, words, gold, callbacks) for system in systems]
    found = compare_systems(
        outputs,
        Annotated(words, gold),
        Annotated([sentence.words for sentence in train], [sentence.tags[first.data.layer] for sentence in train]),
        scheme=scheme,
        split=split,
        head=first.head,
    )
    tags = {tag for row in gold for tag in row}
    curve = distinct([curve_point(point, split, corpus, tags, metric_of(scheme)) for point in points])
    parts = [(part, first.facts(part)) for part in ("train", split)]
    comparison = Comparison(
        task=task,
        layer=first.data.layer,
        scheme=scheme,
        split=split,
        metric=metric_of(scheme),
        sentences=len(words),
        tokens=sum(map(len, words)),
        data=[(part, "/".join(Path(facts["path"]).parts[-2:]), facts["sentences"], facts["sha256"]) for part, facts in parts],
        systems=found.systems,
        pairs=found.pairs,
        cascades=found.cascades,
        curves=curve,
        crossovers=crossovers(curve),
        audit=found.audit,
        settings={"command": shlex.join(options.command), "selected on": selection(systems), **differences(systems)},
        environment=environment(),
        notes=[
            *dict.fromkeys(note for system in found.systems for note in system.notes),
            *single_seed_warning([output.name for output in outputs if len(output.tags) == 1 and not output.fixed]),
        ],
    )
    write_numbers(folder, comparison.to_json(), comparison_rows(comparison))
    write_comparison_report(comparison, folder / "comparison.html")
    return comparison


def output_of(
    system: ComparedSystem[ComparedRun], split: str, words: list[list[str]], gold: list[list[str]], callbacks: Callbacks
) -> SystemOutput:
    """The stored answers of every run, and confidences and cost as measured. Raises UsageError where the words or gold tags differ."""
    tags, measured, notes = [], [], []
    for run in system.runs:
        own_words, own_gold, predicted = run.answers(split)
        if (own_words, own_gold) != (words, gold):
            raise UsageError(f"{run.path}: its {split} part has other words or gold tags. Only runs of the same data can be compared.")
        callbacks.log(f"tagging with {run.path}")
        answer = measure(run, words)
        changed = sum(one != other for pair in zip(predicted, answer.tags, strict=True) for one, other in zip(*pair, strict=True))
        if changed:
            notes.append(f"{run.path}: {changed} words are tagged otherwise here than when it was scored; its stored answers are compared.")
        tags.append(predicted)
        measured.append(answer)
    shown = median_run([run.value(split, metric_of(file_scheme(run.data))) for run in system.runs])
    return SystemOutput(
        name=system.name,
        tags=tags,
        confidences=[answer.confidences for answer in measured],
        cost=cost_of(system.runs[shown], measured[shown]),
        paths=[str(run.path) for run in system.runs],
        notes=notes,
        fixed=not kind_of(system.runs[0].recipe).seeded,
    )


def curve_point(point: TrainedRecipe, split: str, corpus: Corpus[TaggedSentence], tags: set[str], metric: str) -> CurvePoint:
    """The scores of a recipe on a share of the training corpus, as its runs recorded them; tags: all of the compared part's gold."""
    runs = [ComparedRun(path) for path in point.paths]
    values = [run.value(split, metric) for run in runs]
    shown = median_run(values)
    train = training_part(runs[0], corpus)
    interval = runs[shown].score(split, metric)["interval"]
    return CurvePoint(
        system=point.name,
        share=100 * point.share,
        sentences=len(train),
        tokens=sum(len(sentence.words) for sentence in train),
        value=values[shown],
        interval=(interval[0], interval[1]) if interval else None,
        runs=values,
        missing_labels=sorted(tags - {tag for sentence in train for tag in sentence.tags[runs[0].data.layer]}),
    )


def distinct(points: Sequence[CurvePoint]) -> list[CurvePoint]:
    """One point for each system and size: two shares of a small corpus may be the same sentences."""
    return list({(point.system, point.sentences): point for point in points}.values())


def write_numbers(folder: Path, numbers: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """comparison.json and comparison.csv."""
    whole = {"format": FORMAT, "seqtasks": seqtasks.__version__, **numbers}
    write_atomically(folder / "comparison.json", json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, rows[0])
    table.writeheader()
    table.writerows(rows)
    write_atomically(folder / "comparison.csv", text.getvalue())


def metric_of(scheme: str | None) -> str:
    return "f1" if scheme else "accuracy"


def single_seed_warning(single: Sequence[str]) -> list[str]:
    """A warning where the luck of a seed is not known: of systems with one run only, by name."""
    if not single:
        return []
    return [f"one run only of {', '.join(single)}: how far another seed would move the score is not known. Try --seeds 3."]


def task_of(systems: Sequence[ComparedSystem[FinishedRun]]) -> str:
    """The task of the runs; several are named together."""
    return ", ".join(dict.fromkeys(str(run.directory.facts().get("task", "")) for system in systems for run in system.runs))


def selection(systems: Sequence[ComparedSystem[FinishedRun]]) -> str:
    """What each system's weights were selected on."""
    chosen = {system.name: str(system.runs[0].metrics["selected_on"]) for system in systems}
    return "; ".join(f"{name}: {text}" for name, text in chosen.items())


def differences(systems: Sequence[ComparedSystem[FinishedRun]]) -> dict[str, str]:
    """The recipe keys on which the systems differ, with the value of each system that has them."""
    keys = differing_keys([system.runs[0].recipe for system in systems])
    return {
        f"[{key}]": ", ".join(f"{system.name}: {value}" for system, value in zip(systems, values, strict=True) if value is not None)
        for key, values in keys.items()
    }


def tell_replaced(folder: Path, split: str | None, callbacks: Callbacks, *, curves: bool) -> None:
    """Say what of an earlier comparison in the folder the new one will not show."""
    before = folder / "comparison.json"
    if not before.is_file():
        return
    earlier = json.loads(before.read_text(encoding="utf-8"))
    if earlier.get("curves") and not curves:
        callbacks.log("note: the earlier report here has learning curves; add --curves to keep them, or choose another --out.")
    if split and earlier.get("split") != split:
        callbacks.log(f"note: replaces the report on {earlier.get('split')}; choose another --out to keep it.")


def environment() -> dict[str, str]:
    """What the times and the bits depend on."""
    return {
        "seqtasks": seqtasks.__version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "threads": str(torch.get_num_threads()),
        "processor": torch.backends.cpu.get_cpu_capability(),
        "system": platform.platform(),
    }


def refuse_single(systems: Sequence[object]) -> None:
    if len(systems) < 2:
        raise UsageError("one system alone: there is nothing to compare it with.")


def refuse_foreign(folder: Path) -> None:
    """Raises RunDirectoryError where the folder holds anything that no comparison wrote."""
    if folder.is_dir() and {path.name for path in folder.iterdir()} - OURS or folder.is_file():
        raise RunDirectoryError(f"{folder}: is no comparison's folder. Choose another --out.")

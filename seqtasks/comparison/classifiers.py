"""Comparing finished runs of classification with each other and with baselines: to a Comparison and the files that show it.

Answers are those that a run wrote when it was scored; the baselines (`seqtasks.comparison.baselines`) are fitted on the runs' training
part, read again. A text stands in the comparison as a sentence of one word with one tag, so every test between taggers is one between
classifiers.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from seqtasks.comparison.baselines import BASELINES, LabelledWords, baseline_outputs
from seqtasks.comparison.finished_runs import ComparedSystem, FinishedRun, common_split, open_systems, refuse_other_part
from seqtasks.comparison.taggers import (
    differences,
    environment,
    refuse_foreign,
    selection,
    single_seed_warning,
    task_of,
    tell_replaced,
    write_numbers,
)
from seqtasks.comparison.trained_recipes import load_recipes, refuse_unlike, train_missing
from seqtasks.errors import DataError, UsageError
from seqtasks.evaluation.audit import Annotated
from seqtasks.evaluation.compare_systems import compare_systems
from seqtasks.evaluation.comparison import Comparison, Cost
from seqtasks.evaluation.systems import SystemOutput
from seqtasks.recipes.run_directory import default_path
from seqtasks.reports.comparison_report import write_comparison_report
from seqtasks.reports.comparison_tables import comparison_rows
from seqtasks.tasks.classification.reading import read_labelled_file, read_labelled_part
from seqtasks.tasks.classification.recipe import HEAD, LabelledData
from seqtasks.tasks.classification.scores import read_predictions
from seqtasks.tasks.contract import Callbacks, RunOptions
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.selection import nested_share
from seqtasks.tasks.table import kind_of
from seqtasks.text.corpora.examples import LabelledText
from seqtasks.text.words import words_of

JOIN = "+"  # between the labels of a text that has several
EXACT = f"Texts have several labels: those of a text, joined by {JOIN!r}, count as one, so the accuracy is the exact match."
Answers = list[tuple[str, str, str, float]]  # text, gold, predicted, confidence


class ClassifiedRun(FinishedRun):
    """A finished run of classification: its answers and data."""

    head = HEAD

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if kind_of(self.recipe).compared_by != "labels":
            raise UsageError(f"{path}: holds a run of kind {self.recipe.kind!r}; runs of classification are expected here.")
        self.data: LabelledData = self.recipe.data

    def answers(self, split: str) -> Answers:
        """Of each text of a part its gold label, the answer and how sure it is; several labels joined, as sure as their product."""
        rows = read_predictions(self.directory.result(self.directory.predictions / f"{split}.jsonl"))
        return [(row["text"], JOIN.join(row["labels"]), JOIN.join(sorted(row["predicted"])), product(row["confidences"])) for row in rows]


def product(values: Sequence[float]) -> float:
    found = 1.0
    for value in values:
        found *= value
    return found


def compare_classification_runs(
    paths: Sequence[Path], out: Path | None, options: RunOptions, callbacks: Callbacks, *, split: str | None = None
) -> tuple[Path, Comparison]:
    """Compare one or several finished runs, and the baselines; returns the folder and what was found.

    Raises UsageError for runs of other data, DataError for a training part that has changed since.
    """
    systems = open_systems(paths, ClassifiedRun)
    folder = out or default_path("compare", "-".join(system.name for system in systems)[:60].replace("/", "-"))
    refuse_foreign(folder)
    return folder, finish(systems, folder, options, callbacks, task=task_of(systems), split=split)


def compare_classification_task(
    task: str,
    names: Sequence[str],
    overrides: Sequence[str],
    out: Path | None,
    options: RunOptions,
    callbacks: Callbacks,
    *,
    seeds: int = 1,
    split: str | None = None,
) -> tuple[Path, Comparison]:
    """Train what is missing of the recipes, and compare them and the baselines. Raises UsageError for recipes on other data."""
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"--recipes: {twice[0]} is named twice.")
    recipes = load_recipes(task, names, overrides)
    folder = out or Path("runs") / f"compare-{task}"
    refuse_foreign(folder)
    refuse_unlike(recipes, options.locations, split)
    tell_replaced(folder, split, callbacks, curves=False)
    trained = train_missing(recipes, folder, options, callbacks, seeds=seeds)
    systems = [ComparedSystem(found.name, [ClassifiedRun(path) for path in found.paths]) for found in trained]
    return folder, finish(systems, folder, options, callbacks, task=task, split=split)


def finish(
    systems: Sequence[ComparedSystem[ClassifiedRun]],
    folder: Path,
    options: RunOptions,
    callbacks: Callbacks,
    *,
    task: str,
    split: str | None,
) -> Comparison:
    """Check, fit the baselines, compare and write."""
    split = common_split(systems, split)
    every = [run for system in systems for run in system.runs]
    first = every[0]
    refuse_others(every, split)
    answers = {run.path: run.answers(split) for run in every}
    texts, gold = [row[0] for row in answers[first.path]], [row[1] for row in answers[first.path]]
    train = training_texts(first, options.locations)
    callbacks.log(f"fitting {len(BASELINES)} baselines on {len(train):,} texts of train")
    train_words, words = ([words_read(text, first.data) for text in some] for some in ([one.text for one in train], texts))
    train_labels = [JOIN.join(one.labels) for one in train]
    outputs = [output_of(system, [answers[run.path] for run in system.runs], texts, gold) for system in systems]
    outputs += baseline_outputs(LabelledWords(train_words, train_labels), words)
    found = compare_systems(
        outputs,
        Annotated([[text] for text in texts], [[label] for label in gold]),
        Annotated([[one.text] for one in train], [[label] for label in train_labels]),
        split=split,
        head=HEAD,
    )
    comparison = Comparison(
        task=task,
        layer=HEAD,
        scheme=None,
        unit="texts",
        split=split,
        metric="accuracy",
        sentences=len(texts),
        tokens=sum(map(len, words)),
        data=[(part, shown(first, part), first.facts(part)["sentences"], first.facts(part)["sha256"]) for part in ("train", split)],
        systems=[replace(system, cells=[]) for system in found.systems],  # of words; a text is no word that training knows or not
        pairs=found.pairs,
        cascades=[],
        curves=[],
        crossovers=[],
        audit=found.audit,
        settings={"command": shlex.join(options.command), "selected on": selection(systems), **differences(systems)},
        environment=environment(),
        notes=[*([EXACT] if first.data.multi_label else []), *single_seed_warning([s.name for s in systems if len(s.runs) == 1])],
    )
    write_numbers(folder, comparison.to_json(), comparison_rows(comparison))
    write_comparison_report(comparison, folder / "comparison.html")
    return comparison


def output_of(system: ComparedSystem[ClassifiedRun], runs: Sequence[Answers], texts: Sequence[str], gold: Sequence[str]) -> SystemOutput:
    """The stored answers of every run. Raises UsageError where the texts or gold labels differ."""
    for run, rows in zip(system.runs, runs, strict=True):
        if [row[0] for row in rows] != list(texts) or [row[1] for row in rows] != list(gold):
            raise UsageError(f"{run.path}: its texts or gold labels are others. Only runs of the same data can be compared.")
    first = system.runs[0]
    recorded = first.metrics.get("cost", {})
    return SystemOutput(
        name=system.name,
        tags=[[[row[2]] for row in rows] for rows in runs],
        confidences=[[[row[3]] for row in rows] for rows in runs],
        cost=Cost(
            training_seconds=recorded.get("training_seconds"),
            tokens_per_second=None,
            parameters=recorded.get("parameters"),
            bytes_on_disk=recorded.get("bytes_on_disk"),
            peak_memory=None,
            device=str(first.directory.facts().get("device", "")),
        ),
        paths=[str(run.path) for run in system.runs],
    )


def refuse_others(runs: Sequence[ClassifiedRun], split: str) -> None:
    """Raises UsageError where two runs were trained or scored on other data."""
    for run in runs[1:]:
        for part in ("train", split):
            refuse_other_part(runs[0], run, part)


def training_texts(run: ClassifiedRun, locations: DataLocations) -> list[LabelledText]:
    """What the run was trained on, read again. Raises UsageError where it is not to be had, DataError where it has changed."""
    facts = run.facts("train")
    path = Path(facts["path"])
    try:
        there = read_labelled_file(run.data, path) if path.exists() else read_parts(run.data, locations, read_labelled_part)["train"]
    except (DataError, UsageError) as fault:
        raise UsageError(f"{run.path}: its training part {path} is needed, but: {fault} Or name its --data-dir.") from None
    if there.checksum != facts["sha256"]:
        raise DataError(there.path, 0, f"is not what {run.path} was trained on (its sha256 has changed)", "Restore it, or train anew")
    return list(nested_share(there.examples, run.data.train_fraction))


def words_read(text: str, data: LabelledData) -> list[str]:
    """The words that the network reads of a text."""
    return words_of(text, data.language)[: data.max_length]


def shown(run: FinishedRun, part: str) -> str:
    """A data path without the folders of this machine above the corpus."""
    return "/".join(Path(run.facts(part)["path"]).parts[-2:])

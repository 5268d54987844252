"""Comparing finished translation runs: from run directories to a TranslationComparison and the files that show it.

Translations are those that a run wrote when it was scored; references are read from its corpus again. All runs must have translated the
same part, line for line, into the same language. They may have been trained on other data: a note says so.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from pathlib import Path

from seqtasks.comparison.finished_runs import ComparedSystem, FinishedRun, common_split, open_systems, refuse_other_part
from seqtasks.comparison.taggers import (
    differences,
    environment,
    refuse_foreign,
    refuse_single,
    selection,
    single_seed_warning,
    task_of,
    write_numbers,
)
from seqtasks.errors import DataError, RunDirectoryError, UsageError
from seqtasks.evaluation.bleu import TER_LONGEST, translation_metrics
from seqtasks.evaluation.compare_translations import Translated, compare_translations
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.translation_comparison import DECIDES, TranslationComparison
from seqtasks.recipes.run_directory import default_path
from seqtasks.recipes.schema import Files, ParallelData
from seqtasks.reports.translation_comparison import translation_rows, write_translation_comparison
from seqtasks.tasks.contract import Callbacks, RunOptions
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.table import kind_of
from seqtasks.tasks.translation.reading import pair_format, read_translation_part
from seqtasks.tasks.translation.review import HEAD
from seqtasks.text.corpora.examples import SentencePair

SHOWN_PATH = 3  # folders of a data path that are shown


class TranslatedRun(FinishedRun):
    """A finished translation run: its answers and data."""

    head = HEAD

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if kind_of(self.recipe).compared_by != "translations":
            raise UsageError(f"{path}: holds a run of kind {self.recipe.kind!r}; runs of translators are expected here.")
        self.data: ParallelData = self.recipe.data

    def translations(self, split: str) -> list[str]:
        """Its translations of a part, line for line. Raises RunDirectoryError where the file is not whole."""
        path = self.directory.result(self.directory.predictions / f"{split}.{self.data.target}")
        lines = int(self.facts(split)["sentences"])
        try:
            *texts, rest = path.read_bytes().decode("utf-8").split("\n")
        except FileNotFoundError:
            raise RunDirectoryError(f"{path}: no such file. Run it again, or restore it from a copy.") from None
        except (OSError, UnicodeDecodeError) as fault:
            raise RunDirectoryError(f"{path}: damaged ({fault}). Restore it from a copy.") from None
        if rest or len(texts) != lines:
            raise RunDirectoryError(f"{path}: damaged (it has {len(texts)} whole lines, the part {lines}). Restore it from a copy.")
        return texts


def compare_translation_runs(
    paths: Sequence[Path], out: Path | None, options: RunOptions, callbacks: Callbacks, *, split: str | None = None
) -> tuple[Path, TranslationComparison]:
    """Compare finished runs as they are; returns the folder and what was found.

    Raises UsageError for runs of other parts or languages, DataError for a corpus that has changed since, RunDirectoryError for damaged
    or unfinished runs.
    """
    systems = open_systems(paths, TranslatedRun)
    refuse_single(systems)
    folder = out or default_path("compare", "-".join(system.name for system in systems)[:60].replace("/", "-"))
    refuse_foreign(folder)
    split = common_split(systems, split)
    every = [run for system in systems for run in system.runs]
    refuse_others(every, split)
    first = every[0]
    pairs = scored_pairs(first, split, options.locations)
    written = [translated(system, split) for system in systems]
    callbacks.log(f"comparing {len(every)} runs on {len(pairs):,} lines of {split}")
    sources, references, language = [pair.source for pair in pairs], [pair.target for pair in pairs], first.data.target
    measured = translation_metrics(language, [*references, *(text for one in written for texts in one.texts for text in texts)])
    decides = deciding_score(every, measured)
    reports, tested = compare_translations(written, sources, references, language=language, split=split, head=HEAD, decides=decides)
    comparison = TranslationComparison(
        task=task_of(systems),
        source=first.data.source,
        target=first.data.target,
        split=split,
        lines=len(pairs),
        data=[(part, shown(first, part), first.facts(part)["sentences"], first.facts(part)["sha256"]) for part in ("train", split)],
        systems=reports,
        pairs=tested,
        settings={
            "command": shlex.join(options.command),
            "decided by": decides,
            "selected on": selection(systems),
            **differences(systems),
        },
        environment=environment(),
        notes=[
            *other_training(systems),
            *left_out(reports[0].scores),
            *single_seed_warning([one.name for one in written if len(one.texts) == 1]),
        ],
        decides=decides,
        lower_is_better=lower_is_better(decides),
    )
    write_numbers(folder, comparison.to_json(), translation_rows(comparison))
    write_translation_comparison(comparison, folder / "comparison.html")
    return folder, comparison


def deciding_score(runs: Sequence[TranslatedRun], measured: Collection[str]) -> str:
    """The score by which every run's weights were selected, where it is one of those that are measured on whole texts; or else BLEU.

    Recipes are written before there is a result, so it is fixed beforehand either way.
    """
    names = {run.recipe.training.select_by for run in runs}
    return next(iter(names)) if len(names) == 1 and names <= set(measured) else DECIDES


def translated(system: ComparedSystem[TranslatedRun], split: str) -> Translated:
    """The translations of every run, and what the first run cost."""
    cost = system.runs[0].metrics.get("cost", {})
    return Translated(
        name=system.name,
        texts=[run.translations(split) for run in system.runs],
        paths=[str(run.path) for run in system.runs],
        training_seconds=cost.get("training_seconds"),
        parameters=cost.get("parameters"),
    )


def refuse_others(runs: Sequence[TranslatedRun], split: str) -> None:
    """Raises UsageError where two runs translated other lines, or into another language."""
    first = runs[0]
    for run in runs[1:]:
        if run.data.target != first.data.target:
            raise UsageError(
                f"{run.path}: translates into {run.data.target!r}, {first.path} into {first.data.target!r}. "
                "Only runs into the same language can be compared."
            )
        refuse_other_part(first, run, split)


def scored_pairs(run: TranslatedRun, split: str, locations: DataLocations) -> list[SentencePair]:
    """Sources and references of a part, read again. Raises UsageError where they are not to be had, DataError where they have changed."""
    facts = run.facts(split)
    try:
        corpus = read_translation_part(run.data, recorded_files(run.data, split, Path(facts["path"])), locations)
    except (DataError, UsageError) as fault:
        raise UsageError(f"{run.path}: its {split} part {facts['path']} is needed, but: {fault} Or name its --data-dir.") from None
    if corpus is None:
        raise UsageError(f"{run.path}: its {split} part {facts['path']} is needed, but is not there. Or name its --data-dir.")
    if corpus.checksum != facts["sha256"]:
        raise DataError(
            corpus.path, 0, f"is not what {run.path} translated (its sha256 has changed)", "Restore the files, or evaluate anew"
        )
    return list(corpus)


def recorded_files(data: ParallelData, split: str, recorded: Path) -> Files:
    """The files of a part: where the run found them, if they are there still, else as the recipe names them."""
    files: Files = getattr(data, split)
    if isinstance(files, list) or not recorded.is_file():
        return files
    name = str(recorded.absolute())
    return name if pair_format(data, name) else name.removesuffix(".gz").removesuffix(f".{data.source}")


def other_training(systems: Sequence[ComparedSystem[TranslatedRun]]) -> list[str]:
    """A note where systems were trained on other data: their difference is not of the recipes alone."""
    checksums = {system.name: {run.facts("train")["sha256"] for run in system.runs} for system in systems}
    first, *others = checksums
    other = [name for name in others if checksums[name] != checksums[first]]
    return [f"{', '.join(other)}: trained on other data than {first}; the difference is not of the recipes alone."] if other else []


def left_out(names: Collection[str]) -> list[str]:
    """A note where there is no `ter`."""
    return [] if "ter" in names else [f"no ter: there are lines of over {TER_LONGEST} words, for which it takes too long."]


def shown(run: TranslatedRun, part: str) -> str:
    """A data path without the folders of this machine above the corpus."""
    return "/".join(Path(run.facts(part)["path"]).parts[-SHOWN_PATH:])

"""Runs that are to be compared: found, read, and refused where they are not of the same data.

A comparison is of one layer of tags and one part. Each system is a recipe with one run, or with one for each seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from seqtasks.errors import DataError, RunDirectoryError, UsageError
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.recipes.schema import Recipe, TaggedData
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.multitask.recipe import tagged_data
from seqtasks.tasks.selection import example_split, nested_share
from seqtasks.tasks.table import kind_of, saved_recipe
from seqtasks.tasks.tagging.reading import read_tagged_file, read_tagged_part
from seqtasks.tasks.tagging.scores import predictions_name, read_columns_back
from seqtasks.text.corpora.examples import Corpus, TaggedSentence

Sentences = list[list[str]]


class FinishedRun:
    """One head of a finished run: its recipe, scores and data. `ComparedRun` is a tagger's, `TranslatedRun` a translator's."""

    head: str

    def __init__(self, path: Path) -> None:
        self.directory = RunDirectory.open(path).finished()
        self.path = path
        self.recipe: Any = saved_recipe(self.directory)

    @cached_property
    def metrics(self) -> Mapping[str, Any]:
        found = read_json(self.directory.result(self.directory.metrics))
        if missing := [key for key in ("scores", "data", "selected_on") if key not in found]:
            raise RunDirectoryError(f"{self.directory.metrics}: damaged (it lacks {', '.join(missing)}). Restore it from a copy.")
        return found

    def part_name(self, split: str) -> str:
        """What metrics.json calls a part of this head's data."""
        return split

    def facts(self, split: str) -> Mapping[str, Any]:
        """What metrics.json says of one part: path, sentences and sha256. Raises UsageError where the run has no such part."""
        for part in self.metrics["data"]:
            if part["split"] == self.part_name(split):
                return dict(part)
        if split in self.splits():
            raise UsageError(f"{self.path}: its {split} part was held out of train and is no file. Name data.{split} and run it again.")
        raise UsageError(f"{self.path}: has no {split} part; it has {', '.join(self.splits())}.")

    def splits(self) -> list[str]:
        """The parts that the run scored."""
        return list(dict.fromkeys(score["split"] for score in self.metrics["scores"] if score["head"] == self.head))


class ComparedRun(FinishedRun):
    """One head of a finished tagging run: its answers, scores and data."""

    def __init__(self, path: Path, layer: str | None = None) -> None:
        super().__init__(path)
        if kind_of(self.recipe).compared_by != "tags":
            raise UsageError(f"{path}: holds a run of kind {self.recipe.kind!r}; runs of taggers are expected here.")
        self.heads, self.named = tagged_data(self.recipe)
        self.head = head_of(path, self.heads, layer)
        self.data: TaggedData = self.heads[self.head]

    def part_name(self, split: str) -> str:
        """With the head's name before it where there are several."""
        return f"{self.head} {split}" if self.named else split

    def value(self, split: str, name: str) -> float:
        """The score `name` of a part, in percent."""
        return float(self.score(split, name)["value"])

    def score(self, split: str, name: str) -> Mapping[str, Any]:
        """An entry of metrics.json."""
        for entry in self.metrics["scores"]:
            if (entry["split"], entry["head"], entry["name"]) == (split, self.head, name):
                return dict(entry)
        raise UsageError(f"{self.path}: has no {name} of {self.head} on {split}. Run it again to score that part.")

    def answers(self, split: str) -> tuple[Sentences, Sentences, Sentences]:
        """Words, gold tags and predicted tags of a part."""
        name = predictions_name(self.head, split, named=self.named)
        return read_columns_back(self.directory.result(self.directory.predictions / name))


R = TypeVar("R", bound=FinishedRun, covariant=True)


@dataclass(frozen=True)
class ComparedSystem(Generic[R]):
    """A recipe under one name, with its runs."""

    name: str
    runs: Sequence[R]


def head_of(path: Path, heads: Mapping[str, TaggedData], layer: str | None) -> str:
    """The head to compare: the only one, or the one of the layer asked for."""
    fitting = [head for head, data in heads.items() if layer in (None, head, data.layer)]
    if len(fitting) == 1:
        return fitting[0]
    if layer is None:
        raise UsageError(f"{path}: has several heads. Say which to compare: --layer {' or --layer '.join(heads)}.")
    raise UsageError(f"{path}: has no head of the layer {layer!r}; it has {', '.join(heads)}.")


def open_systems(paths: Sequence[Path], opened: Callable[[Path], R]) -> list[ComparedSystem[R]]:
    """A system for each run directory, or directory of several seeds; `opened` opens a single run."""
    if len({path.resolve() for path in paths}) < len(paths):
        raise UsageError("the same run directory is given twice; a run can only be compared with others.")
    names = names_of(paths)
    return [ComparedSystem(name, [opened(run) for run in seeds_of(path)]) for name, path in zip(names, paths, strict=True)]


def names_of(paths: Sequence[Path]) -> list[str]:
    """What the runs are called: after their recipes; where these are the same, after task and recipe, their folders, or their paths."""
    facts = [RunDirectory.open(path).facts() for path in paths]
    recipes = [str(fact.get("recipe", path.name)) for fact, path in zip(facts, paths, strict=True)]
    tasks = [f"{fact.get('task')}-{recipe}" for fact, recipe in zip(facts, recipes, strict=True)]
    ways = [recipes, tasks, [path.resolve().name for path in paths], [str(path) for path in paths]]
    return next(names for names in ways if len(set(names)) == len(names))


def seeds_of(path: Path) -> list[Path]:
    """The run directories of several seeds, or the one that `path` is."""
    count = RunDirectory.open(path).facts().get("seeds")
    return [path / f"seed-{number}" for number in range(1, count + 1)] if isinstance(count, int) else [path]


def common_split(systems: Sequence[ComparedSystem[FinishedRun]], asked: str | None) -> str:
    """The part that is compared: the one asked for, else test, else the first that all runs scored."""
    every = [run for system in systems for run in system.runs]
    if asked:
        for run in every:
            if asked not in run.splits():
                raise UsageError(f"{run.path}: has no {asked} part that it scored; it has {', '.join(run.splits())}.")
        return asked
    shared = [split for split in every[0].splits() if all(split in run.splits() for run in every)]
    if not shared:
        raise UsageError("these runs have no part in common that all of them scored. Run them on the same parts.")
    return example_split(shared)


def refuse_other_data(systems: Sequence[ComparedSystem[ComparedRun]], split: str) -> None:
    """Raises UsageError where two runs were trained or scored on other data, other tags or another scheme."""
    every = [run for system in systems for run in system.runs]
    first = every[0]
    for run in every[1:]:
        for part in ("train", split):
            refuse_other_part(first, run, part)
        for key in ("layer", "scheme"):
            if getattr(run.data, key) != getattr(first.data, key):
                raise UsageError(f"{run.path}: its {key} is {getattr(run.data, key)!r}, that of {first.path} {getattr(first.data, key)!r}.")


def refuse_other_part(first: FinishedRun, run: FinishedRun, part: str) -> None:
    """Raises UsageError where a part of a run is not that of the first."""
    ours, theirs = first.facts(part), run.facts(part)
    if (ours["sha256"], ours["sentences"]) != (theirs["sha256"], theirs["sentences"]):
        raise UsageError(
            f"{run.path}: its {part} part is not that of {first.path}: {described(theirs)} against {described(ours)}. "
            "Only runs of the same data can be compared."
        )


def differing_keys(recipes: Sequence[Recipe]) -> dict[str, list[Any]]:
    """TABLE.KEY: its value in each recipe, for the keys on which they differ; None where a recipe has no such key."""
    flat = [dict(flattened(recipe.model_dump(exclude={"summary"}))) for recipe in recipes]
    keys = dict.fromkeys(key for table in flat for key in table)
    values = {key: [table.get(key) for table in flat] for key in keys}
    return {key: row for key, row in values.items() if any(value != row[0] for value in row)}


def flattened(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """(TABLE.KEY, value) of every key in nested tables."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def described(part: Mapping[str, Any]) -> str:
    return f"{part['sentences']} sentences of {Path(part['path']).name} (sha256 {part['sha256'][:12]}...)"


def training_corpus(run: ComparedRun, locations: DataLocations) -> Corpus[TaggedSentence]:
    """The whole training part of the run, read again. Raises UsageError where it is not to be had."""
    facts = run.facts("train")
    path = Path(facts["path"])
    try:
        return read_tagged_file(run.data, path) if path.is_file() else read_parts(run.data, locations, read_tagged_part)["train"]
    except (DataError, UsageError) as fault:
        sha256 = facts["sha256"][:12]
        raise UsageError(
            f"{run.path}: its training part {path} (sha256 {sha256}...) is needed, but: {fault} Or name its --data-dir."
        ) from None


def training_part(run: ComparedRun, corpus: Corpus[TaggedSentence]) -> list[TaggedSentence]:
    """The sentences of the corpus that the run was trained on. Raises DataError where that was another file."""
    if corpus.checksum != run.facts("train")["sha256"]:
        raise DataError(
            corpus.path, 0, f"is not what {run.path} was trained on (its sha256 has changed)", "Restore the file, or train anew"
        )
    return list(nested_share(corpus.examples, run.data.train_fraction))

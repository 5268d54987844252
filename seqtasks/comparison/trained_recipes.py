"""Training what a comparison needs: each recipe, under each seed, and on shares of the training sentences. Finished runs are kept.

A run lies in OUT/runs/RECIPE[-SHARE]/seed-N (an HMM, which has no seed, in OUT/runs/RECIPE[-SHARE]). It is an ordinary run directory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqtasks.comparison.finished_runs import differing_keys
from seqtasks.errors import Interrupted, RecipeError, RunDirectoryError, UsageError
from seqtasks.recipes.load import LoadedRecipe, recipe_names
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.runs.run import run
from seqtasks.tasks.classification.reading import read_labelled_part
from seqtasks.tasks.classification.recipe import ClassificationRecipe
from seqtasks.tasks.contract import Callbacks, RunOptions
from seqtasks.tasks.locations import DataLocations, read_parts
from seqtasks.tasks.table import kind_of, load_recipe, saved_recipe
from seqtasks.tasks.tagging.reading import read_tagged_part
from seqtasks.tasks.tagging.recipe import data_of

USUAL = ("hmm", "lstm", "bilstm", "bilstm-crf")


@dataclass(frozen=True)
class TrainedRecipe:
    """A recipe on a share of the training sentences, and where its runs lie."""

    name: str
    share: float
    paths: tuple[Path, ...]


def usual_recipes(task: str) -> list[str]:
    """The recipes that are compared where none are named. Raises UsageError for a task that has none to compare."""
    names = [name for name in USUAL if name in recipe_names(task)]
    if len(names) < 2:
        raise UsageError(f"{task}: say what to compare: --recipes NAME,NAME. Recipes: {', '.join(recipe_names(task))}.")
    return names


def refuse_untrained(task: str) -> None:
    """Raises UsageError for a task whose recipes are not trained here."""
    kinds = [kind_of(load_recipe(task, name).recipe) for name in recipe_names(task)[:1]]  # all of a task's are compared in one way
    if any(not kind.trained_to_compare and kind.compared_by != "tags" for kind in kinds):
        raise UsageError(
            f"{task}: compare trains recipes of taggers and classifiers only. Train with `seqtasks run {task} RECIPE --out DIR`, "
            "then compare the finished runs: `seqtasks compare DIR DIR`."
        )


def load_recipes(task: str, names: Sequence[str], overrides: Sequence[str]) -> list[LoadedRecipe]:
    """The recipes, each with the settings that its kind has. Raises RecipeError for a setting that none of them has."""
    loaded = [load_recipe(task, name) for name in names]
    for recipe in loaded:
        if not kind_of(recipe.recipe).trained_to_compare:
            raise UsageError(
                f"{recipe.path}: of kind {recipe.recipe.kind!r}; compare trains taggers with one head (and takes finished runs)."
            )
    tables = {name: set(type(recipe.recipe).model_fields) for name, recipe in zip(names, loaded, strict=True)}
    for text in overrides:
        if not any(table_of(text) in known for known in tables.values()):
            raise RecipeError([f"--set {text}: none of {', '.join(names)} has a table {table_of(text)!r}."])
    return [load_recipe(task, name, [text for text in overrides if table_of(text) in tables[name]]) for name in names]


def table_of(override: str) -> str:
    return override.partition("=")[0].partition(".")[0].strip()


def train_missing(
    recipes: Sequence[LoadedRecipe], out: Path, options: RunOptions, callbacks: Callbacks, *, seeds: int, share: float = 1.0
) -> list[TrainedRecipe]:
    """Run every recipe under every seed, but what is finished already. Raises RunDirectoryError where OUT holds other runs by that name."""
    return [train_one(loaded, out, options, callbacks, seeds=seeds, share=share) for loaded in recipes]


def train_one(loaded: LoadedRecipe, out: Path, options: RunOptions, callbacks: Callbacks, *, seeds: int, share: float) -> TrainedRecipe:
    """The runs of one recipe."""
    folder = out / "runs" / (loaded.name if share == 1 else f"{loaded.name}-{share:g}")
    paths, kind = [], kind_of(loaded.recipe)
    for number in range(seeds if kind.seeded else 1):
        seeded = replace(loaded, recipe=kind.with_seed(kind.on_share(loaded.recipe, share), number))
        path = folder / f"seed-{seeded.recipe.training.seed}" if kind.seeded else folder
        paths.append(path)
        if not kept(path, seeded, callbacks):
            callbacks.log(f"\n{loaded.name}{'' if share == 1 else f' on {share:.0%} of train'} -> {path}")
            try:
                run(seeded, replace(options, out=path, resume=path.exists()), callbacks)
            except Interrupted as stop:
                raise Interrupted(f"{str(stop).partition(' Go on with:')[0]} The same command goes on from there.") from None
    return TrainedRecipe(loaded.name, share, tuple(paths))


def refuse_unlike(recipes: Sequence[LoadedRecipe], locations: DataLocations, split: str | None) -> None:
    """Read every recipe's data before anything is trained. Raises UsageError where they differ, or lack the part asked for."""
    found = {loaded.name: checksums(loaded.recipe, locations) for loaded in recipes}
    first, *others = found
    wanted = split or ("test" if all("test" in parts for parts in found.values()) else "dev")
    for name, parts in found.items():
        if split and split not in parts:
            raise UsageError(f"{name}: has no {split} part; it has {', '.join(part for part in parts if part != 'train')}.")
    for name in others:
        for part in ("train", wanted):
            if found[name].get(part) != found[first].get(part):
                raise UsageError(f"{name}: its {part} part is not that of {first}. Only recipes on the same data can be compared.")


def checksums(recipe: Any, locations: DataLocations) -> dict[str, str]:
    """{part: its checksum} of what a recipe is trained and scored on."""
    if isinstance(recipe, ClassificationRecipe):
        return {part: corpus.checksum for part, corpus in read_parts(recipe.data, locations, read_labelled_part).items()}
    corpora = [read_parts(settings, locations, read_tagged_part) for settings in data_of(recipe).values()]
    return {part: corpus.checksum for parts in corpora for part, corpus in parts.items()}


def kept(path: Path, loaded: LoadedRecipe, callbacks: Callbacks) -> bool:
    """Whether a finished run of just this recipe lies there already. Raises RunDirectoryError for a run of another."""
    if not path.exists():
        return False
    directory = RunDirectory.open(path)
    if differences := differing_keys([saved_recipe(directory), loaded.recipe]):
        key, (there, here) = next(iter(differences.items()))
        raise RunDirectoryError(f"{path}: holds a run with {key} = {there!r}, here it is {here!r}. Choose another --out, or remove it.")
    if not directory.metrics.is_file():
        return False
    callbacks.log(f"kept: {path}")
    return True

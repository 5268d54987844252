"""Training what a comparison needs: each recipe, under each seed, and on shares of the training sentences. Finished runs are kept.

A run lies in OUT/runs/RECIPE[-SHARE]/seed-N (an HMM, which has no seed, in OUT/runs/RECIPE[-SHARE]). It is an ordinary run directory.

On a share s of the sentences a network trains epochs / sqrt(s) epochs with sqrt(s) of the warm-up, so that a small part is not blamed for
being seen too seldom: 1 % of the sentences are seen ten times as often, in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from pathlib import Path

from seqtasks.errors import Interrupted, RecipeError, RunDirectoryError, UsageError
from seqtasks.recipes.compared_runs import differing_keys
from seqtasks.recipes.load import LoadedRecipe, load_recipe, recipe_names
from seqtasks.recipes.names import data_of
from seqtasks.recipes.parts import Place, read_parts, read_tagged_part
from seqtasks.recipes.run import run
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.schema import HMMRecipe, MultitaskRecipe, TaggingRecipe, TranslationRecipe
from seqtasks.recipes.work import Listener, RunOptions

USUAL = ("hmm", "lstm", "bilstm", "bilstm-crf")


@dataclass(frozen=True)
class Contestant:
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


def refuse_translation(task: str) -> None:
    """Raises UsageError for a task of translation, whose recipes are not trained here."""
    if any(isinstance(load_recipe(task, name).recipe, TranslationRecipe) for name in recipe_names(task)[:1]):
        raise UsageError(
            f"{task}: compare trains recipes of taggers only. Train with `seqtasks run {task} RECIPE --out DIR`, "
            "then compare the finished runs: `seqtasks compare DIR DIR`."
        )


def load_contestants(task: str, names: Sequence[str], overrides: Sequence[str]) -> list[LoadedRecipe]:
    """The recipes, each with the settings that its kind has. Raises RecipeError for a setting that none of them has."""
    loaded = [load_recipe(task, name) for name in names]
    for recipe in loaded:
        if isinstance(recipe.recipe, TranslationRecipe | MultitaskRecipe):
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
    contestants: Sequence[LoadedRecipe], out: Path, options: RunOptions, listener: Listener, *, seeds: int, share: float = 1.0
) -> list[Contestant]:
    """Run every recipe under every seed, but what is finished already. Raises RunDirectoryError where OUT holds other runs by that name."""
    return [train_one(loaded, out, options, listener, seeds=seeds, share=share) for loaded in contestants]


def train_one(loaded: LoadedRecipe, out: Path, options: RunOptions, listener: Listener, *, seeds: int, share: float) -> Contestant:
    """The runs of one recipe."""
    folder = out / "runs" / (loaded.name if share == 1 else f"{loaded.name}-{share:g}")
    paths = []
    for number in range(1 if isinstance(loaded.recipe, HMMRecipe) else seeds):
        seeded = seeded_recipe(loaded, number, share)
        path = folder if isinstance(loaded.recipe, HMMRecipe) else folder / f"seed-{seed_of(seeded)}"
        paths.append(path)
        if not kept(path, seeded, listener):
            listener.tell(f"\n{loaded.name}{'' if share == 1 else f' on {share:.0%} of train'} -> {path}")
            try:
                run(seeded, replace(options, out=path, resume=path.exists()), listener)
            except Interrupted as stop:
                raise Interrupted(f"{str(stop).partition(' Go on with:')[0]} The same command goes on from there.") from None
    return Contestant(loaded.name, share, tuple(paths))


def seeded_recipe(loaded: LoadedRecipe, number: int, share: float) -> LoadedRecipe:
    """The recipe on a share of its training part; of a network the one with the seed `number` above its own."""
    recipe = loaded.recipe
    if isinstance(recipe, TranslationRecipe | MultitaskRecipe):
        raise TypeError(f"no tagger with one head: {recipe.kind}")
    changes: dict[str, object] = {"data": recipe.data.model_copy(update={"share": recipe.data.share * share})}
    if isinstance(recipe, TaggingRecipe):
        training = recipe.training
        scaled = {"epochs": ceil(training.epochs / sqrt(share)), "warmup_updates": round(training.warmup_updates * sqrt(share))}
        changes["training"] = training.model_copy(update={"seed": training.seed + number, **scaled})
    return replace(loaded, recipe=recipe.model_copy(update=changes))


def refuse_unlike(contestants: Sequence[LoadedRecipe], place: Place, split: str | None) -> None:
    """Read every recipe's data before anything is trained. Raises UsageError where they differ, or lack the part asked for."""
    found: dict[str, dict[str, str]] = {}
    for loaded in contestants:
        data = data_of(loaded.recipe)  # type: ignore[arg-type]  # load_contestants has let taggers through only
        corpora = [read_parts(settings, place, read_tagged_part) for settings in data.values()]
        found[loaded.name] = {part: corpus.checksum for parts in corpora for part, corpus in parts.items()}
    first, *others = found
    wanted = split or ("test" if all("test" in parts for parts in found.values()) else "dev")
    for name, parts in found.items():
        if split and split not in parts:
            raise UsageError(f"{name}: has no {split} part; it has {', '.join(part for part in parts if part != 'train')}.")
    for name in others:
        for part in ("train", wanted):
            if found[name].get(part) != found[first].get(part):
                raise UsageError(f"{name}: its {part} part is not that of {first}. Only recipes on the same data can be compared.")


def seed_of(loaded: LoadedRecipe) -> int:
    if not isinstance(loaded.recipe, TaggingRecipe):
        raise TypeError("only networks have a seed")
    return loaded.recipe.training.seed


def kept(path: Path, loaded: LoadedRecipe, listener: Listener) -> bool:
    """Whether a finished run of just this recipe lies there already. Raises RunDirectoryError for a run of another."""
    if not path.exists():
        return False
    directory = RunDirectory.open(path)
    if differences := differing_keys([directory.recipe(), loaded.recipe]):
        key, (there, here) = next(iter(differences.items()))
        raise RunDirectoryError(f"{path}: holds a run with {key} = {there!r}, here it is {here!r}. Choose another --out, or remove it.")
    if not directory.metrics.is_file():
        return False
    listener.tell(f"kept: {path}")
    return True

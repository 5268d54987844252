"""Recipes that go on from an earlier run: the saved recipe of --resume, and the mixed one of --from."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from seqtasks.errors import RecipeError, UsageError
from seqtasks.recipes.load import LoadedRecipe, override
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.table import check_tables, kind_of, saved_recipe

RESUMABLE = ("checkpoint_every", "epochs", "keep_checkpoints", "patience")
TUNABLE = re.compile(r"(data|training|decoding|tasks\.[^.=]+\.data)\.")


def resumed_recipe(task: str, overrides: Sequence[str], directory: RunDirectory) -> LoadedRecipe:
    """The saved recipe with the few things changed that may change: how long to train and what to keep."""
    facts = directory.facts()
    if facts.get("task") != task:
        raise UsageError(f"--resume: {directory.path} is a run of {facts.get('task')}, not of {task}.")
    if "seeds" in facts:
        raise UsageError(f"--resume: {directory.path} holds runs of several seeds. Resume one of them: --out {directory.path}/seed-1.")
    allowed = {f"training.{key}" for key in RESUMABLE}
    wrong = [text for text in overrides if text.partition("=")[0].strip() not in allowed]
    if wrong:
        raise RecipeError([f"--set {text}: cannot change on --resume; only {', '.join(sorted(allowed))} can." for text in wrong])
    path = directory.path / "recipe.toml"
    tables = saved_recipe(directory).model_dump(exclude_none=True)
    override(tables, overrides)
    return LoadedRecipe(check_tables(tables, str(path), overrides), task, str(facts.get("recipe")), path)


def fine_tuned_recipe(loaded: LoadedRecipe, overrides: Sequence[str], source: Path) -> LoadedRecipe:
    """The model of the run in `source`, on the data and with the training of `loaded`; or `loaded` as it is, where that run can only begin
    the trunk of its model.

    Raises UsageError if the two are of different kinds or heads, RecipeError if --set would change the model.
    """
    saved = saved_recipe(RunDirectory.open(source).finished())
    if saved.kind != loaded.recipe.kind and kind_of(saved).lends_trunk and kind_of(loaded.recipe).takes_trunk:
        return loaded
    if saved.kind != loaded.recipe.kind:
        raise UsageError(f"--from {source}: that is a run of kind {saved.kind}, the recipe {loaded.path} is of kind {loaded.recipe.kind}.")
    wrong = [text for text in overrides if not TUNABLE.match(text.strip())]
    if wrong:
        tunable = "data, training, decoding and tasks.NAME.data"
        raise RecipeError([f"--set {text}: the model comes from --from {source}; only {tunable} can be set." for text in wrong])
    tables = kind_of(saved).fine_tuned(saved.model_dump(exclude_none=True), loaded.recipe.model_dump(exclude_none=True), source)
    return replace(loaded, recipe=check_tables(tables, f"{loaded.path} over {source}"))

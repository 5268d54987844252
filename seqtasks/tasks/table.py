"""The kinds of task, and a recipe from its name or its run: the one place where `kind` of a recipe is looked up.

Another package offers a kind by an entry point of the group "seqtasks.tasks": an object that answers what `TaskKind` says.
Nothing here loads torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seqtasks.errors import RecipeError, did_you_mean
from seqtasks.recipes.keys import unknown_names
from seqtasks.recipes.load import LoadedRecipe, find_recipe, read_recipe, validate
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.schema import Recipe
from seqtasks.registry import find_part, further_parts, known_parts, no_part
from seqtasks.tasks.classification.kind import CLASSIFICATION
from seqtasks.tasks.contract import TaskKind
from seqtasks.tasks.language_model.kind import LANGUAGE_MODEL
from seqtasks.tasks.multitask.kind import MULTITASK
from seqtasks.tasks.tagging.kinds import HMM, TAGGING
from seqtasks.tasks.translation.kind import TRANSLATION

GROUP = "seqtasks.tasks"


def kind_of(recipe: Recipe) -> TaskKind:
    """The kind of task that a recipe is of."""
    return find_part(TASKS, recipe.kind, GROUP)


def known_kinds() -> dict[str, TaskKind]:
    """Every kind of task by name: ours, then those of other packages."""
    return {**TASKS, **further_parts(TASKS, GROUP)}


def check_tables(tables: Mapping[str, Any], where: str, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe that the tables say. Raises RecipeError with every fault at once.

    overrides: the --set that are in the tables, to blame them and not the file.
    """
    kind = tables.get("kind")
    known = known_parts(TASKS, GROUP)
    if not isinstance(kind, str) or kind not in known:
        raise RecipeError([f"{where}: kind = {kind!r}{did_you_mean(str(kind), known)} Expected one of {', '.join(known)}."])
    return validate(find_part(TASKS, kind, GROUP).recipe, tables, where, overrides)


def load_recipe(task: str, name: str = "default", overrides: Sequence[str] = ()) -> LoadedRecipe:
    """The recipe of TASK called `name` (or in the file `name`), with TABLE.KEY=VALUE overrides applied, checked as a whole."""
    path = find_recipe(task, name)
    tables, notes = read_recipe(path, overrides)
    return LoadedRecipe(check_tables(tables, str(path), overrides), task, path.stem, path, notes)


def saved_recipe(directory: RunDirectory) -> Recipe:
    """The resolved recipe of a run."""
    return check_tables(directory.recipe_tables(), str(directory.path / "recipe.toml"))


def check_names(recipe: Recipe) -> None:
    """Raises RecipeError with every name of a part that nobody offers, without loading those that there are."""
    if faults := _faults_of_names(recipe):
        raise RecipeError(faults)


def _faults_of_names(recipe: Recipe) -> list[str]:
    return [no_part(name, dict.fromkeys(offered.names), offered.group) for name, offered in unknown_names(recipe)]


def check_recipe(recipe: Recipe) -> None:
    """What the tables alone cannot tell: names that exist, and values that fit each other. Raises RecipeError with every fault."""
    if faults := list(dict.fromkeys([*_faults_of_names(recipe), *kind_of(recipe).faults(recipe)])):
        raise RecipeError(faults)


TASKS: dict[str, TaskKind] = {
    "translation": TRANSLATION,
    "tagging": TAGGING,
    "multitask": MULTITASK,
    "hmm": HMM,
    "classification": CLASSIFICATION,
    "language_model": LANGUAGE_MODEL,
}

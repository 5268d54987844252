"""The kind of task that learns a language. Nothing here loads torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions, Runner, TaskKind
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.tasks.locations import DataLocations

if TYPE_CHECKING:
    from seqtasks.tasks.language_model.predictor import LanguageModelPredictor


class LanguageModelKind(TaskKind):
    """A network that predicts the next word or character."""

    recipe = LanguageModelRecipe
    compared_by = "likelihoods"
    lends_trunk = True

    def faults(self, recipe: LanguageModelRecipe) -> list[str]:
        from seqtasks.tasks.language_model.checks import recipe_faults

        return recipe_faults(recipe)

    def runner(self, recipe: LanguageModelRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        from seqtasks.tasks.language_model.task import language_model_runner

        return language_model_runner(recipe, locations, device=device, learned=learned)

    def predictor(self, directory: RunDirectory, recipe: LanguageModelRecipe, options: PredictorOptions) -> LanguageModelPredictor:
        from seqtasks.tasks.language_model.predictor import load_predictor

        return load_predictor(directory, recipe, options)


LANGUAGE_MODEL = LanguageModelKind()

"""The kind of task that translates. Nothing here loads torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions, Runner, TaskKind
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.translation.reading import parallel_files
from seqtasks.tasks.translation.recipe import TranslationRecipe

if TYPE_CHECKING:
    from seqtasks.tasks.translation.predictor import TranslationPredictor


class TranslationKind(TaskKind):
    """A sequence-to-sequence network."""

    recipe = TranslationRecipe
    compared_by = "translations"
    takes_trunk = True

    def faults(self, recipe: TranslationRecipe) -> list[str]:
        from seqtasks.tasks.translation.checks import recipe_faults

        return recipe_faults(recipe)

    def check_data(self, recipe: TranslationRecipe, locations: DataLocations) -> None:
        for part in (recipe.data.train, recipe.data.dev, recipe.data.test, recipe.data.test_unseen):
            parallel_files(recipe.data, part, locations)

    def runner(self, recipe: TranslationRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        from seqtasks.tasks.translation.task import translation_runner

        return translation_runner(recipe, locations, device=device, learned=learned)

    def predictor(self, directory: RunDirectory, recipe: TranslationRecipe, options: PredictorOptions) -> TranslationPredictor:
        from seqtasks.tasks.translation.predictor import TranslationPredictor

        return TranslationPredictor(directory, recipe, options)


TRANSLATION = TranslationKind()

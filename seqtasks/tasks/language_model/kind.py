"""The kind of task that learns a language. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions, Runner, TaskKind
from seqtasks.tasks.language_model.reading import read_text_part, read_texts
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.self_checks import CheckedRun, SelfChecks
from seqtasks.text.corpora.examples import Corpus

if TYPE_CHECKING:
    from seqtasks.tasks.language_model.predictor import LanguageModelPredictor


class LanguageModelKind(TaskKind):
    """A network that predicts the next word or character."""

    recipe = LanguageModelRecipe
    compared_by = "likelihoods"
    lends_trunk = True
    sample = "language_model"

    def faults(self, recipe: LanguageModelRecipe) -> list[str]:
        from seqtasks.tasks.language_model.checks import recipe_faults

        return recipe_faults(recipe)

    def runner(self, recipe: LanguageModelRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        from seqtasks.tasks.language_model.task import language_model_runner

        return language_model_runner(recipe, locations, device=device, learned=learned)

    def predictor(self, directory: RunDirectory, recipe: LanguageModelRecipe, options: PredictorOptions) -> LanguageModelPredictor:
        from seqtasks.tasks.language_model.predictor import load_predictor

        return load_predictor(directory, recipe, options)

    def examples(self, recipe: LanguageModelRecipe, locations: DataLocations, files: Sequence[Path]) -> Corpus[str]:
        if files:
            return read_texts(files)
        parts = (read_text_part(recipe.data, part, locations) for part in (recipe.data.dev, recipe.data.test, recipe.data.train))
        return next(part for part in parts if part is not None)

    def self_checks(self, run: CheckedRun) -> SelfChecks:
        from seqtasks.tasks.language_model.self_checks import language_model_checks

        return language_model_checks(run, self)


LANGUAGE_MODEL = LanguageModelKind()

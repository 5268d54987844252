"""The kind of task that translates. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import PredictorOptions, Runner, TaskKind
from seqtasks.tasks.locations import DataLocations, refuse_empty
from seqtasks.tasks.self_checks import CheckedRun, SelfChecks
from seqtasks.tasks.translation.reading import parallel_files, read_pairs_of, read_translation_part
from seqtasks.tasks.translation.recipe import TranslationRecipe
from seqtasks.text.corpora.examples import Corpus, SentencePair
from seqtasks.text.corpora.parallel import read_parallel

if TYPE_CHECKING:
    from seqtasks.tasks.translation.predictor import TranslationPredictor


class TranslationKind(TaskKind):
    """A sequence-to-sequence network."""

    recipe = TranslationRecipe
    compared_by = "translations"
    takes_trunk = True
    sample = "translation"

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

    def examples(self, recipe: TranslationRecipe, locations: DataLocations, files: Sequence[Path]) -> Corpus[SentencePair]:
        if len(files) > 1:
            return refuse_empty(read_parallel(*files[:2]))
        if files:
            return refuse_empty(read_pairs_of(recipe.data, files[0]))
        parts = (read_translation_part(recipe.data, part, locations) for part in (recipe.data.dev, recipe.data.test, recipe.data.train))
        return next(part for part in parts if part is not None)

    def self_checks(self, run: CheckedRun) -> SelfChecks:
        from seqtasks.tasks.translation.self_checks import translation_checks

        return translation_checks(run, self)


TRANSLATION = TranslationKind()

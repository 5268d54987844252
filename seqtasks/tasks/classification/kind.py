"""The kind of task that labels whole texts. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqtasks.errors import UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.classification.recipe import ClassificationRecipe
from seqtasks.tasks.contract import PredictorOptions, Runner, TaskKind
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.self_checks import CheckedRun, SelfChecks
from seqtasks.text.corpora.examples import Corpus, LabelledText

if TYPE_CHECKING:
    from seqtasks.tasks.classification.predictor import ClassificationPredictor


class ClassificationKind(TaskKind):
    """A network that labels whole texts."""

    recipe = ClassificationRecipe
    compared_by = "labels"
    takes_trunk = True
    trained_to_compare = True
    sample = "classification"

    def faults(self, recipe: ClassificationRecipe) -> list[str]:
        from seqtasks.tasks.classification.checks import classification_faults

        return classification_faults(recipe)

    def runner(self, recipe: ClassificationRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> Runner:
        from seqtasks.tasks.classification.task import classification_runner

        return classification_runner(recipe, locations, device=device, learned=learned)

    def predictor(self, directory: RunDirectory, recipe: ClassificationRecipe, options: PredictorOptions) -> ClassificationPredictor:
        from seqtasks.tasks.classification.predictor import load_predictor

        if options.others or options.decoding:
            raise UsageError(f"{directory.path}: no translation run. Ensembles and settings of the search are for translation runs.")
        return load_predictor(directory, recipe, options)

    def examples(self, recipe: ClassificationRecipe, locations: DataLocations, files: Sequence[Path]) -> Corpus[LabelledText]:
        from seqtasks.tasks.classification.reading import labelled_examples

        return labelled_examples(recipe.data, locations, files)

    def self_checks(self, run: CheckedRun) -> SelfChecks:
        from seqtasks.tasks.classification.self_checks import classification_checks

        return classification_checks(run, self)

    def on_share(self, recipe: ClassificationRecipe, share: float) -> ClassificationRecipe:
        """With a share of the training texts that it has."""
        data = recipe.data.model_copy(update={"train_fraction": recipe.data.train_fraction * share})
        return recipe.model_copy(update={"data": data})

    def fine_tuned(self, saved: dict[str, Any], new: dict[str, Any], source: Path) -> dict[str, Any]:
        """Raises UsageError where one labels a text once and the other several times: the head is made for one of the two."""
        if saved["data"]["multi_label"] != new["data"]["multi_label"]:
            which = "several labels" if saved["data"]["multi_label"] else "one label"
            raise UsageError(f"--from {source}: its texts have {which} each; set data.multi_label in the recipe to what it has.")
        return super().fine_tuned(saved, new, source)


CLASSIFICATION = ClassificationKind()

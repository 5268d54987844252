"""Single-task controls of a multi-task run: each task alone, with the same settings and seed, in a run directory of its own.

A control is an ordinary run of a recipe of kind "tagging" in RUN/controls/HEAD. It says what the other tasks were worth.
"""

from __future__ import annotations

from pathlib import Path

from seqtasks.evaluation.controls import Controlled, beside_control
from seqtasks.recipes.names import data_of
from seqtasks.recipes.parts import file_scheme
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.schema import MultitaskRecipe, Recipe, TaggingRecipe
from seqtasks.recipes.tagged_scores import predictions_name, read_columns_back
from seqtasks.recipes.tagging import TaggingJob

FOLDER = "controls"


def control_recipes(recipe: Recipe) -> dict[str, TaggingRecipe]:
    """{head: the recipe of its control}, for a multi-task recipe of several tasks that wants them: the same but for the other tasks.

    The weight of the one loss that is left is 1.
    """
    if not isinstance(recipe, MultitaskRecipe) or not recipe.controls or len(recipe.tasks) == 1:
        return {}
    return {
        head: TaggingRecipe(
            kind="tagging",
            summary=f"single-task control of {head}",
            data=task.data,
            words=recipe.words,
            characters=recipe.characters,
            backbone=recipe.backbone,
            head=task.head.model_copy(update={"weight": 1.0}),
            training=recipe.training,
        )
        for head, task in recipe.tasks.items()
    }


def is_finished(path: Path, recipe: TaggingRecipe) -> bool:
    """Whether a control lies there, trained to the end by just this recipe and scored."""
    directory = RunDirectory(path)
    return directory.report.is_file() and directory.recipe() == recipe


def beside_controls(job: TaggingJob, directory: RunDirectory, recipes: dict[str, TaggingRecipe]) -> list[Controlled]:
    """Every score of the multi-task run beside that of the control, from the answers that both have written."""
    found = []
    for head, recipe in recipes.items():
        single = data_of(recipe)
        for split in job.tagged.scored[head]:
            words, gold, predicted = read_columns_back(directory.predictions / predictions_name(head, split, job.data))
            control = RunDirectory(directory.path / FOLDER / head).predictions / predictions_name(next(iter(single)), split, single)
            _, _, alone = read_columns_back(control)
            scheme = file_scheme(recipe.data)
            found += beside_control(gold, predicted, alone, words, job.assets.seen, scheme=scheme, split=split, head=head)
    return found

"""Single-task controls of a multi-task run: each task alone, with the same settings and seed, in a run directory of its own.

A control is an ordinary run of a recipe of kind "tagging" in RUN/controls/HEAD. It says what the other tasks were worth.
"""

from collections.abc import Mapping

from seqtasks.evaluation.controls import Controlled, beside_control
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import CONTROLS
from seqtasks.tasks.tagging.recipe import MultitaskRecipe, TaggingRecipe, data_of, file_scheme
from seqtasks.tasks.tagging.scores import predictions_name, read_columns_back
from seqtasks.tasks.tagging.task import TaggingTask


def control_recipes(recipe: MultitaskRecipe) -> dict[str, TaggingRecipe]:
    """{head: the recipe of its control}, for a multi-task recipe of several tasks that wants them: the same but for the other tasks.

    The weight of the one loss that is left is 1.
    """
    if not recipe.controls or len(recipe.tasks) == 1:
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


def beside_controls(task: TaggingTask, directory: RunDirectory, recipes: Mapping[str, TaggingRecipe]) -> list[Controlled]:
    """Every score of the multi-task run beside that of the control, from the answers that both have written."""
    found = []
    for head, recipe in recipes.items():
        single = data_of(recipe)
        for split in task.tagged.scored[head]:
            words, gold, predicted = read_columns_back(directory.predictions / predictions_name(head, split, task.data))
            control = RunDirectory(directory.path / CONTROLS / head).predictions / predictions_name(next(iter(single)), split, single)
            _, _, alone = read_columns_back(control)
            scheme = file_scheme(recipe.data)
            found += beside_control(gold, predicted, alone, words, task.assets.seen, scheme=scheme, split=split, head=head)
    return found

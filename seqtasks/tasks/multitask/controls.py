"""Single-task controls of a multi-task run: each task alone, with the same settings and seed, in a run directory of its own.

A control is an ordinary run of kind "tagging" or "classification" in RUN/controls/HEAD. It says what the other tasks were worth.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from seqtasks.evaluation.controls import Controlled, beside_control
from seqtasks.evaluation.label_metrics import metrics_of
from seqtasks.evaluation.metrics import TAGS
from seqtasks.evaluation.tag_metrics import TAG_METRICS
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.registry import known_parts
from seqtasks.tasks.classification import scores as texts
from seqtasks.tasks.classification.heads import LabelledHead
from seqtasks.tasks.classification.recipe import HEAD, ClassificationRecipe
from seqtasks.tasks.contract import CONTROLS
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.multitask.recipe import MultitaskRecipe, TextTaskSettings
from seqtasks.tasks.tagging.heads import TaggedHeads
from seqtasks.tasks.tagging.recipe import TaggingRecipe, data_of, file_scheme
from seqtasks.tasks.tagging.scores import predictions_name, read_columns_back

Control = TaggingRecipe | ClassificationRecipe


def control_recipes(recipe: MultitaskRecipe) -> dict[str, Control]:
    """{head: the recipe of its control}, for a multi-task recipe of several tasks that wants them: the same but for the other tasks.

    The weight of the one loss that is left is 1; weights are selected by the same measure, or by accuracy where the task has it not.
    """
    if not recipe.controls or len(recipe.tasks) == 1:
        return {}
    return {head: control_of(recipe, head) for head in recipe.tasks}


def control_of(recipe: MultitaskRecipe, head: str) -> Control:
    """The recipe of one task alone."""
    task = recipe.tasks[head]
    shared: dict[str, Any] = {"summary": f"single-task control of {head}", "words": recipe.words, "characters": recipe.characters}
    shared |= {"backbone": recipe.backbone, "training": recipe.training}
    if isinstance(task, TextTaskSettings):
        known = metrics_of(several=task.data.multi_label)
        if recipe.training.select_by not in ("loss", "last", *known):
            shared["training"] = recipe.training.model_copy(update={"select_by": known[0]})
        alone = task.head.model_copy(update={"weight": 1.0})
        return ClassificationRecipe(kind="classification", data=task.data, head=alone, **shared)
    if recipe.training.select_by not in ("loss", "last", *known_parts(TAG_METRICS, TAGS)):
        shared["training"] = recipe.training.model_copy(update={"select_by": "accuracy"})
    return TaggingRecipe(kind="tagging", data=task.data, head=task.head.model_copy(update={"weight": 1.0}), **shared)


def beside_controls(task: HeadsTask, directory: RunDirectory, recipes: Mapping[str, Control]) -> list[Controlled]:
    """Every score of the multi-task run beside that of the control, from the answers that both have written; of texts the accuracy."""
    found = []
    for group in task.groups:
        if isinstance(group, TaggedHeads):
            for head in group.heads:
                if isinstance(control := recipes.get(head), TaggingRecipe):
                    found += tags_beside(group, head, task.assets.seen, directory, control)
        elif isinstance(group, LabelledHead) and group.head in recipes:
            found += labels_beside(group, directory)
    return found


def tags_beside(group: TaggedHeads, head: str, seen: Container[str], directory: RunDirectory, control: TaggingRecipe) -> list[Controlled]:
    """The scores of a head that tags words."""
    found, scheme = [], file_scheme(group.data[head])
    single = data_of(control) if isinstance(control, TaggingRecipe) else {}
    for split in group.tagged.scored[head]:
        words, gold, predicted = read_columns_back(directory.predictions / predictions_name(head, split, named=True))
        written = predictions_name(next(iter(single)), split, named=False)
        lone = RunDirectory(directory.path / CONTROLS / head)
        _, _, alone = read_columns_back(lone.result(lone.predictions / written))
        found += beside_control(gold, predicted, alone, words, seen, scheme=scheme, split=split, head=head)
    return found


def labels_beside(group: LabelledHead, directory: RunDirectory) -> list[Controlled]:
    """The accuracy of a head that labels texts, or with several labels the exact match: a text counts as one word with one tag."""
    found = []
    for split in group.labelled.scored:
        together = texts.read_predictions(directory.predictions / texts.predictions_name(group.head, split, named=True))
        lone = RunDirectory(directory.path / CONTROLS / group.head)
        alone = texts.read_predictions(lone.result(lone.predictions / texts.predictions_name(HEAD, split, named=False)))
        gold, ours, theirs = joined(together, "labels"), joined(together, "predicted"), joined(alone, "predicted")
        name = "exact_match" if group.data.multi_label else "accuracy"
        beside = beside_control(gold, ours, theirs, [[] for _ in gold], (), scheme=None, split=split, head=group.head)
        found += [replace(row, name=name) for row in beside]
    return found


def joined(rows: Sequence[Mapping[str, Any]], key: str) -> list[list[str]]:
    """The labels of each text as one tag."""
    return [["\t".join(sorted(row[key]))] for row in rows]

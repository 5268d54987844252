"""What the tables of a multi-task recipe alone cannot tell: what each side says of its heads, and what fits neither."""

from __future__ import annotations

import re

from torch import nn

from seqtasks.evaluation.label_metrics import metrics_of
from seqtasks.evaluation.metrics import TAGS
from seqtasks.evaluation.tag_metrics import TAG_METRICS
from seqtasks.registry import known_parts
from seqtasks.tasks.backbone import backbone_faults
from seqtasks.tasks.classification.checks import data_faults, head_faults
from seqtasks.tasks.embedder import embedder_faults
from seqtasks.tasks.multitask.recipe import MultitaskRecipe, taggers_of, texts_of
from seqtasks.tasks.selection import selection_faults
from seqtasks.tasks.tagging.checks import heads_faults
from seqtasks.tasks.tagging.data_checks import NO_NAME
from seqtasks.tasks.tagging.recipe import corpora_of, data_of


def multitask_faults(recipe: MultitaskRecipe) -> list[str]:
    """Every fault of a recipe."""
    taggers, texts = taggers_of(recipe), texts_of(recipe)
    known = ["loss", "last", *(known_parts(TAG_METRICS, TAGS) if taggers.tasks else [])]
    known += [name for task in texts.values() for name in metrics_of(several=task.data.multi_label)]
    faults = [*backbone_faults(recipe.backbone), *selection_faults(recipe.training.select_by, [*dict.fromkeys(known)])]
    faults += embedder_faults(recipe.words, recipe.characters)
    if recipe.smoothing != 1 and len(corpora_of(data_of(taggers))) + len(texts) == 1:
        faults.append("smoothing shares batches out among corpora, but all tasks read one corpus. Leave it out.")
    faults += heads_faults(taggers)
    for head, task in texts.items():
        if hasattr(nn.ModuleDict(), head) or not re.fullmatch(r"[\w -]+", head):
            faults.append(NO_NAME.format(head))
        faults += [
            f"tasks.{head}: {fault}" for fault in [*head_faults(task.head, task.data, recipe.backbone.layers), *data_faults(task.data)]
        ]
    return faults

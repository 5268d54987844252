"""The multi-task recipe: from tagged sentences and labelled texts to one trained and scored model."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch

from seqtasks.inference.assets import TaggingAssets
from seqtasks.tasks.classification.heads import LabelledHead
from seqtasks.tasks.head_groups import HeadGroup
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.multitask.build import build_multitask
from seqtasks.tasks.multitask.recipe import MultitaskRecipe, taggers_of, texts_of
from seqtasks.tasks.neural import NeuralRunner, saved_text
from seqtasks.tasks.tagging.heads import TaggedHeads


def multitask_task(
    recipe: MultitaskRecipe, locations: DataLocations, device: torch.device, assets: TaggingAssets | None = None
) -> HeadsTask:
    """A multi-task recipe with its data read and its model built. assets: those of an earlier run."""
    return HeadsTask(
        groups_of(recipe, locations),
        partial(build_multitask, recipe),
        device,
        words=recipe.words,
        training=recipe.training,
        smoothing=recipe.smoothing,
        assets=assets,
    )


def groups_of(recipe: MultitaskRecipe, locations: DataLocations) -> list[HeadGroup]:
    """The heads of words, where there are any, and each head of texts, with their data read."""
    taggers, texts, select_by = taggers_of(recipe), texts_of(recipe), recipe.training.select_by
    several = len(recipe.tasks) > 1
    labelled = [
        LabelledHead(head, task.data, locations, select_by=select_by, weight=task.head.weight, beside_others=several)
        for head, task in texts.items()
    ]
    return [*([TaggedHeads(taggers, locations, beside_others=several)] if taggers.tasks else []), *labelled]


def multitask_runner(recipe: MultitaskRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> NeuralRunner:
    """The recipe with what trains it; vocabularies come from the run in `learned`, where there is one."""
    folder = saved_text(learned)
    assets = TaggingAssets.load(folder, recipe.tasks) if folder else None
    return NeuralRunner(recipe, lambda where: multitask_task(recipe, locations, where, assets), device=device)

"""The tagging recipes of networks, with one head or several: from tagged sentences to a trained and scored model."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch

from seqtasks.inference.assets import TaggingAssets
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.neural import NeuralRunner, saved_text
from seqtasks.tasks.tagging.build import build_tagging
from seqtasks.tasks.tagging.heads import TaggedHeads
from seqtasks.tasks.tagging.recipe import NetworkRecipe, TaggersRecipe, tasks_of


def tagging_task(recipe: NetworkRecipe, locations: DataLocations, device: torch.device, assets: TaggingAssets | None = None) -> HeadsTask:
    """A tagging recipe with its data read and its model built. assets: those of an earlier run."""
    return HeadsTask(
        [TaggedHeads(recipe, locations)],
        partial(build_tagging, recipe),
        device,
        words=recipe.words,
        training=recipe.training,
        smoothing=recipe.smoothing if isinstance(recipe, TaggersRecipe) else 1.0,
        assets=assets,
    )


def tagging_runner(recipe: NetworkRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> NeuralRunner:
    """The recipe with what trains it; vocabularies come from the run in `learned`, where there is one."""
    folder = saved_text(learned)
    assets = TaggingAssets.load(folder, tasks_of(recipe)) if folder else None
    return NeuralRunner(recipe, lambda where: tagging_task(recipe, locations, where, assets), device=device)

"""The recipe of classification: from labelled texts to a trained and scored model."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch

from seqtasks.inference.assets import TaggingAssets
from seqtasks.tasks.classification.build import build_classifier
from seqtasks.tasks.classification.heads import LabelledHead
from seqtasks.tasks.classification.recipe import HEAD, ClassificationRecipe
from seqtasks.tasks.heads_task import HeadsTask
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.neural import NeuralRunner, saved_text


def classification_task(
    recipe: ClassificationRecipe, locations: DataLocations, device: torch.device, assets: TaggingAssets | None = None
) -> HeadsTask:
    """A recipe of classification with its data read and its model built. assets: those of an earlier run."""
    return HeadsTask(
        [LabelledHead(HEAD, recipe.data, locations, select_by=recipe.training.select_by)],
        partial(build_classifier, recipe),
        device,
        words=recipe.words,
        training=recipe.training,
        assets=assets,
    )


def classification_runner(recipe: ClassificationRecipe, locations: DataLocations, *, device: str, learned: Path | None) -> NeuralRunner:
    """The recipe with what trains it; vocabularies come from the run in `learned`, where there is one."""
    folder = saved_text(learned)
    assets = TaggingAssets.load(folder, (HEAD,)) if folder else None
    return NeuralRunner(recipe, lambda where: classification_task(recipe, locations, where, assets), device=device)

"""A multi-task recipe and its vocabularies to a model: the trunk with its heads of words, and the heads of texts beside them."""

from __future__ import annotations

from torch import Tensor

from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.tagging import TaggingModel
from seqtasks.tasks.classification.build import label_head
from seqtasks.tasks.multitask.recipe import MultitaskRecipe, taggers_of, texts_of
from seqtasks.tasks.tagging.build import build_tagging


def build_multitask(
    recipe: MultitaskRecipe, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
) -> TaggingModel:
    """The model of a recipe; vectors: pretrained word vectors; counts_V: of each word in training, for the dropout of rare ones."""
    model = build_tagging(taggers_of(recipe), assets, vectors, counts_V)
    for head, task in texts_of(recipe).items():
        model.heads[head] = label_head(task.head, task.data, model.trunk, assets.labels[head])
    return model

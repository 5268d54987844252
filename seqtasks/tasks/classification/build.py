"""A recipe of classification and its vocabularies to a model: a trunk with one head that labels texts."""

from __future__ import annotations

from torch import Tensor

from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.tagging import TaggingModel
from seqtasks.models.text_heads import build_text_head
from seqtasks.tasks.backbone import trunk_of
from seqtasks.tasks.classification.recipe import HEAD, ClassificationRecipe
from seqtasks.tasks.embedder import embedder_of


def build_classifier(
    recipe: ClassificationRecipe, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
) -> TaggingModel:
    """The model of a recipe; vectors: pretrained word vectors; counts_V: of each word in training, for the dropout of rare ones."""
    trunk = trunk_of(embedder_of(recipe.words, recipe.characters, assets, vectors, counts_V), recipe.backbone)
    head = build_text_head(
        trunk.backbone,
        input_size=trunk.output_size,
        labels=assets.labels[HEAD],
        dropout=recipe.head.dropout,
        layer=recipe.head.layer,
        pooling=recipe.head.pooling,
        threshold=recipe.head.threshold if recipe.data.multi_label else None,
    )
    return TaggingModel(trunk=trunk, heads={HEAD: head})

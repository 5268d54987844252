"""A recipe of classification and its vocabularies to a model: a trunk with one head that labels texts."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.tagging import TaggingModel
from seqtasks.models.text_heads import TextHead, build_text_head
from seqtasks.nn.trunk import Trunk
from seqtasks.tasks.backbone import trunk_of
from seqtasks.tasks.classification.recipe import HEAD, ClassificationHeadSettings, ClassificationRecipe, LabelledData
from seqtasks.tasks.embedder import embedder_of


def build_classifier(
    recipe: ClassificationRecipe, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
) -> TaggingModel:
    """The model of a recipe; vectors: pretrained word vectors; counts_V: of each word in training, for the dropout of rare ones."""
    trunk = trunk_of(embedder_of(recipe.words, recipe.characters, assets, vectors, counts_V), recipe.backbone)
    return TaggingModel(trunk=trunk, heads={HEAD: label_head(recipe.head, recipe.data, trunk, assets.labels[HEAD])})


def label_head(settings: ClassificationHeadSettings, data: LabelledData, trunk: Trunk, labels: Sequence[str]) -> TextHead:
    """The head of these settings on a trunk."""
    return build_text_head(
        trunk.backbone,
        input_size=trunk.output_size,
        labels=labels,
        dropout=settings.dropout,
        layer=settings.layer,
        pooling=settings.pooling,
        threshold=settings.threshold if data.multi_label else None,
    )

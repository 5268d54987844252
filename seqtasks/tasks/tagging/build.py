"""A tagging recipe and its vocabularies to a model."""

from collections.abc import Sequence

from torch import Tensor

from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.build import build_backbone, build_head
from seqtasks.models.heads import Head
from seqtasks.models.neighbours import Neighbours
from seqtasks.models.tagging import PrivateLayers, TaggingModel
from seqtasks.nn.recurrent import BidirectionalLayer
from seqtasks.nn.running import lowest_layer
from seqtasks.nn.trunk import Trunk
from seqtasks.recipes.schema import HeadSettings, NeighbourSettings
from seqtasks.tasks.backbone import trunk_of
from seqtasks.tasks.embedder import embedder_of
from seqtasks.tasks.tagging.recipe import NetworkRecipe, TaskSettings, head_scheme, tasks_of
from seqtasks.text.tags import Extent
from seqtasks.text.vocabulary import Vocabulary


def build_tagging(
    recipe: NetworkRecipe, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
) -> TaggingModel:
    """The tagging model of a recipe; vectors: pretrained word vectors; counts_V: of each word in training, for the dropout of rare ones."""
    embedder = embedder_of(recipe.words, recipe.characters, assets, vectors, counts_V)
    trunk = trunk_of(embedder, recipe.backbone)
    private = {name: build_private(task.head, trunk) for name, task in tasks_of(recipe).items() if task.head.private_layers}
    heads = {
        name: head_of(task, assets.labels[name], trunk, private.get(name), assets.extents.get(name))
        for name, task in tasks_of(recipe).items()
    }
    pooled = {name: task.head.hmm for name, task in tasks_of(recipe).items() if task.head.hmm}
    learned = {name: task.head.language_model for name, task in tasks_of(recipe).items() if task.head.language_model.weight}
    neighbours = {name: build_neighbours(settings, trunk, assets.words) for name, settings in learned.items()}
    return TaggingModel(trunk=trunk, heads=heads, private=private, pooled=pooled, neighbours=neighbours)


def build_neighbours(settings: NeighbourSettings, trunk: Trunk, words: Vocabulary) -> Neighbours:
    """What predicts neighbouring words from the lowest layer of a trunk. Raises ValueError for one without recurrent layers."""
    layer = lowest_layer(trunk.backbone)
    if layer is None:
        raise ValueError("neighbouring words are predicted from recurrent layers; this trunk has none")
    both = isinstance(layer, BidirectionalLayer)
    special = len(words.specials)
    return Neighbours(
        hidden_size=layer.output_size // 2 if both else layer.output_size,
        both=both,
        words=min(len(words), special + settings.vocabulary) if settings.vocabulary else len(words),
        unknown=words.unk,
        size=settings.size,
    )


def build_private(settings: HeadSettings, trunk: Trunk) -> PrivateLayers:
    """The layers of one head alone, over the layer of the trunk that it reads; dropout as between the trunk's layers."""
    size, dropout = trunk.output_size, trunk.dropout.p
    backbone = build_backbone("bilstm", input_size=size, hidden_size=settings.private_size, layers=settings.private_layers, dropout=dropout)
    return PrivateLayers(layer=settings.layer, backbone=backbone, dropout=dropout)


def head_of(
    task: TaskSettings, labels: Sequence[str], trunk: Trunk, private: PrivateLayers | None = None, extent: Extent | None = None
) -> Head:
    """The head of a task, on the trunk or on its private layers; only one that is to be constrained is told so, for not every kind can be.

    extent: of spans that nest.
    """
    settings = task.head
    own = {"constrained": True} if settings.constrained else {"crossing": settings.crossing} if extent is not None else {}
    return build_head(
        settings.kind,
        input_size=private.output_size if private else trunk.output_size,
        labels=labels,
        dropout=settings.dropout,
        layer=-1 if private else settings.layer,
        scheme=head_scheme(task),
        extent=extent,
        options=own | (settings.options or {}),
    )

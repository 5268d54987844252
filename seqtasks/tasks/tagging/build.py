"""A tagging recipe and its vocabularies to a model."""

from collections.abc import Sequence

from torch import Tensor

from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.build import build_backbone, build_head
from seqtasks.models.heads import Head
from seqtasks.models.tagging import PrivateLayers, TaggingModel
from seqtasks.nn.characters import CharacterCNN, CharacterLSTM
from seqtasks.nn.dropout import WordDropout, rare_word_rates
from seqtasks.nn.trunk import ShapeEmbedding, TokenEmbedder, Trunk, WordEmbedding
from seqtasks.recipes.schema import CharacterSettings, HeadSettings, WordSettings
from seqtasks.tasks.backbone import trunk_of
from seqtasks.tasks.tagging.recipe import NetworkRecipe, TaskSettings, head_scheme, tasks_of
from seqtasks.text.tags import Extent


def build_tagging(
    recipe: NetworkRecipe, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
) -> TaggingModel:
    """The tagging model of a recipe; vectors: pretrained word vectors; counts_V: of each word in training, for the dropout of rare ones."""
    words = recipe.words
    embedder = TokenEmbedder(
        words=WordEmbedding(
            num_words=len(assets.words), embedding_dim=words.size, padding_idx=assets.words.pad, vectors=vectors, frozen=words.frozen
        ),
        characters=build_characters(recipe.characters, len(assets.characters)),
        word_dropout=build_word_dropout(words, assets.words.unk, counts_V),
        shapes=ShapeEmbedding(embedding_dim=words.shapes) if words.shapes else None,
    )
    trunk = trunk_of(embedder, recipe.backbone)
    private = {name: build_private(task.head, trunk) for name, task in tasks_of(recipe).items() if task.head.private_layers}
    heads = {
        name: head_of(task, assets.labels[name], trunk, private.get(name), assets.extents.get(name))
        for name, task in tasks_of(recipe).items()
    }
    pooled = {name: task.head.hmm for name, task in tasks_of(recipe).items() if task.head.hmm}
    return TaggingModel(trunk=trunk, heads=heads, private=private, pooled=pooled)


def build_characters(settings: CharacterSettings, characters: int) -> CharacterCNN | CharacterLSTM | None:
    """The character network, for a vocabulary of so many characters."""
    if settings.kind == "none":
        return None
    if settings.kind == "lstm":
        return CharacterLSTM(num_characters=characters, embedding_dim=settings.size, features=settings.filters)
    return CharacterCNN(
        num_characters=characters, embedding_dim=settings.size, filters=settings.filters, width=settings.width, further=settings.widths
    )


def build_word_dropout(settings: WordSettings, unknown: int, counts_V: Tensor | None) -> WordDropout | None:
    """One rate for all words, or one for each where rare words have more; without counts (to answer, nothing is dropped) one for all."""
    if not settings.rare_dropout or counts_V is None:
        return WordDropout(settings.dropout, unknown) if settings.dropout else None
    return WordDropout(settings.dropout, unknown, rare_word_rates(counts_V, p=settings.dropout, rare=settings.rare_dropout))


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

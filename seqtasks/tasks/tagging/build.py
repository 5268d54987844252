"""A tagging recipe and its vocabularies to a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from seqtasks.inference.assets import TaggingAssets
from seqtasks.models.heads import HEADS, Head
from seqtasks.models.nested import NESTED_HEADS
from seqtasks.models.private import PrivateLayers
from seqtasks.models.tagging import TaggingModel
from seqtasks.models.trunk import Trunk
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.characters import CharacterLSTM
from seqtasks.nn.dropout import WordDropout, rare_word_rates
from seqtasks.nn.embeddings import CharacterCNN, ShapeEmbedding, TokenEmbedder, WordEmbedding
from seqtasks.recipes.schema import CharacterSettings, HeadSettings, WordSettings
from seqtasks.registry import find_part
from seqtasks.tasks.backbone import build_trunk
from seqtasks.tasks.tagging.recipe import MultitaskRecipe, TaggingRecipe, TaskSettings, head_scheme, tasks_of
from seqtasks.text.nested import Extent


def build_tagging(
    recipe: TaggingRecipe | MultitaskRecipe, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
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
    trunk = build_trunk(embedder, recipe.backbone)
    private = {name: build_private(task.head, trunk) for name, task in tasks_of(recipe).items() if task.head.private_layers}
    heads = {
        name: build_head(task, assets.labels[name], trunk, private.get(name), assets.extents.get(name))
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
    dropout = trunk.dropout.p
    backbone = BACKBONES["bilstm"](
        input_size=trunk.output_size, hidden_size=settings.private_size, layers=settings.private_layers, dropout=dropout
    )
    return PrivateLayers(layer=settings.layer, backbone=backbone, dropout=dropout)


def build_head(
    task: TaskSettings, labels: Sequence[str], trunk: Trunk, private: PrivateLayers | None = None, extent: Extent | None = None
) -> Head:
    """The head of a task, on the trunk or on its private layers; only one that is to be constrained is told so, for not every kind can be.

    extent: of spans that nest.
    """
    size, layer = (private.output_size, -1) if private else (trunk.output_size, task.head.layer)
    if extent is not None:
        nested: Callable[..., Head] = find_part(NESTED_HEADS, task.head.kind, "seqtasks.heads")
        return nested(
            input_size=size,
            labels=labels,
            dropout=task.head.dropout,
            layer=layer,
            extent=extent,
            crossing=task.head.crossing,
        )
    builder: Callable[..., Head] = find_part(HEADS, task.head.kind, "seqtasks.heads")
    return builder(
        input_size=size,
        labels=labels,
        dropout=task.head.dropout,
        layer=layer,
        scheme=head_scheme(task),
        **({"constrained": True} if task.head.constrained else {}),
    )

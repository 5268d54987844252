"""Settings and vocabularies to modules: the one place where a recipe becomes a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from seqtasks.models.heads import HEADS, Head
from seqtasks.models.nested import NESTED_HEADS
from seqtasks.models.private import PrivateLayers
from seqtasks.models.tagging import TaggingModel
from seqtasks.models.translation import TiedOutput, TranslationModel
from seqtasks.models.trunk import Trunk
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.bridge import Bridge
from seqtasks.nn.characters import CharacterLSTM
from seqtasks.nn.conditional_gru import ConditionalGRUDecoder
from seqtasks.nn.decoder_state import Decoder
from seqtasks.nn.decoders import AttentionDecoder, PlainDecoder
from seqtasks.nn.dropout import WordDropout, rare_word_rates
from seqtasks.nn.embeddings import CharacterCNN, ShapeEmbedding, TokenEmbedder, WordEmbedding
from seqtasks.nn.gnmt_decoder import GNMTDecoder
from seqtasks.recipes.assets import TaggingAssets, TranslationAssets
from seqtasks.recipes.build_attention import build_attention
from seqtasks.recipes.build_rivals import RIVALS
from seqtasks.recipes.names import PLAIN, build_backbone, chosen, tasks_of
from seqtasks.recipes.parts import head_scheme
from seqtasks.recipes.schema import (
    BackboneSettings,
    CharacterSettings,
    DecoderSettings,
    HeadSettings,
    MultitaskRecipe,
    TaggingRecipe,
    TaskSettings,
    TranslationRecipe,
    WordSettings,
)
from seqtasks.recipes.training_tables import TrainingSettings
from seqtasks.text.nested import Extent
from seqtasks.training.schedules import SCHEDULES, Schedule


def build_tagging(
    recipe: TaggingRecipe | MultitaskRecipe, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
) -> TaggingModel:
    """The tagging model of a recipe; vectors: pretrained word vectors; counts_V: of each word in training, for the dropout of rare ones."""
    words = recipe.words
    embedder = TokenEmbedder(
        words=WordEmbedding(words=len(assets.words), size=words.size, padding=assets.words.pad, vectors=vectors, frozen=words.frozen),
        characters=build_characters(recipe.characters, len(assets.characters)),
        word_dropout=build_word_dropout(words, assets.words.unk, counts_V),
        shapes=ShapeEmbedding(size=words.shapes) if words.shapes else None,
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
        return CharacterLSTM(characters=characters, size=settings.size, features=settings.filters)
    return CharacterCNN(characters=characters, size=settings.size, filters=settings.filters, width=settings.width, further=settings.widths)


def build_word_dropout(settings: WordSettings, unknown: int, counts_V: Tensor | None) -> WordDropout | None:
    """One rate for all words, or one for each where rare words have more; without counts (to answer, nothing is dropped) one for all."""
    if not settings.rare_dropout or counts_V is None:
        return WordDropout(settings.dropout, unknown) if settings.dropout else None
    return WordDropout(settings.dropout, unknown, rare_word_rates(counts_V, p=settings.dropout, rare=settings.rare_dropout))


def build_trunk(embedder: TokenEmbedder, settings: BackboneSettings) -> Trunk:
    """The embedder below the backbone, which is given the options that it takes."""
    backbone = build_backbone(settings, input_size=embedder.output_size)
    return Trunk(embedder=embedder, backbone=backbone, dropout=settings.dropout)


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
        nested: Callable[..., Head] = chosen(NESTED_HEADS, task.head.kind, "seqtasks.heads")
        return nested(
            input_size=size,
            labels=labels,
            dropout=task.head.dropout,
            layer=layer,
            extent=extent,
            crossing=task.head.crossing,
        )
    builder: Callable[..., Head] = chosen(HEADS, task.head.kind, "seqtasks.heads")
    return builder(
        input_size=size,
        labels=labels,
        dropout=task.head.dropout,
        layer=layer,
        scheme=head_scheme(task),
        **({"constrained": True} if task.head.constrained else {}),
    )


def build_translation(recipe: TranslationRecipe, assets: TranslationAssets) -> TranslationModel:
    """The translation model of a recipe, with tied weights where it says so."""
    settings = recipe.decoder
    source, target = assets.source.vocabulary, assets.target.vocabulary
    source_words = WordEmbedding(words=len(source), size=recipe.embedding_size, padding=source.pad)
    joint = recipe.text.joint and settings.tied
    target_words = source_words if joint else WordEmbedding(words=len(target), size=settings.embedding_size, padding=target.pad)
    trunk = build_trunk(TokenEmbedder(words=source_words, characters=None, word_dropout=None), recipe.backbone)
    decoder = build_decoder(settings, target_words, trunk)
    output: nn.Module = nn.Linear(decoder.output_size, len(target))
    if settings.tied:
        output = TiedOutput(input_size=decoder.output_size, words=target_words)
    sentence_end = source.eos if recipe.data.context else None
    return TranslationModel(trunk=trunk, decoder=decoder, output=output, bos=target.bos, padding=target.pad, sentence_end=sentence_end)


def build_decoder(settings: DecoderSettings, words: WordEmbedding, trunk: Trunk) -> Decoder[Any]:
    """The decoder: without attention, or with one that the top layer asks, or the first, or that sits between two GRUs; or a rival."""
    if settings.kind in RIVALS:
        return RIVALS[settings.kind](settings, words, trunk.output_size)
    bridge = Bridge(encoder_size=trunk.output_size, hidden_size=settings.hidden_size, layers=settings.layers, cell=settings.kind == "lstm")
    shared: dict[str, Any] = {"embedding": words, "bridge": bridge}
    shared |= {name: getattr(settings, name) for name in ("hidden_size", "layers", "dropout", "residual")}
    if settings.attention == PLAIN:
        return PlainDecoder(kind=settings.kind, **shared)
    attention = build_attention(settings, memory_size=trunk.output_size)
    if settings.kind == "cgru":
        return ConditionalGRUDecoder(attention=attention, **shared)
    if settings.attend == "first":
        return GNMTDecoder(attention=attention, kind=settings.kind, **shared)
    return AttentionDecoder(attention=attention, kind=settings.kind, input_feeding=settings.input_feeding, **shared)


def build_optimizer(model: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Adam, AdamW or SGD over all parameters that are trained; biases and embeddings decay as the rest do."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    rate, decay, betas = settings.learning_rate, settings.weight_decay, (settings.betas[0], settings.betas[1])
    if settings.optimizer == "sgd":
        optimizer: torch.optim.Optimizer = torch.optim.SGD(parameters, lr=rate, momentum=settings.momentum, weight_decay=decay)
    elif settings.optimizer == "adam":
        optimizer = torch.optim.Adam(parameters, lr=rate, weight_decay=decay, betas=betas, fused=True)
    else:
        optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, betas=betas, fused=True)
    for group in optimizer.param_groups:
        group["initial_lr"] = rate
    return optimizer


def build_schedule(settings: TrainingSettings, batches_per_epoch: int) -> Schedule:
    """The schedule over all updates: one for every `accumulate` batches, and one for what is left of an epoch's."""
    updates = -(-batches_per_epoch // settings.accumulate)
    return SCHEDULES[settings.schedule](warmup=settings.warmup_updates, total=settings.epochs * updates)

"""A translation recipe and its vocabularies to a model."""

from typing import Any

from torch import nn

from seqtasks.inference.assets import TranslationAssets
from seqtasks.models.translation import TiedOutput, TranslationModel
from seqtasks.nn.convolution_decoder import ConvolutionDecoder
from seqtasks.nn.decoders import AttentionDecoder, Decoder, PlainDecoder
from seqtasks.nn.deep_decoders import ConditionalGRUDecoder, GNMTDecoder
from seqtasks.nn.encoded import Bridge
from seqtasks.nn.transformer_decoder import TransformerDecoder
from seqtasks.nn.trunk import TokenEmbedder, WordEmbedding
from seqtasks.recipes.schema import DecoderSettings
from seqtasks.tasks.backbone import trunk_of
from seqtasks.tasks.translation.build_attention import build_attention, build_scored
from seqtasks.tasks.translation.checks import PLAIN
from seqtasks.tasks.translation.recipe import TranslationRecipe


def build_translation(recipe: TranslationRecipe, assets: TranslationAssets) -> TranslationModel:
    """The translation model of a recipe, with tied weights where it says so."""
    settings = recipe.decoder
    source, target = assets.source.vocabulary, assets.target.vocabulary
    source_words = WordEmbedding(num_words=len(source), embedding_dim=recipe.embedding_size, padding_idx=source.pad)
    joint = recipe.text.joint and settings.tied
    target_words = (
        source_words if joint else WordEmbedding(num_words=len(target), embedding_dim=settings.embedding_size, padding_idx=target.pad)
    )
    trunk = trunk_of(TokenEmbedder(words=source_words, characters=None, word_dropout=None), recipe.backbone)
    decoder = build_decoder(settings, target_words, memory_size=trunk.output_size)
    output: nn.Module = nn.Linear(decoder.output_size, len(target))
    if settings.tied:
        output = TiedOutput(input_size=decoder.output_size, words=target_words)
    sentence_end = source.eos if recipe.data.context else None
    return TranslationModel(trunk=trunk, decoder=decoder, output=output, bos=target.bos, padding_idx=target.pad, sentence_end=sentence_end)


def build_decoder(settings: DecoderSettings, words: WordEmbedding, *, memory_size: int) -> Decoder[Any]:
    """The decoder: without attention, or with one that the top layer asks, or the first, or between two GRUs; or not recurrent."""
    shared: dict[str, Any] = {"embedding": words} | {name: getattr(settings, name) for name in ("hidden_size", "layers", "dropout")}
    if settings.kind == "transformer":
        return TransformerDecoder(memory_size=memory_size, heads=settings.heads, inner_size=settings.inner_size, **shared)
    if settings.kind == "convolution":  # it maps the states to the embedding's size
        looks = build_scored(settings, query_size=words.output_size, memory_size=words.output_size)
        return ConvolutionDecoder(attention=looks, memory_size=memory_size, width=settings.width, **shared)
    bridge = Bridge(encoder_size=memory_size, hidden_size=settings.hidden_size, layers=settings.layers, cell=settings.kind == "lstm")
    shared |= {"bridge": bridge, "residual": settings.residual}
    if settings.attention == PLAIN:
        return PlainDecoder(kind=settings.kind, **shared)
    attention = build_attention(settings, memory_size=memory_size)
    if settings.kind == "cgru":
        return ConditionalGRUDecoder(attention=attention, **shared)
    if settings.attend == "first":
        return GNMTDecoder(attention=attention, kind=settings.kind, **shared)
    return AttentionDecoder(attention=attention, kind=settings.kind, input_feeding=settings.input_feeding, **shared)

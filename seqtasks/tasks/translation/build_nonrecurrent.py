"""The decoders of a translation recipe that are no recurrent networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seqtasks.nn.convolution_decoder import ConvolutionDecoder
from seqtasks.nn.decoders import Decoder
from seqtasks.nn.transformer_decoder import TransformerDecoder
from seqtasks.nn.trunk import WordEmbedding
from seqtasks.recipes.schema import DecoderSettings
from seqtasks.tasks.translation.build_attention import build_scored


def transformer(settings: DecoderSettings, words: WordEmbedding, memory_size: int) -> TransformerDecoder:
    """Of self-attention, over states of memory_size."""
    return TransformerDecoder(
        embedding=words,
        memory_size=memory_size,
        hidden_size=settings.hidden_size,
        layers=settings.layers,
        heads=settings.heads,
        dropout=settings.dropout,
        inner_size=settings.inner_size,
    )


def convolution(settings: DecoderSettings, words: WordEmbedding, memory_size: int) -> ConvolutionDecoder:
    """Of causal convolutions, over states of memory_size, which it maps to the embedding's size."""
    return ConvolutionDecoder(
        embedding=words,
        attention=build_scored(settings, query_size=words.output_size, memory_size=words.output_size),
        memory_size=memory_size,
        hidden_size=settings.hidden_size,
        layers=settings.layers,
        width=settings.width,
        dropout=settings.dropout,
    )


RIVALS: dict[str, Callable[[DecoderSettings, WordEmbedding, int], Decoder[Any]]] = {"transformer": transformer, "convolution": convolution}

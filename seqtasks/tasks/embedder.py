"""[words] and [characters] of a recipe: checked, and the embedder that they say, built."""

from __future__ import annotations

from torch import Tensor

from seqtasks.inference.assets import TaggingAssets
from seqtasks.nn.characters import CharacterCNN, CharacterLSTM
from seqtasks.nn.dropout import WordDropout, rare_word_rates
from seqtasks.nn.trunk import ShapeEmbedding, TokenEmbedder, WordEmbedding
from seqtasks.recipes.schema import CharacterSettings, WordSettings


def embedder_faults(words: WordSettings, characters: CharacterSettings) -> list[str]:
    """Values of the two tables that do not fit."""
    faults = character_faults(characters)
    if words.frozen and not words.vectors:
        faults.append("words.frozen keeps pretrained vectors as they are, but words.vectors names none. Name some, or leave it out.")
    return faults


def character_faults(settings: CharacterSettings) -> list[str]:
    """Values of [characters] that do not fit."""
    if settings.kind != "cnn" and settings.widths:
        return [f"characters.widths has no meaning for characters of kind {settings.kind!r}. Leave it out, or use 'cnn'."]
    if settings.kind == "lstm" and settings.filters % 2:
        return [f"characters.filters = {settings.filters}: an LSTM has half of them in each direction. Use an even number."]
    return []


def embedder_of(
    words: WordSettings, characters: CharacterSettings, assets: TaggingAssets, vectors: Tensor | None = None, counts_V: Tensor | None = None
) -> TokenEmbedder:
    """The embedder of these vocabularies.

    vectors: pretrained word vectors; counts_V: of each word in training, for the dropout of rare ones.
    """
    return TokenEmbedder(
        words=WordEmbedding(
            num_words=len(assets.words), embedding_dim=words.size, padding_idx=assets.words.pad, vectors=vectors, frozen=words.frozen
        ),
        characters=build_characters(characters, len(assets.characters)),
        word_dropout=build_word_dropout(words, assets.words.unk, counts_V),
        shapes=ShapeEmbedding(embedding_dim=words.shapes) if words.shapes else None,
    )


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

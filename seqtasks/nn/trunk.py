"""The trunk that every model stands on: words as vectors, locked dropout, backbone. Models that share a trunk share its weights.

A word's vector is a row of a table, joined with what its characters and its shape say where those are asked for.
B batch, S position, E embedding, U distinct words, F features of a word.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.characters import CharacterCNN, CharacterLSTM
from seqtasks.nn.dropout import LockedDropout, WordDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.text.word_shapes import SHAPES

if TYPE_CHECKING:
    from seqtasks.text.batching import Batch, Distinct


class WordEmbedding(nn.Module):
    """A table of word vectors, uniform in +-sqrt(3 / embedding_dim) or copied from `vectors`; the word padding_idx is zero and stays so."""

    def __init__(
        self, *, num_words: int, embedding_dim: int, padding_idx: int, vectors: Tensor | None = None, frozen: bool = False
    ) -> None:
        super().__init__()
        if vectors is not None and tuple(vectors.shape) != (num_words, embedding_dim):
            raise ValueError(f"expected vectors of shape ({num_words}, {embedding_dim}) for {num_words} words, got {tuple(vectors.shape)}")
        self.table = nn.Embedding(num_words, embedding_dim, padding_idx=padding_idx)
        self.output_size = embedding_dim
        bound = math.sqrt(3 / embedding_dim)
        with torch.no_grad():
            if vectors is None:
                self.table.weight.uniform_(-bound, bound)
            else:
                self.table.weight.copy_(vectors)
            self.table.weight[padding_idx] = 0
        self.table.weight.requires_grad_(not frozen)

    def forward(self, ids_BS: Tensor) -> Tensor:
        """embedded_BSE; zeros at padding."""
        embedded_BSE: Tensor = self.table(ids_BS)
        return embedded_BSE


class ShapeEmbedding(nn.Module):
    """A table of vectors for how words are written (`seqtasks.text.word_shapes`), uniform in +-sqrt(3 / embedding_dim)."""

    def __init__(self, *, embedding_dim: int) -> None:
        super().__init__()
        self.table = nn.Embedding(len(SHAPES), embedding_dim)
        self.output_size = embedding_dim
        bound = math.sqrt(3 / embedding_dim)
        with torch.no_grad():
            self.table.weight.uniform_(-bound, bound)

    def forward(self, shapes_U: Tensor) -> Tensor:
        """vectors_UE of the numbers of shapes of U distinct words."""
        vectors_UE: Tensor = self.table(shapes_U)
        return vectors_UE


class TokenEmbedder(nn.Module):
    """Word vectors of a batch, joined with what is computed once for each distinct word: character features and shapes. Zero at padding."""

    def __init__(
        self,
        *,
        words: WordEmbedding,
        characters: CharacterCNN | CharacterLSTM | None,
        word_dropout: WordDropout | None,
        shapes: ShapeEmbedding | None = None,
    ) -> None:
        super().__init__()
        self.words = words
        self.characters = characters
        self.word_dropout = word_dropout
        self.shapes = shapes
        self.output_size = words.output_size + sum(part.output_size for part in (characters, shapes) if part is not None)

    def forward(self, batch: Batch) -> Tensor:
        """embedded_BSE. Word dropout hides the word, not its characters or shape. Raises ValueError if those are needed but absent."""
        ids_BS = batch.ids_BS if self.word_dropout is None else self.word_dropout(batch.ids_BS, batch.mask_BS)
        embedded_BSE: Tensor = self.words(ids_BS)
        if self.characters is not None or self.shapes is not None:
            if batch.distinct is None:
                raise ValueError("this embedder reads how words are spelled, but the batch has no distinct words; make it with a FormTable")
            features_UF = self.features(batch.distinct)
            features_BSF = functional.embedding(batch.distinct.inverse_BS, features_UF)
            embedded_BSE = torch.cat([embedded_BSE, features_BSF], dim=2)
        return embedded_BSE * batch.mask_BS[:, :, None]

    def vectors(self, distinct: Distinct) -> Tensor:
        """vectors_UE of the distinct words of a batch, without dropout: what `forward` puts where they stand, in evaluation mode."""
        vectors_UE: Tensor = self.words(distinct.words_U)
        if self.characters is None and self.shapes is None:
            return vectors_UE
        return torch.cat([vectors_UE, self.features(distinct)], dim=1)

    def features(self, distinct: Distinct) -> Tensor:
        """features_UF of the distinct words of a batch."""
        parts = [] if self.characters is None else [self.characters(distinct.characters_UC, distinct.character_mask_UC)]
        if self.shapes is not None:
            parts.append(self.shapes(distinct.shapes_U))
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)


class Backbone(Protocol):
    """What every entry of BACKBONES has beside `forward`."""

    output_size: int


class Trunk(nn.Module):
    """Reads a batch and answers with the states of every layer of its backbone.

    embedder: batch -> embedded_BSE; backbone: (embedded_BSE, mask_BS) -> Encoded (see `seqtasks.nn.backbones`);
    dropout: rate of the locked dropout between the two, 0 to 1.
    """

    def __init__(self, *, embedder: TokenEmbedder, backbone: nn.Module, dropout: float) -> None:
        super().__init__()
        self.embedder = embedder
        self.dropout = LockedDropout(dropout)
        self.backbone = backbone

    @property
    def output_size(self) -> int:
        """Features of each state."""
        return cast(Backbone, self.backbone).output_size

    def forward(self, batch: Batch) -> Encoded:
        """Encoded(layers, final) of the sentences in `batch`; states at padding are zero."""
        embedded_BSE = self.embedder(batch)
        encoded: Encoded = self.backbone(self.dropout(embedded_BSE) if self.training else embedded_BSE, batch.mask_BS)
        return encoded

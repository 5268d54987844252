"""Words as vectors: a table, convolutions over characters, a table of shapes, and what is chosen of them joined.

The character network is that of Ma and Hovy (2016) / Kim et al. (2016): convolve, take the maximum over the word, tanh. It runs once
per distinct word of a batch. B batch, S position, E embedding, U distinct words, C character position, F filters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.characters import CharacterLSTM, by_length
from seqtasks.nn.dropout import WordDropout
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
        embedded_BSE: Tensor = self.table(ids_BS)
        return embedded_BSE


class CharacterCNN(nn.Module):
    """Vectors of words from their characters; a word's vector does not depend on the words it is padded with.

    Windows are centred on real characters only and see zeros beyond the word's ends. A word without characters gets zeros.
    Character id 0 is padding. further: widths of more convolutions, of as many filters each; features stand side by side.
    Recommended: embedding_dim 25 to 50, filters 30 to 100, width 3.
    """

    def __init__(self, *, num_characters: int, embedding_dim: int, filters: int, width: int, further: Sequence[int] = ()) -> None:
        super().__init__()
        self.table = nn.Embedding(num_characters, embedding_dim)
        self.convolution = nn.Conv1d(embedding_dim, filters, width)
        self.further = nn.ModuleList(nn.Conv1d(embedding_dim, filters, other) for other in further)
        self.widths = (width, *further)
        self.output_size = filters * len(self.widths)
        bound = math.sqrt(3 / embedding_dim)
        with torch.no_grad():
            self.table.weight.uniform_(-bound, bound)
        for convolution in (self.convolution, *self.further):
            nn.init.xavier_uniform_(convolution.weight)
            nn.init.zeros_(convolution.bias)

    def forward(self, characters_UC: Tensor, mask_UC: Tensor) -> Tensor:
        """characters_UC are ids, mask_UC is True at real characters; returns features_UF."""
        return self.together(characters_UC, mask_UC) if self.training else by_length(self.together, characters_UC, mask_UC)

    def together(self, characters_UC: Tensor, mask_UC: Tensor) -> Tensor:
        """features_UF of words that are padded to one length."""
        if characters_UC.numel() == 0:
            return self.table.weight.new_zeros(characters_UC.size(0), self.output_size)
        embedded_UCE = self.table(characters_UC) * mask_UC[:, :, None]
        found = []
        for width, convolution in zip(self.widths, (self.convolution, *self.further), strict=True):
            padded_UEC = functional.pad(embedded_UCE.transpose(1, 2), ((width - 1) // 2, width // 2))
            features_UFC = convolution(padded_UEC).masked_fill(~mask_UC[:, None], -math.inf)
            found.append(torch.where(mask_UC.any(dim=1)[:, None], features_UFC.amax(dim=2), 0).tanh())
        return torch.cat(found, dim=1)


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

"""Words as vectors: a table, a convolution over characters, and the two joined.

The character network is that of Ma and Hovy (2016) / Kim et al. (2016): convolve, take the maximum over the word, tanh. It runs once
per distinct word of a batch. B batch, S position, E embedding, U distinct words, C character position, F filters.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.dropout import WordDropout

if TYPE_CHECKING:
    from seqtasks.text.batching import Batch


class WordEmbedding(nn.Module):
    """A table of word vectors, uniform in +-sqrt(3 / size) or copied from `vectors`; the padding word is zero and stays so."""

    def __init__(self, *, words: int, size: int, padding: int, vectors: Tensor | None = None, frozen: bool = False) -> None:
        super().__init__()
        if vectors is not None and tuple(vectors.shape) != (words, size):
            raise ValueError(f"expected vectors of shape ({words}, {size}) for {words} words, got {tuple(vectors.shape)}")
        self.table = nn.Embedding(words, size, padding_idx=padding)
        self.output_size = size
        bound = math.sqrt(3 / size)
        with torch.no_grad():
            if vectors is None:
                self.table.weight.uniform_(-bound, bound)
            else:
                self.table.weight.copy_(vectors)
            self.table.weight[padding] = 0
        self.table.weight.requires_grad_(not frozen)

    def forward(self, ids_BS: Tensor) -> Tensor:
        embedded_BSE: Tensor = self.table(ids_BS)
        return embedded_BSE


class CharacterCNN(nn.Module):
    """Vectors of words from their characters; a word's vector does not depend on the words it is padded with.

    Windows are centred on real characters only and see zeros beyond the word's ends. A word without characters gets zeros.
    Character id 0 is padding. Recommended: size 25 to 50, filters 30 to 100, width 3.
    """

    def __init__(self, *, characters: int, size: int, filters: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(characters, size)
        self.convolution = nn.Conv1d(size, filters, width)
        self.output_size = filters
        self.width = width
        bound = math.sqrt(3 / size)
        with torch.no_grad():
            self.table.weight.uniform_(-bound, bound)
        nn.init.xavier_uniform_(self.convolution.weight)
        nn.init.zeros_(self.convolution.bias)  # type: ignore[arg-type]  # Conv1d's stub allows None; bias is on

    def forward(self, characters_UC: Tensor, mask_UC: Tensor) -> Tensor:
        """characters_UC are ids, mask_UC is True at real characters; returns features_UF."""
        if characters_UC.numel() == 0:
            return self.table.weight.new_zeros(characters_UC.size(0), self.output_size)
        embedded_UCE = self.table(characters_UC) * mask_UC[:, :, None]
        padded_UEC = functional.pad(embedded_UCE.transpose(1, 2), ((self.width - 1) // 2, self.width // 2))
        features_UFC = self.convolution(padded_UEC).masked_fill(~mask_UC[:, None], -math.inf)
        return torch.where(mask_UC.any(dim=1)[:, None], features_UFC.amax(dim=2), 0).tanh()


class TokenEmbedder(nn.Module):
    """Word vectors of a batch, joined with its character features where there is a character network. Zero at padding."""

    def __init__(self, *, words: WordEmbedding, characters: CharacterCNN | None, word_dropout: WordDropout | None) -> None:
        super().__init__()
        self.words = words
        self.characters = characters
        self.word_dropout = word_dropout
        self.output_size = words.output_size + (0 if characters is None else characters.output_size)

    def forward(self, batch: Batch) -> Tensor:
        """embedded_BSE. Word dropout hides the word, not its characters. Raises ValueError if characters are needed but absent."""
        ids_BS = batch.ids_BS if self.word_dropout is None else self.word_dropout(batch.ids_BS, batch.mask_BS)
        embedded_BSE: Tensor = self.words(ids_BS)
        if self.characters is not None:
            if batch.distinct is None:
                raise ValueError("this embedder reads characters but the batch has no distinct words; make it with a FormTable")
            features_UF = self.characters(batch.distinct.characters_UC, batch.distinct.character_mask_UC)
            features_BSF = functional.embedding(batch.distinct.inverse_BS, features_UF)
            embedded_BSE = torch.cat([embedded_BSE, features_BSF], dim=2)
        return embedded_BSE * batch.mask_BS[:, :, None]

"""Vectors of words from their characters: by convolutions, or by an LSTM in both directions.

The CNN is that of Ma and Hovy (2016) and Kim et al. (2016): convolve, take the maximum over the word, tanh; the LSTM that of Ling et al.
(2015) and Lample et al. (2016, section 4.1). Either runs once per distinct word of a batch.
Most words are short, but a batch of them is as wide as its longest: `by_length` reads short, middling and long words apart.
U distinct words, C character position, E embedding, F features of a word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.recurrent import BidirectionalLayer

LONGEST_OF_GROUPS = (6, 10)  # characters; longer words are the third group


def by_length(network: Callable[[Tensor, Tensor], Tensor], characters_UC: Tensor, mask_UC: Tensor) -> Tensor:
    """features_UF of `network`, which must not depend on padding, called once for each group of words of like length.

    Three times as fast as one call on a CPU, for a character CNN without gradients. On other devices it is one call.
    """
    if characters_UC.numel() == 0 or characters_UC.device.type != "cpu":
        return network(characters_UC, mask_UC)
    group_U = torch.bucketize(mask_UC.sum(dim=1), torch.tensor(LONGEST_OF_GROUPS))
    order_U = group_U.argsort(stable=True)
    sizes = torch.bincount(group_U, minlength=len(LONGEST_OF_GROUPS) + 1).tolist()
    parts = []
    for rows, longest in zip(order_U.split(sizes), (*LONGEST_OF_GROUPS, characters_UC.size(1)), strict=True):
        if len(rows):
            parts.append(network(characters_UC[rows, :longest], mask_UC[rows, :longest]))
    return torch.cat(parts)[order_U.argsort()]


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


class CharacterLSTM(nn.Module):
    """The last state of the forward LSTM joined with that of the backward one; exact under padding.

    A word without characters gets zeros. Character id 0 is padding. Recommended: embedding_dim 25 to 50, features 50 to 100.
    Raises ValueError for an odd number of features. Reads what CharacterCNN reads, more slowly.
    """

    def __init__(self, *, num_characters: int, embedding_dim: int, features: int) -> None:
        super().__init__()
        if features % 2:
            raise ValueError(f"a character LSTM needs an even number of features, half of them from each direction; got {features}")
        self.table = nn.Embedding(num_characters, embedding_dim)
        self.layer = BidirectionalLayer(kind="lstm", input_size=embedding_dim, hidden_size=features // 2)
        self.output_size = features
        bound = math.sqrt(3 / embedding_dim)
        with torch.no_grad():
            self.table.weight.uniform_(-bound, bound)

    def forward(self, characters_UC: Tensor, mask_UC: Tensor) -> Tensor:
        """characters_UC are ids, mask_UC is True at real characters; returns features_UF."""
        return by_length(self.together, characters_UC, mask_UC)

    def together(self, characters_UC: Tensor, mask_UC: Tensor) -> Tensor:
        """features_UF of words that are padded to one length."""
        features_UF: Tensor = self.layer(self.table(characters_UC), mask_UC)[1]
        return features_UF

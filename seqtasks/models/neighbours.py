"""Neighbouring words as a second thing to learn, for the trunk of a tagger (Rei 2017, equations 6 to 11).

The forward half of the lowest layer predicts the word after each, its backward half the word before, each through a hidden layer of its
own, m = tanh(W h); words beyond the most frequent ones count as the unknown word. Neither half has seen what it predicts. The layers above
have, so they are never asked. In answers nothing of this is computed.
B sentences, S position, H hidden, V vocabulary, M predictions.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqtasks.nn.encoded import Encoded

SUFFIX = "neighbours"  # of a head's name: what its loss is called in training


class Neighbours(nn.Module):
    """Predicts the neighbours of each word from the lowest layer's states.

    hidden_size: of one direction; both: whether the layer has a backward half, too; words: the size V of the vocabulary, the most frequent
    first after the special ones; unknown: id of the unknown word, which stands for all with larger ids than V; size: of the hidden layers.
    """

    def __init__(self, *, hidden_size: int, both: bool, words: int, unknown: int, size: int) -> None:
        super().__init__()
        directions = 2 if both else 1
        self.hidden_size = hidden_size
        self.words = words
        self.unknown = unknown
        self.hidden = nn.ModuleList(nn.Linear(hidden_size, size) for _ in range(directions))
        self.output = nn.ModuleList(nn.Linear(size, words) for _ in range(directions))

    def forward(self, encoded: Encoded, ids_BS: Tensor) -> list[tuple[Tensor, Tensor]]:
        """For each direction, forward first, logits_MV and targets_M: of every word but the last (in backward direction the first) of each
        sentence its neighbour. ids_BS: the words themselves, whatever at padding.
        """
        pairs_BS = encoded.mask_BS[:, 1:]  # a word and the one before it are real
        known_BS = torch.where(ids_BS < self.words, ids_BS, self.unknown)
        states_BSH = encoded.layers[0]
        sides = [(states_BSH[:, :-1, : self.hidden_size], known_BS[:, 1:]), (states_BSH[:, 1:, self.hidden_size :], known_BS[:, :-1])]
        layers = zip(self.hidden, self.output, strict=True)
        return [
            (output(torch.tanh(hidden(side_BSH[pairs_BS]))), targets_BS[pairs_BS])
            for (hidden, output), (side_BSH, targets_BS) in zip(layers, sides, strict=False)
        ]

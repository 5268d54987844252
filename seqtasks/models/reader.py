"""A trunk made ready to answer: word vectors that are computed once, LSTMs without padding, and a choice of precision.

A Reader copies what it needs of the weights or keeps what was computed from them, so it is made anew when they change: see `state_of`.
B batch, S position, U distinct words, E embedding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.encoded import Encoded
from seqtasks.nn.packed import FirstLayer, PackedStack, packable
from seqtasks.nn.trunk import Trunk
from seqtasks.nn.word_cache import WordCache
from seqtasks.text.batching import MULTIPLE, Batch, Positions
from seqtasks.text.encoded import Ragged
from seqtasks.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class Text:
    """Sentences as numbers of their distinct words, and the vectors of these or what a first layer makes of them."""

    numbers: Ragged
    vectors_UE: Tensor
    first: FirstLayer | None


class Reader:
    """The states of a trunk without dropout. precision: "float32" or "bf16", of matrix products and, in LSTMs, states.

    On a CPU stacks of LSTMs read packed sentences; other backbones read padded ones, in bf16 under autocast.
    """

    def __init__(self, trunk: Trunk, words: Vocabulary, characters: Vocabulary, *, precision: str) -> None:
        self.trunk = trunk
        self.device = next(trunk.parameters()).device
        self.cache = WordCache(trunk.embedder, words, characters)
        self.precision = precision
        number = torch.bfloat16 if precision == "bf16" else torch.float32
        self.packed = PackedStack(trunk.backbone, number) if self.device.type == "cpu" and packable(trunk.backbone) else None

    def embed_words(self, sentences: Sequence[Sequence[str]]) -> Text:
        """What is done once for each distinct word."""
        words = list(chain.from_iterable(sentences))
        number_of = {form: number for number, form in enumerate(dict.fromkeys(words))}
        numbers = np.fromiter(map(number_of.__getitem__, words), dtype=np.int32, count=len(words))
        offsets = np.cumsum([0, *map(len, sentences)], dtype=np.int64)
        vectors_UE = self.cache.vectors(list(number_of))
        return Text(Ragged(numbers, offsets), vectors_UE, self.packed.first(vectors_UE) if self.packed else None)

    def batch(self, text: Text, positions: Positions) -> Batch:
        """The sentences at `positions`, longest first, read: a batch with `encoded`."""
        numbers, mask = text.numbers.padded(positions, MULTIPLE)
        numbers_BS, mask_BS = torch.from_numpy(numbers).to(self.device), torch.from_numpy(mask).to(self.device)
        if self.packed is not None and text.first is not None:
            encoded = self.packed(text.first, numbers_BS, mask_BS)
        else:
            embedded_BSE = functional.embedding(numbers_BS, text.vectors_UE) * mask_BS[:, :, None]
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
                encoded = self.trunk.backbone(embedded_BSE, mask_BS)
            encoded = Encoded([states_BSH.float() for states_BSH in encoded.layers], None, mask_BS)
        return Batch(numbers_BS, mask_BS, torch.from_numpy(positions), "", {}, encoded=encoded)


def state_of(module: nn.Module) -> tuple[tuple[int, int], ...]:
    """Which tensors a module's weights are and how often each was changed in place: equal as long as the weights are."""
    return tuple((weight.data_ptr(), 0 if weight.is_inference() else weight._version) for weight in module.parameters())

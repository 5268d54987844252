"""Links between the tokens of parallel sentences, for a whole corpus in three arrays. P pairs, L links, B pairs of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.align.blocks import Integers

Positions = NDArray[np.int32]


@dataclass(frozen=True)
class Alignments:
    """Link l joins token sources_L[l] and token targets_L[l] (from 0) of its pair; pair p has the links offsets_P1[p] to offsets_P1[p + 1].

    The links of a pair are sorted by source and then by target, each there once.
    """

    sources_L: Positions
    targets_L: Positions
    offsets_P1: Integers

    @classmethod
    def of(cls, links: Iterable[tuple[int, int, int]], *, pairs: int) -> Alignments:
        """Links as (pair, source, target), in any order; one given twice counts once."""
        sorted_L3 = np.array(sorted(set(links)), dtype=np.int64).reshape(-1, 3)
        offsets_P1 = np.searchsorted(sorted_L3[:, 0], np.arange(pairs + 1))
        return cls(sorted_L3[:, 1].astype(np.int32), sorted_L3[:, 2].astype(np.int32), offsets_P1)

    def __len__(self) -> int:
        return len(self.offsets_P1) - 1

    def __getitem__(self, pair: int) -> list[tuple[int, int]]:
        """The links of a pair: (source position, target position)."""
        if not -len(self) <= pair < len(self):
            raise IndexError(f"pair {pair} of {len(self)}")
        here = slice(self.offsets_P1[pair % len(self)], self.offsets_P1[pair % len(self) + 1])
        return list(zip(self.sources_L[here].tolist(), self.targets_L[here].tolist(), strict=True))

    def pharaoh(self, pair: int) -> str:
        """The links of a pair as text, "0-0 1-2"; nothing for a pair without any."""
        return " ".join(f"{source}-{target}" for source, target in self[pair])

    def attention(self, pairs_B: Integers | Sequence[int], *, source_length: int, target_length: int) -> NDArray[np.float32]:
        """What attention should be, weights_BTS: each target token's weight is shared alike by the source tokens that it is linked to.

        Rows of tokens without a link are zero, as is what lies beyond a sentence. Raises ValueError for a link outside of the lengths.
        """
        weights_BTS = np.zeros((len(pairs_B), target_length, source_length), dtype=np.float32)
        for row, pair in enumerate(pairs_B):
            here = slice(self.offsets_P1[pair], self.offsets_P1[pair + 1])
            sources, targets = self.sources_L[here], self.targets_L[here]
            if len(sources) and (sources.max() >= source_length or targets.max() >= target_length):
                raise ValueError(f"pair {pair} has links beyond {source_length} source and {target_length} target tokens")
            weights_BTS[row, targets, sources] = 1
        return weights_BTS / np.maximum(weights_BTS.sum(axis=2, keepdims=True), 1)

"""Parallel sentences cut into blocks of one source length, so that every link of a block is one entry of a matrix without padding.

B pairs of a block, X source positions with the empty word in front (X = source length + 1), T target positions, N target tokens of the
block: all of target position 0, then all of position 1, and so on; as the pairs stand with the longest target first, those that still go
on are the first ones of each step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.text.encoded import Ragged

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

EMPTY = 0  # the empty word's number; source word w is w + 1
LONGEST = 500  # tokens of a side that are aligned; those behind them stay unaligned
LINKS = 200_000  # of a block, so that its arrays stay in the processor's cache


@dataclass(frozen=True)
class Block:
    """Some pairs of one source length. starts_T1: where each target step begins among the N tokens.

    pairs_B: their positions in the corpus; words_BX: source words, the empty one first; tokens_N: positions among all target tokens of
    the corpus; rows_N: the pair (0 to B - 1) of each.
    """

    pairs_B: Integers
    words_BX: Integers
    starts_T1: Integers
    rows_N: Integers
    tokens_N: Integers

    def steps(self) -> list[slice]:
        """The tokens of each target position, in order."""
        return [slice(first, last) for first, last in zip(self.starts_T1[:-1].tolist(), self.starts_T1[1:].tolist(), strict=True)]

    def of_tokens(self, values_BX: NDArray[Any]) -> NDArray[Any]:
        """What each token's pair has: values_NX."""
        return values_BX[self.rows_N]


def blocks(sources: Ragged, targets: Ragged, *, limit: int = LINKS) -> Iterator[Block]:
    """All pairs that have text on both sides, in blocks of about `limit` links at most (one pair at least).

    Raises ValueError if the sides differ in number.
    """
    if len(sources) != len(targets):
        raise ValueError(f"{len(sources)} source sentences but {len(targets)} target sentences")
    lengths_P = np.minimum(sources.lengths, LONGEST)
    spans_P = np.minimum(targets.lengths, LONGEST)
    order = np.lexsort((-spans_P, lengths_P))
    order = order[(lengths_P[order] > 0) & (spans_P[order] > 0)]
    for first, last in cut(lengths_P[order], spans_P[order], limit):
        yield block(sources, targets, order[first:last], int(lengths_P[order[first]]), spans_P[order[first:last]])


def cut(lengths_P: Integers, spans_P: Integers, limit: int) -> Iterator[tuple[int, int]]:
    """(first, last) of runs of one source length, each as long as its links allow."""
    first, costs = 0, (lengths_P + 1) * np.maximum(spans_P, lengths_P + 1)
    total = np.concatenate([[0], np.cumsum(costs)])
    ends = np.concatenate([np.flatnonzero(np.diff(lengths_P)) + 1, [len(lengths_P)]]).tolist()
    for end in ends:
        while first < end:
            last = int(np.searchsorted(total, total[first] + limit, side="right")) - 1
            last = min(max(last, first + 1), end)
            yield first, last
            first = last


def block(sources: Ragged, targets: Ragged, pairs_B: Integers, length: int, spans_B: Integers) -> Block:
    """The block of pairs with `length` source tokens; spans_B: their target tokens, falling."""
    places_BX = sources.offsets[pairs_B, None] + np.arange(-1, length)
    places_BX[:, 0] = 0
    words_BX = sources.values[places_BX].astype(np.int64) + 1
    words_BX[:, 0] = EMPTY
    steps_N, rows_N = np.nonzero(np.arange(spans_B[0])[:, None] < spans_B)
    starts_T1 = np.searchsorted(steps_N, np.arange(spans_B[0] + 1))
    return Block(pairs_B, words_BX, starts_T1, rows_N, targets.offsets[pairs_B][rows_N] + steps_N)

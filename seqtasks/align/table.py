"""p(target word | source word) as a sparse table: one cell for each pair of words that stand in one pair of sentences.

C cells, sorted by source word and then target word; U source words, of which number 0 is the empty word and w + 1 is word w.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from seqtasks.align.blocks import Block, Floats, Integers
from seqtasks.text.encoded import Ragged

Cells = NDArray[np.int32]
IMPOSSIBLE = 1e-30  # the least probability of a cell, so that no sentence is impossible
UNSEEN = 0.01  # what a pair of words that training never saw together counts as


@dataclass(frozen=True)
class TranslationTable:
    """Probabilities of the cells. first_U1: where the cells of each source word begin; targets_C; totals_U: occurrences, as expected.

    target_words: how many words the target has.
    """

    first_U1: Integers
    targets_C: NDArray[np.int32]
    probabilities_C: Floats
    totals_U: Floats
    target_words: int

    @cached_property
    def sources(self) -> Integers:
        """The source word of each cell, of C."""
        return np.repeat(np.arange(len(self.first_U1) - 1), np.diff(self.first_U1))

    @cached_property
    def keys(self) -> Integers:
        """Source and target word of each cell as one number, of C; they rise."""
        return self.sources * self.target_words + self.targets_C

    @cached_property
    def unseen(self) -> Floats:
        """p(target word | source word), of U, of a pair never seen together: small, and the larger the rarer the source word is."""
        return UNSEEN / (self.totals_U + UNSEEN * self.target_words)

    def smoothed(self) -> TranslationTable:
        """The same, but a pair seen together is at least as probable as one that is not."""
        return replace(self, probabilities_C=np.maximum(self.probabilities_C, self.unseen[self.sources]))

    def look_up(self, block: Block, targets: Ragged) -> Floats:
        """p(target word | source word) of every link of a block, probabilities_NX; those of pairs never seen together as `unseen`."""
        words_NX = block.of_tokens(block.words_BX)
        wanted_NX = link_keys(block, targets, self.target_words)
        if not len(self.keys):
            return self.unseen[words_NX]
        cells_NX = np.minimum(np.searchsorted(self.keys, wanted_NX), len(self.keys) - 1)
        return np.where(self.keys[cells_NX] == wanted_NX, self.probabilities_C[cells_NX], self.unseen[words_NX])


def link_keys(block: Block, targets: Ragged, target_words: int) -> Integers:
    """Source and target word of every link of a block as one number, keys_NX."""
    return block.of_tokens(block.words_BX) * target_words + targets.values[block.tokens_N].astype(np.int64)[:, None]


def co_occurrences(
    blocks: Sequence[Block], targets: Ragged, *, source_words: int, target_words: int
) -> tuple[TranslationTable, list[Cells]]:
    """The uniform table of all pairs of words that stand together, and the cell of every link, cells_NX of each block."""
    keys = [link_keys(block, targets, target_words).ravel() for block in blocks]
    keys_C, cells_L = np.unique(np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64), return_inverse=True)
    sources_C = keys_C // target_words
    first_U1 = np.searchsorted(sources_C, np.arange(source_words + 2))
    uniform_C = np.full(len(keys_C), 1.0 / max(1, target_words))
    table = TranslationTable(first_U1, (keys_C % target_words).astype(np.int32), uniform_C, np.zeros(source_words + 1), target_words)
    flats = np.split(cells_L.astype(np.int32), np.cumsum([len(some) for some in keys])[:-1])
    cells = [flat.reshape(len(block.rows_N), -1) for flat, block in zip(flats, blocks, strict=True)] if keys else []
    return table, cells


def add_shares(counts_C: Floats, cells_NX: Cells, shares_NX: Floats) -> None:
    """Add each link's share to the count of its cell, in place."""
    np.add.at(counts_C, cells_NX.ravel(), shares_NX.ravel())


def estimated(table: TranslationTable, counts_C: Floats, *, alpha: float) -> TranslationTable:
    """The table that expected counts make: their shares, or with alpha > 0 variational Bayes (Beal 2003; Riley and Gildea 2012).

    alpha: of a symmetric Dirichlet prior; values below 1 favour few translations for each word.
    """
    sources_C = table.sources
    totals_U: Floats = np.bincount(sources_C, counts_C, minlength=len(table.totals_U)).astype(np.float64)
    if alpha:
        logs_C = digamma(counts_C + alpha) - digamma(totals_U + alpha * table.target_words)[sources_C]
        probabilities_C: Floats = np.exp(logs_C)
    else:
        probabilities_C = counts_C / np.maximum(totals_U, np.finfo(float).tiny)[sources_C]
    return replace(table, probabilities_C=np.maximum(probabilities_C, IMPOSSIBLE), totals_U=totals_U)


def digamma(values: Floats) -> Floats:
    """The derivative of log gamma for positive values: six steps of its recurrence, then the series (Abramowitz and Stegun 6.3.18)."""
    large, steps = values + 6.0, np.zeros_like(values)
    for step in range(6):
        steps += 1 / (values + step)
    square = 1 / (large * large)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return np.asarray(np.log(large) - 0.5 / large - series - steps)

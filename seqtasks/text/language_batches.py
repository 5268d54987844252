"""Batches of language models: sentences side by side, or one text in columns that are read on stretch by stretch.

A sentence is its tokens and <eos>; what is read before each token is the one before it, and <bos> before the first of a sentence.
B rows (sentences, or columns of the text), S position.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch

from seqtasks.text.batching import IGNORE, MULTIPLE, Batch, Positions, mask_of, pad
from seqtasks.text.encoded import Ids, Ragged


def read_before(tokens: Ids, *, bos: int, eos: int) -> Ids:
    """What is read before each token of a text that begins with a sentence."""
    before = np.concatenate([np.array([bos], dtype=tokens.dtype), tokens[:-1]])
    before[before == eos] = bos
    return before


def sentence_batch(sentences: Ragged, positions: Positions, *, bos: int, name: str) -> Batch:
    """The sentences at `positions`, each of which ends with <eos>, as what is read and, called `name`, what is to come."""
    rows = [sentences[position] for position in positions.tolist()]
    before = [np.concatenate([np.array([bos], dtype=row.dtype), row[:-1]]) if len(row) else row for row in rows]
    ids_BS = pad(before, 0, MULTIPLE)
    targets = {name: pad(rows, IGNORE, MULTIPLE)}
    return Batch(ids_BS, mask_of(rows, ids_BS.size(1)), torch.from_numpy(np.array(positions, dtype=np.int64)), name, targets)


class Stretches(Sequence["Batch"]):
    """A text in `columns` of equal length side by side, cut into stretches of `length` tokens; batch n goes on where batch n - 1 ended.

    Every token comes exactly once; what the last columns lack is padding. positions_B says where in its column a stretch begins, 0 in the
    first batch. Raises ValueError for an empty text.
    """

    def __init__(self, tokens: Ids, *, columns: int, length: int, bos: int, eos: int, name: str) -> None:
        if not len(tokens):
            raise ValueError("a text needs at least one token")
        self.tokens = tokens
        self.length = length
        self.name = name
        self.height = -(-len(tokens) // columns)
        self.columns = -(-len(tokens) // self.height)
        self.before = read_before(tokens, bos=bos, eos=eos)

    @cached_property
    def table(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What is read and what is to come, [columns, height], filled up with 0 and IGNORE."""
        tables = []
        for values, filling in ((self.before, 0), (self.tokens, IGNORE)):
            whole = np.full(self.columns * self.height, filling, dtype=np.int64)
            whole[: len(values)] = values
            tables.append(torch.from_numpy(whole.reshape(self.columns, self.height)))
        return tables[0], tables[1]

    def __len__(self) -> int:
        return -(-self.height // self.length)

    def __getitem__(self, number: int) -> Batch:  # type: ignore[override]  # no slices: one is made at a time
        if not 0 <= number < len(self):
            raise IndexError(f"stretch {number} of {len(self)}")
        first = number * self.length
        ids_BS, targets_BS = (table[:, first : first + self.length] for table in self.table)
        return Batch(ids_BS, targets_BS != IGNORE, torch.full((self.columns,), first), self.name, {self.name: targets_BS})


def turned(sentences: Ragged, *, seed: int, epoch: int) -> Ids:
    """The sentences one after the other, from one that seed and epoch choose to the one before it: so columns begin elsewhere each time."""
    first = int(np.random.default_rng([seed, epoch]).integers(len(sentences)))
    place = int(sentences.offsets[first])
    return np.concatenate([sentences.values[place:], sentences.values[:place]])

"""What the cells of all layers held at every word of some sentences, side by side in one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.nn.replay import LayerTrace


@dataclass(frozen=True)
class Memories:
    """memory_NC: what C cells (states, where there are no cells) held at each of N words.

    columns: (layer, unit) of each; offsets: where each sentence begins, and the end.
    """

    memory_NC: NDArray[np.float32]
    columns: list[tuple[str, int]]
    offsets: NDArray[np.int64]


def memories_of(read: Iterable[tuple[NDArray[np.int64], Sequence[int], Sequence[LayerTrace]]], lengths: Sequence[int]) -> Memories:
    """Of sentences of these lengths, from batches: (the numbers of their sentences, their lengths, what the layers did)."""
    tables: list[NDArray[np.float32]] = [np.zeros((0, 0), dtype=np.float32) for _ in lengths]
    columns: list[tuple[str, int]] = []
    for positions, words, traces in read:
        columns = [(trace.name, unit) for trace in traces for unit in range(trace.memory.size(2))]
        joined_BSC = torch.cat([trace.memory for trace in traces], dim=2).float().cpu().numpy()
        for position, length, table_SC in zip(positions.tolist(), words, joined_BSC, strict=True):
            tables[position] = table_SC[:length].copy()
    return Memories(np.concatenate(tables), columns, np.cumsum([0, *lengths]).astype(np.int64))

"""Spans as targets of a batch: for each sentence rows of start, end, number of the label, and layer (`text.tags.layers_of`).

B batch, G spans of a sentence (padded with IGNORE), N real spans of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from seqtasks.text.batching import IGNORE, Batch, Positions, pad
from seqtasks.text.encoded import Ragged
from seqtasks.text.tags import Span, layers_of

FIELDS = 4  # of a span


def span_targets(sentences: Iterable[Sequence[Span]], labels: Sequence[str]) -> Ragged:
    """The spans of each sentence as rows of FIELDS numbers; those of a label that is not among `labels` are left out."""
    number = {label: position for position, label in enumerate(labels)}
    rows = []
    for spans in sentences:
        row: list[int] = []
        for layer, members in enumerate(layers_of(spans)):
            for start, end, label in members:
                row += [start, end, number[label], layer] if label in number else []
        rows.append(row)
    return Ragged.from_lists(rows)


def with_spans(batch: Batch, positions: Positions, targets: Mapping[str, Ragged]) -> Batch:
    """The batch with, by head, the spans of its sentences as targets: spans_BG4, IGNORE where a sentence has fewer."""
    if not targets:
        return batch
    found = {
        head: pad([np.asarray(rows[position]) for position in positions.tolist()], IGNORE).unflatten(1, (-1, FIELDS))
        for head, rows in targets.items()
    }
    return replace(batch, targets={**batch.targets, **found})


def real_spans(spans_BG4: Tensor) -> tuple[Tensor, Tensor]:
    """(rows_N, spans_N4): the spans of a batch that are none of its padding, with the sentence that each is of."""
    rows_N, columns_N = torch.nonzero(spans_BG4[:, :, 0] != IGNORE, as_tuple=True)
    return rows_N, spans_BG4[rows_N, columns_N]

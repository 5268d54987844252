"""An HMM tagger beside a network: its log-probabilities of the labels, pooled with a head's own scores in the answers (`head.hmm`).

The two are fitted on the same training part, each without the other: they err in different places, so together they err less. The HMM is
saved with the run. S words of a sentence, N labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from seqtasks.text.batching import Batch, Positions

if TYPE_CHECKING:
    from seqtasks.hmm.tagger import HMMTagger

LOWEST = 1e-6  # a probability counts as at least that much
Sentences = Sequence[Sequence[str]]


@dataclass(frozen=True)
class LogPriors:
    """Log-probabilities of labels for the T words of some sentences, one sentence after another; sentence i begins at offsets[i]."""

    table_TN: NDArray[np.float32]
    offsets: NDArray[np.int64]

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        """Those of each sentence, [S, N]."""
        return iter(np.split(self.table_TN, self.offsets[1:-1]))

    def padded(self, positions: Positions, length: int) -> NDArray[np.float32]:
        """Of some sentences, [B, length, N], 0 at padding."""
        columns = np.arange(length)
        mask = columns < (self.offsets[positions + 1] - self.offsets[positions])[:, None]
        rows_BSN = np.zeros((*mask.shape, self.table_TN.shape[1]), dtype=np.float32)
        rows_BSN[mask] = self.table_TN[(self.offsets[positions][:, None] + columns)[mask]]
        return rows_BSN


def log_priors(tagger: HMMTagger, sentences: Sentences, labels: Sequence[str]) -> LogPriors:
    """The tagger's log-probabilities of each sentence's labels, in the order of `labels`."""
    place = {tag: number for number, tag in enumerate(tagger.classes_)}
    known = np.array([label in place for label in labels])
    table_TC = tagger.posterior_table(sentences).astype(np.float32)
    table_TN = np.full((len(table_TC), len(labels)), LOWEST, dtype=np.float32)
    table_TN[:, known] = table_TC[:, [place[label] for label in labels if label in place]].clip(min=LOWEST)
    offsets = np.cumsum([0, *map(len, sentences)], dtype=np.int64)
    return LogPriors(np.log(table_TN, out=table_TN), offsets)


def with_log_priors(batch: Batch, positions: Positions, found: Mapping[str, LogPriors]) -> Batch:
    """The batch with the log-priors of its sentences; the batch as it is where there are none."""
    if not found:
        return batch
    length = batch.mask_BS.size(1)
    return replace(batch, priors={head: torch.from_numpy(own.padded(positions, length)) for head, own in found.items()})


def log_priors_by_head(hmms: Mapping[str, HMMTagger], sentences: Sentences, labels: Mapping[str, Sequence[str]]) -> dict[str, LogPriors]:
    """{head: the log-priors of its tagger}."""
    return {head: log_priors(tagger, sentences, labels[head]) for head, tagger in hmms.items()}

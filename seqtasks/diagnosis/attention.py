"""What a decoder's attention along a translation says of it: which source words it looked at, and how sure it was where to look.

Coverage of a source word is the attention that it gets from all target words (Tu et al. 2016, section 3.1; Wu et al. 2016, equation 14):
about 1 for a word that is translated by one word, near 0 for one that no target word attends to. The entropy of a row is 0 where all
attention is on one word, and 1 where it is spread evenly over the source. T target words with the end, S source words with the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.diagnosis.limits import IGNORED


@dataclass(frozen=True)
class AttentionStatistics:
    """words: of the source; coverage: of each, along the translation; reference: the same along the reference, () where not known.

    entropy: the mean over the target words, 0 to 1.
    """

    words: tuple[str, ...]
    coverage: tuple[float, ...]
    entropy: float
    reference: tuple[float, ...] = ()

    @property
    def ignored(self) -> float:
        """Share of the source words with a coverage below IGNORED, 0 to 1; 0 for no word."""
        return sum(value < IGNORED for value in self.coverage) / max(1, len(self.coverage))


def statistics_of(
    words: Sequence[str], weights_TS: NDArray[np.floating], reference_TS: NDArray[np.floating] | None = None
) -> AttentionStatistics:
    """From weights to each source word and, last, to the source's end, which counts as no word. reference_TS: along the reference.

    With more columns than that, the first ones are of words before the sentence (its context): they count in the entropy only.
    Raises ValueError for fewer.
    """
    return AttentionStatistics(
        tuple(words),
        coverage(weights_TS, len(words)),
        entropy(weights_TS),
        () if reference_TS is None else coverage(reference_TS, len(words)),
    )


def coverage(weights_TS: NDArray[np.floating], words: int) -> tuple[float, ...]:
    """Summed attention to each of the last `words` columns before the end."""
    columns = weights_TS.shape[1]
    if columns < words + 1:
        raise ValueError(f"attention to {columns} columns cannot hold {words} words and the end")
    covered = weights_TS[:, columns - words - 1 : columns - 1].astype(np.float64).sum(axis=0)
    return tuple(map(float, covered))


def entropy(weights_TS: NDArray[np.floating]) -> float:
    """The mean entropy of the rows over that of an even row; 0 without rows, and for a source of one column."""
    rows, columns = weights_TS.shape
    if not rows or columns < 2:
        return 0.0
    weights = np.asarray(weights_TS, dtype=np.float64)
    logs = np.log(np.where(weights > 0, weights, 1.0))
    return max(0.0, float(-(weights * logs).sum(axis=1).mean() / np.log(columns)))

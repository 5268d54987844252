"""Do two systems make the same errors? Where they do not, an oracle that picks the right one of two answers shows what both could win.

For accuracy the oracle picks word by word. Entities reach over words, so for F1 it picks a whole sentence of one system or the other, such
that F1 over all sentences is as high as it can be: the best sum of ratios, found by Dinkelbach's iteration (1967). N sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.comparison import Disagreement, Overlap

Tags = Sequence[Sequence[str]]
SHOWN = 20


def overlap(hits_first: NDArray[np.bool_], hits_second: NDArray[np.bool_], oracle: float | None = None) -> Overlap:
    """Counts of words from whether each system got them right; the oracle's accuracy, or the one that is given."""
    both_wrong = int((~hits_first & ~hits_second).sum())
    words = len(hits_first)
    return Overlap(
        both_right=int((hits_first & hits_second).sum()),
        only_first_wrong=int((~hits_first & hits_second).sum()),
        only_second_wrong=int((hits_first & ~hits_second).sum()),
        both_wrong=both_wrong,
        oracle=oracle if oracle is not None else (100.0 * (words - both_wrong) / words if words else 0.0),
    )


def oracle_of_sentences(first_N2: NDArray[np.float64], second_N2: NDArray[np.float64]) -> float:
    """The highest 100 * sum / sum that picking one of two pairs of numbers for every sentence can reach; 0 where nothing is counted."""
    best = 0.0
    while True:
        gain_first, gain_second = (side[:, 0] - best * side[:, 1] for side in (first_N2, second_N2))
        chosen_N2 = np.where((gain_second > gain_first)[:, None], second_N2, first_N2)
        numerator, denominator = chosen_N2.sum(axis=0)
        reached = float(numerator / denominator) if denominator > 0 else 0.0
        if reached <= best + 1e-12:
            return 100.0 * best
        best = reached


def most_different(words: Tags, gold: Tags, first: Tags, second: Tags, *, limit: int = SHOWN) -> list[Disagreement]:
    """The sentences with the most words that two systems tag differently; the earlier first where equally many."""
    differing = [
        (sum(one != other for one, other in zip(*answers, strict=True)), position)
        for position, answers in enumerate(zip(first, second, strict=True))
    ]
    ranked = sorted((-count, position) for count, position in differing if count)
    return [
        Disagreement(position + 1, list(words[position]), list(gold[position]), list(first[position]), list(second[position]))
        for _, position in ranked[:limit]
    ]

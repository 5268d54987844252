"""IBM model 1 (Brown et al. 1993): each target word comes from one source word, or from the empty word, all places being alike.

EM: each link gets its share p(t|s) / sum over s' of p(t|s'); the shares of a pair of words are its expected count. N target tokens of a
block, X source positions with the empty word first, C cells (see blocks.py and table.py).
"""

from collections.abc import Sequence

import numpy as np

from seqtasks.align.table import Cells, TranslationTable, add_shares, estimated


def ibm1(cells: Sequence[Cells], table: TranslationTable, *, iterations: int, alpha: float) -> tuple[TranslationTable, list[float]]:
    """The table after some iterations of EM, and log P(target words | source words) in nats before each of them.

    cells: of the links of each block, NX; alpha: see `estimated`. The constant 1 / X for each target word is part of the likelihood.
    """
    history = []
    for _ in range(iterations):
        counts_C, likelihood = np.zeros_like(table.probabilities_C), 0.0
        for cells_NX in cells:
            shares_NX = table.probabilities_C[cells_NX]
            sums_N1 = shares_NX.sum(axis=1, keepdims=True)
            likelihood += float(np.log(sums_N1).sum() - len(cells_NX) * np.log(cells_NX.shape[1]))
            shares_NX /= sums_N1
            add_shares(counts_C, cells_NX, shares_NX)
        table = estimated(table, counts_C, alpha=alpha)
        history.append(likelihood)
    return table, history

"""One temperature that makes posteriors honest: each is raised to 1 / temperature and scaled to sum to 1 over the tags of its word.

The temperature is the one under which held-out tags are likeliest (temperature scaling: Guo et al. 2017). It never changes which tag of
a word is the likeliest. Shape letters: T words, Z candidates of all words.
"""

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.decoding import Marginals

TEMPERATURES = tuple(np.round(np.arange(0.7, 3.01, 0.05), 2).tolist())
LEAST = 1e-6  # the probability of a right tag that is no candidate
Floats = NDArray[np.float64]


def tempered(first_T1: NDArray[np.int64], probabilities_Z: Floats, temperature: float) -> Floats:
    """The probabilities at a temperature; 1 leaves them as they are."""
    if temperature == 1.0 or not len(probabilities_Z):
        return probabilities_Z
    raised_Z = probabilities_Z ** (1 / temperature)
    return raised_Z / np.repeat(np.add.reduceat(raised_Z, first_T1[:-1]), np.diff(first_T1))


def choose_temperature(marginals: list[Marginals], gold: NDArray[np.integer]) -> float:
    """The temperature of TEMPERATURES under which the gold tags of all words are likeliest; 1 where there are no words."""
    if not len(gold):
        return 1.0
    losses = dict.fromkeys(TEMPERATURES, 0.0)
    first = 0
    for part in marginals:
        words = len(part.first_T1) - 1
        right_Z = part.tags_Z == np.repeat(gold[first : first + words], np.diff(part.first_T1))
        missing = words - int(right_Z.sum())
        for temperature in TEMPERATURES:
            found = tempered(part.first_T1, part.probabilities_Z, temperature)[right_Z]
            losses[temperature] -= float(np.log(np.maximum(found, LEAST)).sum() + missing * np.log(LEAST))
        first += words
    return min(TEMPERATURES, key=losses.__getitem__)

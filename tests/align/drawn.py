"""Drawn parallel sentences as numbers of words."""

import numpy as np

from seqtasks.text.encoded import Ragged


def drawn_pairs(seed, *, pairs, longest, words=6):
    """Lists of words of both sides; some sentences are empty."""
    generator = np.random.default_rng(seed)
    sides = [[generator.integers(0, words, generator.integers(0, longest + 1)).tolist() for _ in range(pairs)] for _ in range(2)]
    return list(zip(*sides, strict=True))


def ragged(pairs):
    """(sources, targets) of pairs of lists."""
    return Ragged.from_lists([source for source, _ in pairs]), Ragged.from_lists([target for _, target in pairs])

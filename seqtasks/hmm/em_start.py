"""Where EM starts: tables drawn at random, or relative frequencies of tagged sentences.

Shape letters: N tags, index N the boundary; Y word types, the last one for rare and unknown words; C candidates of
all types; T words, B sentences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.baum_welch import Tables, normalised_emissions, normalised_transitions
from seqtasks.hmm.decoders.lattice import Floats, Integers


def random_tables(counts_Y: Integers, tags: int, order: int, seed: int) -> Tables:
    """Every tag may emit every type. Transitions are uniform draws from all distributions; emissions are relative frequencies of the types,
    each changed by a random factor between a half and one and a half, so that the tags differ and no tag is far from the words.
    """
    draw = np.random.default_rng(seed)
    weights_PPC = draw.standard_exponential((tags + 1 if order == 2 else 1, tags + 1, tags + 1))
    weights_YN = (counts_Y[:, None] + 1.0) * draw.uniform(0.5, 1.5, (len(counts_Y), tags))
    return _tables(weights_PPC, weights_YN)


def supervised_tables(
    types_T: Integers, tags_T: Integers, lengths_B: Integers, sizes: tuple[int, int], order: int, smoothing: float
) -> Tables:
    """Relative frequencies. sizes: the numbers of types Y and tags N. smoothing is added to each count of transitions and of the last type.

    A type that never occurs here (it comes from sentences without tags) counts once, spread over the tags like the last type.
    """
    types, tags = sizes
    counts_PPC = np.full((tags + 1 if order == 2 else 1, tags + 1, tags + 1), smoothing)
    sentences_T = np.repeat(np.arange(len(lengths_B)), lengths_B)
    padded = np.full(len(tags_T) + 3 * len(lengths_B), tags)  # two boundaries before each sentence, one after it
    padded[np.arange(len(tags_T)) + 3 * sentences_T + 2] = tags_T
    inside = np.ones(len(padded), dtype=bool)
    firsts_B = np.cumsum(lengths_B + 3) - (lengths_B + 3)
    inside[firsts_B], inside[firsts_B + 1] = False, False
    inside[firsts_B[lengths_B == 0] + 2] = False  # an empty sentence tells nothing
    at = np.flatnonzero(inside)
    two_before = padded[at - 2] if order == 2 else np.zeros_like(at)
    np.add.at(counts_PPC, (two_before, padded[at - 1], padded[at]), 1.0)
    counts_YN = np.bincount(types_T * tags + tags_T, minlength=types * tags).reshape(types, tags).astype(np.float64)
    counts_YN[-1] += smoothing
    counts_YN[counts_YN.sum(axis=1) == 0] = counts_YN[-1] / counts_YN[-1].sum()
    return _tables(counts_PPC, counts_YN)


def _tables(weights_PPC: Floats, weights_YN: Floats) -> Tables:
    """Normalise; a tag is a candidate of a type where its weight is above 0. No sentence is empty: its end does not follow its start."""
    weights_PPC[-1, -1, -1] = 0.0
    candidates_YN = weights_YN > 0
    first_Y1 = np.concatenate([[0], np.cumsum(candidates_YN.sum(axis=1))]).astype(np.int64)
    tags_C: NDArray[np.int32] = np.nonzero(candidates_YN)[1].astype(np.int32)
    weights_C = weights_YN[candidates_YN]
    return Tables(
        transitions_PPC=normalised_transitions(weights_PPC, weights_PPC),
        first_Y1=first_Y1,
        tags_C=tags_C,
        emissions_C=normalised_emissions(weights_C, tags_C, weights_C),
    )

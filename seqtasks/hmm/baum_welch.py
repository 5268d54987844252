"""EM for a hidden Markov model (Baum et al. 1970; Rabiner 1989, section III.C): where it starts (tables drawn at random, or relative
frequencies of tagged sentences), and one step of it: expected counts, then relative frequencies.

The expected counts are sums of the posterior probabilities of edges (transitions) and candidates (emissions), over all words. New tables
from them never lower the likelihood of the same words (Dempster, Laird and Rubin 1977). A tag
that is no candidate of a word type never becomes one.

Shape letters: N tags, index N the boundary; P contexts: N + 1, or 1 in the first dimension of a first-order model; Y word types,
C candidates of all types; T words, B sentences; R pieces, S states, E edges of a window (see trellis.py).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.counts.interpolation import divided
from seqtasks.hmm.decoders.dense import dense_counts
from seqtasks.hmm.decoders.forward import Ends, smoothed
from seqtasks.hmm.decoders.lattice import Emissions, Floats, Integers
from seqtasks.hmm.decoders.trellis import LIMIT, groups, runs, trellis
from seqtasks.hmm.decoders.viterbi import sentence_scores
from seqtasks.hmm.decoders.window import Window

TINY = 1e-300  # EM drives many probabilities towards 0; none gets there, so that no sentence becomes impossible


@dataclass(frozen=True)
class Tables:
    """Probabilities: transitions_PPC[.., p, c] of tag c after p (c = N: the end), emissions_C of the word type, given the candidate's tag.

    first_Y1 and tags_C as in seqtasks.hmm.decoders.lattice.Emissions.
    """

    transitions_PPC: Floats
    first_Y1: NDArray[np.int64]
    tags_C: NDArray[np.int32]
    emissions_C: Floats

    @property
    def is_dense(self) -> bool:
        """First order, and every type has all tags as candidates, in their order."""
        tags = self.transitions_PPC.shape[2] - 1
        return len(self.transitions_PPC) == 1 and np.array_equal(self.tags_C, np.tile(np.arange(tags), len(self.first_Y1) - 1))

    def logarithms(self) -> tuple[Emissions, Floats]:
        """As the decoders take them; probabilities below 1e-300 count as 1e-300."""
        scores_1C = np.log(np.maximum(self.emissions_C, TINY))[None]
        return Emissions(self.first_Y1, self.tags_C, scores_1C), np.log(np.maximum(self.transitions_PPC, TINY))


def random_tables(counts_Y: Integers, tags: int, order: int, seed: int) -> Tables:
    """Every tag may emit every type. Transitions are uniform draws from all distributions; emissions are relative frequencies of the types,
    each changed by a random factor between a half and one and a half, so that the tags differ and no tag is far from the words.
    """
    draw = np.random.default_rng(seed)
    weights_PPC = draw.standard_exponential((tags + 1 if order == 2 else 1, tags + 1, tags + 1))
    weights_YN = (counts_Y[:, None] + 1.0) * draw.uniform(0.5, 1.5, (len(counts_Y), tags))
    return _normalised(weights_PPC, weights_YN)


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
    return _normalised(counts_PPC, counts_YN)


def _normalised(weights_PPC: Floats, weights_YN: Floats) -> Tables:
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


@dataclass(frozen=True)
class Expected:
    """Expected counts, and the log-likelihood of each sentence under the tables that gave them."""

    transitions_PPC: Floats
    emissions_C: Floats
    log_likelihoods_B: Floats


def expected_counts(tables: Tables, types_T: Integers, lengths_B: Integers, *, limit: int = LIMIT) -> Expected:
    """How often each transition and each candidate is used, in the mean over all taggings of the words (the E-step)."""
    if tables.is_dense:
        found = dense_counts(
            tables.transitions_PPC[0], tables.emissions_C.reshape(-1, tables.transitions_PPC.shape[2] - 1), types_T, lengths_B
        )
        if found is not None:
            return Expected(found[0][None], found[1].ravel(), found[2])
    emissions, transitions_PPC = tables.logarithms()
    pieces = trellis(emissions, transitions_PPC, types_T, lengths_B)
    transitions = np.zeros(transitions_PPC.size)
    counts_C = np.zeros(len(tables.tags_C))
    scores_R = np.empty(len(pieces.starts_R))
    for spans in groups(pieces, limit):
        for view, probabilities_S, ends in smoothed(pieces, spans):
            scores_R[view.done_R] = ends.sums_H
            transitions += _transitions(view, ends, transitions_PPC.shape)
            counts_C += _candidates(view, probabilities_S, tables.first_Y1[types_T[view.words_W]], len(counts_C))
    return Expected(transitions.reshape(transitions_PPC.shape), counts_C, sentence_scores(pieces, scores_R))


def reestimated(tables: Tables, expected: Expected) -> Tables:
    """Relative frequencies of expected counts (the M-step). Contexts and tags that were never used keep their probabilities."""
    return Tables(
        transitions_PPC=normalised_transitions(expected.transitions_PPC, tables.transitions_PPC),
        first_Y1=tables.first_Y1,
        tags_C=tables.tags_C,
        emissions_C=normalised_emissions(expected.emissions_C, tables.tags_C, tables.emissions_C),
    )


def normalised_transitions(counts_PPC: Floats, otherwise_PPC: Floats) -> Floats:
    """Counts over what follows, divided by their sum in each context; `otherwise` where that is 0."""
    return divided(counts_PPC, counts_PPC.sum(axis=2, keepdims=True), otherwise_PPC)


def normalised_emissions(counts_C: Floats, tags_C: NDArray[np.int32], otherwise_C: Floats) -> Floats:
    """Counts of candidates, divided by the sum of their tag; `otherwise` where that is 0."""
    return divided(counts_C, np.bincount(tags_C, weights=counts_C)[tags_C], otherwise_C)


def _transitions(view: Window, ends: Ends, shape: tuple[int, ...]) -> Floats:
    """The expected counts of all edges, and of the ends of sentences, by place in the flat transitions."""
    boundary = shape[2] - 1
    places_E = view.ends_S[view.previous_E] - boundary
    places_E += np.repeat(view.tags_S[view.context :], view.edges_S)
    places = np.concatenate([places_E, view.ends_S[ends.states[ends.last]]])
    weights = np.concatenate([view.scores_E, ends.shares[ends.last]])
    return np.bincount(places, weights=weights, minlength=int(np.prod(shape))).astype(np.float64)


def _candidates(view: Window, probabilities_S: Floats, first_W: NDArray[np.int64], candidates: int) -> Floats:
    """The expected counts of candidates; first_W is the first candidate of each word."""
    of_cells = np.bincount(view.cells_S[view.context :], weights=probabilities_S[view.context :])
    return np.bincount(runs(first_W, view.counts_W), weights=of_cells, minlength=candidates).astype(np.float64)

"""Posterior probabilities of tags and the log-likelihood of sentences (forward-backward; Baum et al. 1970, Rabiner 1989).

Forward, in logs: the log-sum of all paths into each state; an edge then gets its share of that sum, the probability that a path through
the state came along it. Backward the probability of each state is handed on along these shares, from the end of the piece to its start.
All of this is at most 1, so no sentence is too long and nothing has to be scaled. Windows as in viterbi.py.

Shape letters: see trellis.py and window.py; Z candidates of all words, one word after another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.decoders.lattice import Emissions, Floats, Integers
from seqtasks.hmm.decoders.trellis import LIMIT, Indices, Trellis, bounds_of, groups, runs, trellis
from seqtasks.hmm.decoders.viterbi import final_scores, sentence_scores
from seqtasks.hmm.decoders.window import Window, window

LOWEST = -1e300  # stands in for -inf where it would be subtracted from itself


@dataclass(frozen=True)
class Ends:
    """Of the H pieces that end in a window: their log-likelihoods, and their last states, piece by piece, with the probability of each."""

    sums_H: Floats
    states: Indices
    shares: Floats
    last: NDArray[np.bool_]  # of each state: the piece ends its sentence, so that the score of the end belongs to it


NO_ENDS = Ends(np.zeros(0), np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0, dtype=np.bool_))


def posteriors(
    emissions: Emissions, transitions_PPC: Floats, types_T: Integers, lengths_B: Integers, *, limit: int = LIMIT
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """The probability of each candidate of each word, given the whole sentence.

    Returns first_T1 and probabilities_Z: those of word t are probabilities_Z[first_T1[t]:first_T1[t + 1]], in the order of its candidates;
    they sum to 1. And log P(words) of each sentence (0 for an empty one). `limit` bounds the number of edges held in memory.
    Raises ValueError where a sentence has no sequence of finite score.
    """
    pieces = trellis(emissions, transitions_PPC, types_T, lengths_B)
    first_T1 = bounds_of(emissions.first_Y1[types_T + 1] - emissions.first_Y1[types_T]).astype(np.int64)
    probabilities_Z = np.empty(int(first_T1[-1]))
    scores_R = np.empty(len(pieces.starts_R))
    for spans in groups(pieces, limit):
        for view, probabilities_S, ends in smoothed(pieces, spans):
            scores_R[view.done_R] = ends.sums_H
            of_cells = np.bincount(view.cells_S[view.context :], weights=probabilities_S[view.context :])
            probabilities_Z[runs(first_T1[view.words_W], view.counts_W)] = of_cells
    return first_T1, probabilities_Z, sentence_scores(pieces, scores_R)


def log_likelihoods(emissions: Emissions, transitions_PPC: Floats, types_T: Integers, lengths_B: Integers, *, limit: int = LIMIT) -> Floats:
    """log P(words) of each sentence, as `posteriors` gives it, by the forward half alone."""
    pieces = trellis(emissions, transitions_PPC, types_T, lengths_B)
    scores_R = np.empty(len(pieces.starts_R))
    for spans in groups(pieces, limit):
        context = np.zeros(spans[0][0].stop - spans[0][0].start)
        for span in spans:
            view = window(pieces, *span)
            sums_S = _forward(view, context)
            context = sums_S[view.state_bounds[-2] :]
        scores_R[view.done_R] = _ends(pieces, view, sums_S).sums_H
    return sentence_scores(pieces, scores_R)


def smoothed(pieces: Trellis, spans: list[tuple[slice, int, int]]) -> Iterator[tuple[Window, Floats, Ends]]:
    """The windows of one group, the last one first, each with the probabilities_S of its states; those of edges replace their scores."""
    contexts = [np.zeros(spans[0][0].stop - spans[0][0].start)]
    for span in spans[:-1]:
        view = window(pieces, *span)
        contexts.append(_forward(view, contexts[-1])[view.state_bounds[-2] :])
    carried = None  # probabilities of the states at the end of the window
    for span, context in zip(reversed(spans), reversed(contexts), strict=True):
        view = window(pieces, *span)
        sums_S = _forward(view, context)
        probabilities_S = np.zeros(len(sums_S))
        ends = _ends(pieces, view, sums_S) if carried is None else NO_ENDS
        probabilities_S[ends.states] = ends.shares
        if carried is not None:
            probabilities_S[view.state_bounds[-2] :] = carried
        _backward(view, probabilities_S)
        carried = probabilities_S[: view.context]
        yield view, probabilities_S, ends


def _forward(view: Window, context: Floats) -> Floats:
    """log-sums_S of all paths into each state. In `view` each edge's share of its state replaces its score."""
    sums_S = np.empty(len(view.tags_S))
    totals_S = np.empty(len(view.firsts_S))
    sums_S[: view.context] = context
    states, edges = view.state_bounds[1:], view.edge_bounds
    for first, end, first_edge, end_edge in zip(states[:-1], states[1:], edges[:-1], edges[1:], strict=True):
        paths = view.scores_E[first_edge:end_edge]
        paths += sums_S[view.previous_E[first_edge:end_edge]]
        here = slice(first - view.context, end - view.context)
        sums_S[first:end], totals_S[here] = _log_sums(paths, view.firsts_S[here], view.edges_S[here])
        sums_S[first:end] += view.scores_S[first:end]
    view.scores_E[:] /= np.repeat(np.where(totals_S > 0, totals_S, 1.0), view.edges_S)
    return sums_S


def _log_sums(values: Floats, firsts: Indices, counts: Indices) -> tuple[Floats, Floats]:
    """The log-sum of each run, and the sum of what replaces its values: exp(value - largest of the run)."""
    top = np.maximum(np.maximum.reduceat(values, firsts), LOWEST)
    values -= np.repeat(top, counts)
    np.exp(values, out=values)
    totals = np.add.reduceat(values, firsts)
    with np.errstate(divide="ignore"):
        return top + np.log(totals), totals


def _ends(pieces: Trellis, view: Window, sums_S: Floats) -> Ends:
    states, firsts, finals = final_scores(pieces, view, sums_S)
    counts = np.diff(firsts, append=len(finals))
    sums_H, totals = _log_sums(finals, firsts, counts)
    return Ends(
        sums_H, states, finals / np.repeat(np.where(totals > 0, totals, 1.0), counts), np.repeat(pieces.last_R[view.done_R], counts)
    )


def _backward(view: Window, probabilities_S: Floats) -> None:
    """Hand the probability of each state on along its edges, to the states of the word before. The ends of pieces are filled in."""
    shares_E = view.scores_E
    for k in range(len(view.edge_bounds) - 2, -1, -1):
        before, first, end = view.state_bounds[k : k + 3]
        edges = slice(view.edge_bounds[k], view.edge_bounds[k + 1])
        shares_E[edges] *= np.repeat(probabilities_S[first:end], view.edges_S[first - view.context : end - view.context])
        probabilities_S[before:first] += np.bincount(view.previous_E[edges] - before, weights=shares_E[edges], minlength=first - before)

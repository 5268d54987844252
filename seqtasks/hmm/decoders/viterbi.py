"""The best sequence of tags of each sentence (Viterbi 1967), all sentences of a call together; second or first order.

Only the maximum runs over positions; what it picks is looked up afterwards for all states at once. A long piece is walked window by window:
forward, keeping only the scores between windows, then backward, each window computed again.

Shape letters: see trellis.py and window.py. H pieces that end in a window.
"""

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.decoders.lattice import Emissions, Floats, Integers
from seqtasks.hmm.decoders.trellis import LIMIT, Indices, Trellis, bounds_of, groups, no_path, runs, trellis
from seqtasks.hmm.decoders.window import Window, window


def viterbi(
    emissions: Emissions, transitions_PPC: Floats, types_T: Integers, lengths_B: Integers, *, limit: int = LIMIT
) -> tuple[NDArray[np.int64], Floats]:
    """The best tags_T, flat like the types, and the log score_B of each sentence (0 for an empty one).

    Of several best sequences the one whose last word has its earliest candidate wins, then its last but one, and so on. `limit` bounds
    the number of edges held in memory. Raises ValueError where a sentence has no sequence of finite score.
    """
    pieces = trellis(emissions, transitions_PPC, types_T, lengths_B)
    tags_T = np.empty(pieces.words, dtype=np.int64)
    scores_R = np.empty(len(pieces.starts_R))
    for spans in groups(pieces, limit):
        _decode(pieces, spans, tags_T, scores_R)
    return tags_T, sentence_scores(pieces, scores_R)


def sentence_scores(pieces: Trellis, scores_R: Floats) -> Floats:
    """Sum the pieces of each sentence: scores_B. Raises ValueError where one has no finite score."""
    impossible = np.flatnonzero(~np.isfinite(scores_R))
    if len(impossible):
        raise no_path(int(pieces.sentences_R[impossible].min()))
    return np.bincount(pieces.sentences_R, weights=scores_R, minlength=pieces.sentences).astype(np.float64)


def final_scores(pieces: Trellis, view: Window, scores_S: Floats) -> tuple[Indices, Indices, Floats]:
    """Of the pieces that end here: their last states, one piece after another, where each piece starts, and the scores with the end.

    A piece that does not end its sentence has one last state, whose score stays: what follows is another piece.
    """
    counts_H = view.states_W1[view.done_W + 1] - view.states_W1[view.done_W]
    states = runs(view.states_W1[view.done_W], counts_H)
    ends = pieces.transitions_PPC.ravel()[view.ends_S[states]]
    scores = scores_S[states] + np.where(np.repeat(pieces.last_R[view.done_R], counts_H), ends, 0.0)
    return states, bounds_of(counts_H)[:-1], scores


def first_of_best(values: Floats, best: Floats, counts: Indices) -> Indices:
    """Where the best value of each run stands first; the runs, counts long, follow each other and cover all values."""
    hits = values == np.repeat(best, counts)
    places = np.flatnonzero(hits)
    if len(places) == len(best):  # no ties, the usual case
        return places
    hits_of_runs = np.add.reduceat(hits, bounds_of(counts)[:-1], dtype=np.intp)
    return places[np.cumsum(hits_of_runs) - hits_of_runs]


def _decode(pieces: Trellis, spans: list[tuple[slice, int, int]], tags_T: NDArray[np.int64], scores_R: Floats) -> None:
    """Fill in tags_T and scores_R for one group of pieces."""
    contexts = [np.zeros(spans[0][0].stop - spans[0][0].start)]
    for span in spans[:-1]:
        view = window(pieces, *span)
        scores_S, _ = _best_scores(view, contexts[-1])
        contexts.append(scores_S[view.state_bounds[-2] :])
    chosen = None  # the state of the last word of the window before, counted from the first state of its position
    for span, context in zip(reversed(spans), reversed(contexts), strict=True):
        view = window(pieces, *span)
        scores_S, best_S = _best_scores(view, context)
        chosen_W = np.empty(len(view.words_W), dtype=np.intp)
        if chosen is None:
            states, firsts, finals = final_scores(pieces, view, scores_S)
            scores_R[view.done_R] = best = np.maximum.reduceat(finals, firsts)
            chosen_W[view.done_W] = states[first_of_best(finals, best, np.diff(firsts, append=len(finals)))]
        else:
            chosen_W[-1:] = chosen + view.state_bounds[-2]
        edges_S = first_of_best(view.scores_E, best_S, view.edges_S)
        chosen = _trace_back(view, view.previous_E[edges_S], chosen_W)
        tags_T[view.words_W] = view.tags_S[chosen_W]


def _best_scores(view: Window, context: Floats) -> tuple[Floats, Floats]:
    """scores_S of the best path into each state, and best_S of its best edge (context states left out).

    The score of the best path that ends with an edge replaces the score of the edge in `view`.
    """
    scores_S = np.empty(len(view.tags_S))
    best_S = np.empty(len(view.firsts_S))
    scores_S[: view.context] = context
    states, edges = view.state_bounds[1:], view.edge_bounds
    for first, end, first_edge, end_edge in zip(states[:-1], states[1:], edges[:-1], edges[1:], strict=True):
        paths = view.scores_E[first_edge:end_edge]
        paths += scores_S[view.previous_E[first_edge:end_edge]]
        best = best_S[first - view.context : end - view.context]
        np.maximum.reduceat(paths, view.firsts_S[first - view.context : end - view.context], out=best)
        np.add(best, view.scores_S[first:end], out=scores_S[first:end])
    return scores_S, best_S


def _trace_back(view: Window, back_S: Indices, chosen_W: Indices) -> Indices:
    """Fill in chosen_W, where the last words of paths are filled in; return the states chosen in the context."""
    bounds = view.word_bounds
    for first, end, before in zip(bounds[-2:0:-1], bounds[:1:-1], bounds[-3::-1], strict=True):
        chosen_W[before : before + end - first] = back_S[chosen_W[first:end] - view.context]
    return back_S[chosen_W[: bounds[1]] - view.context]

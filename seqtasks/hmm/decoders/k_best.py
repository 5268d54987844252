"""The k best sequences of tags of each sentence (list Viterbi: Seshadri and Sundberg 1994), all sentences of a call together.

Each state keeps its k best paths, best first. The lists of the states before, each with the score of its edge added, are merged: k times
the best head of all lists is taken, for all states of a position at once. Windows as in viterbi.py; sentences are not cut into pieces.

Shape letters: see trellis.py and window.py; k paths, F lists to be merged, G merged lists, H sentences that end in a window.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.decoders.lattice import Emissions, Floats, Integers
from seqtasks.hmm.decoders.trellis import LIMIT, Indices, Trellis, groups, no_path, trellis
from seqtasks.hmm.decoders.viterbi import final_scores, first_of_best
from seqtasks.hmm.decoders.window import Window, window

Ranked = tuple[NDArray[np.int64], float]


@dataclass(frozen=True)
class _Paths:
    """Best first. scores[s, m], the state before of the m-th path of s, and which of that state's paths it prolongs."""

    scores_Sk1: Floats  # the last column is -inf: the end of every list
    states_Sk: Indices
    ranks_Sk: Indices


def k_best(
    emissions: Emissions, transitions_PPC: Floats, types_T: Integers, lengths_B: Integers, k: int, *, limit: int = LIMIT
) -> list[list[Ranked]]:
    """For each sentence its k best (tags, log score), best first and all different; fewer where fewer have a finite score.

    An empty sentence has one, (no tags, 0). Equal scores stand in the order in which `viterbi` prefers them. `limit` bounds the memory.
    Raises ValueError where k < 1 and where a sentence has no sequence of finite score.
    """
    if k < 1:
        raise ValueError(f"k is {k}; it must be 1 at least")
    pieces = trellis(emissions, transitions_PPC, types_T, lengths_B, cut=False)
    tags_Tk = np.empty((pieces.words, k), dtype=np.int64)
    scores_Rk = np.empty((len(pieces.starts_R), k))
    for spans in groups(pieces, max(1, limit // k)):
        _decode(pieces, spans, tags_Tk, scores_Rk)
    if len(impossible := np.flatnonzero(scores_Rk[:, 0] == -np.inf)):
        raise no_path(int(pieces.sentences_R[impossible].min()))
    scores_Bk = np.full((pieces.sentences, k), -np.inf)
    scores_Bk[:, 0] = 0.0
    scores_Bk[pieces.sentences_R] = scores_Rk
    found = (scores_Bk > -np.inf).sum(axis=1).tolist()
    starts = (np.cumsum(lengths_B) - lengths_B).tolist()
    spans_B = zip(starts, np.asarray(lengths_B).tolist(), found, scores_Bk.tolist(), strict=True)
    return [[(tags_Tk[first : first + length, m].copy(), scores[m]) for m in range(count)] for first, length, count, scores in spans_B]


def _decode(pieces: Trellis, spans: list[tuple[slice, int, int]], tags_Tk: NDArray[np.int64], scores_Rk: Floats) -> None:
    """Fill in tags_Tk and scores_Rk for one group of sentences."""
    k = tags_Tk.shape[1]
    blank = np.full((spans[0][0].stop - spans[0][0].start, k + 1), -np.inf)
    blank[:, 0] = 0.0
    contexts = [blank]
    for span in spans[:-1]:
        view = window(pieces, *span)
        contexts.append(_forward(view, contexts[-1]).scores_Sk1[view.state_bounds[-2] :])
    carried = None  # the states and ranks of the k paths at the end of the window
    for span, context in zip(reversed(spans), reversed(contexts), strict=True):
        view = window(pieces, *span)
        paths = _forward(view, context)
        states_Wk, ranks_Wk = np.empty((2, len(view.words_W), k), dtype=np.intp)
        if carried is None:
            scores_Hk, states_Wk[view.done_W], ranks_Wk[view.done_W] = _ends(pieces, view, paths)
            scores_Rk[view.done_R] = scores_Hk
        else:
            states_Wk[-1:], ranks_Wk[-1:] = carried[0] + view.state_bounds[-2], carried[1]
        carried = _trace_back(view, paths, states_Wk, ranks_Wk)
        tags_Tk[view.words_W] = view.tags_S[states_Wk]


def _forward(view: Window, context: Floats) -> _Paths:
    """The k best paths into each state; `context` is scores_Sk1 of the context states."""
    states, k = len(view.tags_S), context.shape[1] - 1
    paths = _Paths(np.full((states, k + 1), -np.inf), np.empty((states, k), dtype=np.intp), np.empty((states, k), dtype=np.intp))
    paths.scores_Sk1[: view.context] = context
    bounds, edges = view.state_bounds[1:], view.edge_bounds
    for first, end, first_edge, end_edge in zip(bounds[:-1], bounds[1:], edges[:-1], edges[1:], strict=True):
        previous = view.previous_E[first_edge:end_edge]
        counts = view.edges_S[first - view.context : end - view.context]
        merged, heads, ranks = _merge(paths.scores_Sk1, previous, view.scores_E[first_edge:end_edge], counts)
        paths.scores_Sk1[first:end, :k] = merged + view.scores_S[first:end, None]
        paths.states_Sk[first:end], paths.ranks_Sk[first:end] = previous[heads], ranks
    return paths


def _merge(lists_Sk1: Floats, states_F: Indices, scores_F: Floats, counts_G: Indices) -> tuple[Floats, Indices, Indices]:
    """Merge the lists of the states_F, each raised by scores_F; the first counts_G[0] lists give the first merged one, and so on.

    Returns, for each merged list: the k best scores_Gk, from which list (of F) each comes, and its rank there. Of equal scores the earlier
    list comes first.
    """
    k = lists_Sk1.shape[1] - 1
    firsts_G = np.cumsum(counts_G) - counts_G
    flat, heads_F, start_F = lists_Sk1.ravel(), states_F * (k + 1), states_F * (k + 1)
    scores_Gk = np.empty((len(counts_G), k))
    lists_Gk, ranks_Gk = np.empty((2, len(counts_G), k), dtype=np.intp)
    values_F = flat[heads_F] + scores_F
    for m in range(k):
        scores_Gk[:, m] = best_G = np.maximum.reduceat(values_F, firsts_G)
        lists_Gk[:, m] = taken_G = first_of_best(values_F, best_G, counts_G)
        ranks_Gk[:, m] = heads_F[taken_G] - start_F[taken_G]
        heads_F[taken_G] += 1
        values_F[taken_G] = flat[heads_F[taken_G]] + scores_F[taken_G]
    return scores_Gk, lists_Gk, ranks_Gk


def _ends(pieces: Trellis, view: Window, paths: _Paths) -> tuple[Floats, Indices, Indices]:
    """Of the sentences that end here: scores_Hk of their k best paths, and the last state and rank of each."""
    states, firsts, finals = final_scores(pieces, view, np.zeros(len(view.tags_S)))
    scores_Hk, lists_Hk, ranks_Hk = _merge(paths.scores_Sk1, states, finals, np.diff(firsts, append=len(finals)))
    return scores_Hk, states[lists_Hk], ranks_Hk


def _trace_back(view: Window, paths: _Paths, states_Wk: Indices, ranks_Wk: Indices) -> tuple[Indices, Indices]:
    """Fill in the states and ranks of all words from those of the last words; return those in the context."""
    bounds = view.word_bounds
    for first, end, before in zip(bounds[-2:0:-1], bounds[:1:-1], bounds[-3::-1], strict=True):
        states, ranks = states_Wk[first:end], ranks_Wk[first:end]
        states_Wk[before : before + end - first] = paths.states_Sk[states, ranks]
        ranks_Wk[before : before + end - first] = paths.ranks_Sk[states, ranks]
    states, ranks = states_Wk[: bounds[1]], ranks_Wk[: bounds[1]]
    return paths.states_Sk[states, ranks], paths.ranks_Sk[states, ranks]

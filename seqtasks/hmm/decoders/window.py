"""Lay out some positions of some pieces of the trellis: states, edges and their scores, all of them in a few calls.

Legend, beyond that of trellis.py: K positions, W words of these positions, L the same with the context in front of them (the one word
before in a first-order model, the two before in a second-order one), D cells (candidates of L), Q pairs of cells of neighbouring
words, S states, E edges.
"""

from dataclasses import dataclass

import numpy as np

from seqtasks.hmm.decoders.lattice import Floats
from seqtasks.hmm.decoders.trellis import Indices, Trellis, bounds_of, runs


@dataclass(frozen=True)
class Window:
    """Some positions of some pieces, by position. States of the word before the first position come first: the context."""

    words_W: Indices  # number of the word in the whole call
    counts_W: Indices  # its candidates
    states_W1: Indices  # its first state
    tags_S: Indices
    cells_S: Indices  # cell of the state, counted from the first cell of the first word
    ends_S: Indices  # where in the flat transitions the score of ending in this state stands
    scores_S: Floats  # of the state itself, to be added to those of its edges
    firsts_S: Indices  # first edge, counted from the first edge of the position
    edges_S: Indices  # number of edges; none into the context
    previous_E: Indices  # the state where an edge starts
    scores_E: Floats
    word_bounds: list[int]  # K + 1: words of position k are word_bounds[k]:word_bounds[k + 1]
    state_bounds: list[int]  # K + 2: first the context
    edge_bounds: list[int]  # K + 1
    done_R: Indices  # pieces that end in this window ...
    done_W: Indices  # ... and their last words

    @property
    def context(self) -> int:
        """Number of states of the context."""
        return self.state_bounds[1]


@dataclass(frozen=True)
class _Cells:
    """The words of a window with their context, by position, and their candidates."""

    blocks: Indices  # first word of each position, context included, and the end
    at_L: Indices
    rows_L: Indices
    previous_L: Indices  # the word before
    counts_L: Indices
    cells_L1: Indices
    fans_L: Indices  # candidates of the word before; 0 where that is not laid out
    words_D: Indices
    candidates_D: Indices
    tags_D: Indices
    outcomes_D: Indices  # their columns of the transitions


@dataclass(frozen=True)
class _Edges:
    """States of all L words and the edges between them; states of words before the context are left out."""

    states_L1: Indices
    tags_S: Indices
    cells_S: Indices
    contexts_S: Indices
    scores_S: Floats
    edges_S: Indices
    previous_E: Indices
    scores_E: Floats


def window(pieces: Trellis, rows: slice, first: int, end: int) -> Window:
    """Lay out the positions first:end of the pieces `rows`, which are sorted from long to short."""
    order, lengths_R = pieces.order, pieces.lengths_R[rows]
    alive_K1 = np.searchsorted(-lengths_R, -np.arange(first, end + 1), side="left")
    cells = _cells(pieces, pieces.starts_R[rows], alive_K1[:-1], first)
    edges = _first_order_edges(pieces, cells) if order == 1 else _second_order_edges(pieces, cells)
    before = int(cells.blocks[order])
    edges_S1 = bounds_of(edges.edges_S)
    state_bounds = edges.states_L1[cells.blocks[order - 1 :]]
    edge_bounds = edges_S1[state_bounds[1:]]
    word_bounds = cells.blocks[order:] - before
    done = np.arange(alive_K1[-1], alive_K1[0])
    outcomes_P = pieces.emissions.outcomes_P
    end_outcome = int(pieces.transitions_PPC.shape[2] - 1 if outcomes_P is None else outcomes_P[-1])
    context = int(state_bounds[1])
    return Window(
        words_W=cells.at_L[before:] - 2 * (pieces.sentences_R[rows][cells.rows_L[before:]] + 1),
        counts_W=cells.counts_L[before:],
        states_W1=edges.states_L1[before:],
        tags_S=edges.tags_S,
        cells_S=edges.cells_S - cells.cells_L1[before],
        ends_S=edges.contexts_S * pieces.transitions_PPC.shape[2] + end_outcome,
        scores_S=edges.scores_S,
        firsts_S=edges_S1[context:-1] - np.repeat(edge_bounds[:-1], np.diff(state_bounds[1:])),
        edges_S=edges.edges_S[context:],
        previous_E=edges.previous_E,
        scores_E=edges.scores_E,
        word_bounds=word_bounds.tolist(),
        state_bounds=state_bounds.tolist(),
        edge_bounds=edge_bounds.tolist(),
        done_R=done + rows.start,
        done_W=word_bounds[lengths_R[done] - 1 - first] + done,
    )


def _cells(pieces: Trellis, starts_R: Indices, alive_K: Indices, first: int) -> _Cells:
    sizes = np.concatenate([np.repeat(alive_K[:1], pieces.order), alive_K])
    rows_L = runs(np.zeros_like(sizes), sizes)
    at_L = starts_R[rows_L] + np.repeat(np.arange(first - pieces.order, first + len(alive_K)), sizes)
    previous_L = np.arange(len(at_L)) - np.repeat(np.concatenate([[0], sizes[:-1]]), sizes)
    counts_L = pieces.counts_X[at_L]
    fans_L = counts_L[previous_L]
    fans_L[: sizes[0]] = 0
    candidates_D = runs(pieces.firsts_X[at_L], counts_L)
    tags_D = pieces.emissions.tags_C[candidates_D].astype(np.intp)
    tags_D[candidates_D < 0] = pieces.transitions_PPC.shape[1] - 1
    outcomes_P = pieces.emissions.outcomes_P
    return _Cells(
        blocks=bounds_of(sizes),
        at_L=at_L,
        rows_L=rows_L,
        previous_L=previous_L,
        counts_L=counts_L,
        cells_L1=bounds_of(counts_L),
        fans_L=fans_L,
        words_D=np.repeat(np.arange(len(at_L)), counts_L),
        candidates_D=candidates_D,
        tags_D=tags_D,
        outcomes_D=tags_D if outcomes_P is None else outcomes_P[tags_D].astype(np.intp, copy=False),
    )


def _first_order_edges(pieces: Trellis, cells: _Cells) -> _Edges:
    """A state is a cell, an edge a pair; the emission goes to the edge, since it may look at both."""
    fans_D = cells.fans_L[cells.words_D]
    older_Q = runs(cells.cells_L1[cells.previous_L][cells.words_D], fans_D)
    older_tags_Q = cells.tags_D[older_Q]
    pairs_Q = older_tags_Q * pieces.transitions_PPC.shape[2] + np.repeat(cells.outcomes_D, fans_D)
    emissions_Q = pieces.emissions.scores(older_tags_Q, np.repeat(cells.candidates_D, fans_D))
    return _Edges(
        states_L1=cells.cells_L1,
        tags_S=cells.tags_D,
        cells_S=np.arange(len(cells.tags_D)),
        contexts_S=cells.tags_D,
        scores_S=np.zeros(len(cells.tags_D)),
        edges_S=fans_D,
        previous_E=older_Q,
        scores_E=pieces.transitions_PPC.ravel()[pairs_Q] + emissions_Q,
    )


def _second_order_edges(pieces: Trellis, cells: _Cells) -> _Edges:
    """A state is a pair, an edge a triple; the edges into one cell are the states of the word before, in their order."""
    _, rows_P, outcomes = pieces.transitions_PPC.shape
    fans_D = cells.fans_L[cells.words_D]
    states_D1 = bounds_of(fans_D)
    states_L1 = states_D1[cells.cells_L1]
    older_S = runs(cells.cells_L1[cells.previous_L][cells.words_D], fans_D)
    cells_S = np.repeat(np.arange(len(fans_D)), fans_D)
    older_tags_S, tags_S = cells.tags_D[older_S], cells.tags_D[cells_S]
    contexts_S = older_tags_S * rows_P + tags_S
    copies_D = np.diff(states_L1)[cells.previous_L][cells.words_D]
    copies_D[fans_D == 0] = 0
    previous_E = runs(states_L1[cells.previous_L][cells.words_D], copies_D)
    triples_E = (contexts_S * outcomes)[previous_E]
    triples_E += np.repeat(cells.outcomes_D, copies_D)
    return _Edges(
        states_L1=states_L1,
        tags_S=tags_S,
        cells_S=cells_S,
        contexts_S=contexts_S,
        scores_S=pieces.emissions.scores(older_tags_S, cells.candidates_D[cells_S]),
        edges_S=np.repeat(cells.fans_L[cells.previous_L][cells.words_D], fans_D),
        previous_E=previous_E,
        scores_E=pieces.transitions_PPC.ravel()[triples_E],
    )

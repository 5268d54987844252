"""Expected counts where every tag may emit every word and transitions are of first order: matrix products, position by position.

The forward-backward recursion with the scaling of Rabiner (1989, section V.A): forward probabilities are divided by their sum at each word,
and the log-likelihood is the sum of the logs of these. Only EM from a random start is of this kind; elsewhere the ragged trellis does less.

Shape letters: N tags, Y word types, B sentences of a chunk, from long to short, A of them alive at a position,
W words of the chunk by position.
"""

from collections.abc import Iterator

import numpy as np

from seqtasks.hmm.decoders.lattice import Floats, Integers
from seqtasks.hmm.decoders.trellis import Indices, bounds_of, runs

CELLS = 2**20  # words times tags of a chunk: 8 MB for each of three arrays


def dense_counts(
    transitions_PC: Floats, emissions_YN: Floats, types_T: Integers, lengths_B: Integers
) -> tuple[Floats, Floats, Floats] | None:
    """Expected counts of transitions_PC (P = C = N + 1) and emissions_YN, and the log-likelihood of each sentence.

    None where probabilities are too small for scaling; the trellis, which works with logarithms, must do it then.
    """
    counts_PC, counts_YN = np.zeros_like(transitions_PC), np.zeros_like(emissions_YN)
    log_likelihoods_B = np.zeros(len(lengths_B))
    for chosen_B, words_W, blocks in _chunks(lengths_B, emissions_YN.shape[1]):
        types_W = types_T[words_W]
        emitted_WN = emissions_YN[types_W]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            logs_W, shares_WN, chunk_PC = _recursions(transitions_PC, emitted_WN, blocks)
        if not (np.isfinite(logs_W).all() and np.isfinite(chunk_PC).all()):
            return None
        counts_PC += chunk_PC
        np.add.at(counts_YN, types_W, shares_WN)
        rows_W = runs(np.zeros(len(blocks) - 1, dtype=np.intp), np.diff(blocks))
        log_likelihoods_B[chosen_B] = np.bincount(rows_W, weights=logs_W, minlength=len(chosen_B))
    return counts_PC, counts_YN, log_likelihoods_B


def _chunks(lengths_B: Integers, tags: int) -> Iterator[tuple[Indices, Indices, Indices]]:
    """Sentences from long to short, a bounded number of words at a time: their numbers, their words by position, bounds of positions."""
    starts_B = bounds_of(lengths_B.astype(np.intp))[:-1]
    order = np.argsort(-lengths_B, kind="stable")
    order = order[lengths_B[order] > 0]
    chunk = np.cumsum(lengths_B[order]) * tags // CELLS
    for chosen_B in np.split(order, np.flatnonzero(np.diff(chunk)) + 1) if len(order) else []:
        lengths = lengths_B[chosen_B]
        alive = np.searchsorted(-lengths, -np.arange(lengths[0]), side="left")
        rows = runs(np.zeros_like(alive), alive)
        yield chosen_B, starts_B[chosen_B][rows] + np.repeat(np.arange(len(alive)), alive), bounds_of(alive)


def _recursions(transitions_PC: Floats, emitted_WN: Floats, blocks: Indices) -> tuple[Floats, Floats, Floats]:
    """logs_W, whose sum over the words of a sentence is its log-likelihood; shares_WN, posterior probabilities; expected transitions_PC."""
    inner_NN, start_N, end_N = transitions_PC[:-1, :-1], transitions_PC[-1, :-1], transitions_PC[:-1, -1]
    forward_WN, sums_W = np.empty_like(emitted_WN), np.empty(len(emitted_WN))
    before_AN = np.ones((blocks[1], 1))
    step_NN = start_N[None]
    spans = list(zip(blocks[:-1].tolist(), blocks[1:].tolist(), strict=True))
    for first, end in spans:
        here_AN = (before_AN[: end - first] @ step_NN) * emitted_WN[first:end]
        sums_W[first:end] = here_AN.sum(axis=1)
        forward_WN[first:end] = before_AN = here_AN / sums_W[first:end, None]
        step_NN = inner_NN
    ends_W = forward_WN @ end_N
    shares_WN = np.empty_like(emitted_WN)
    counts_PC = np.zeros_like(transitions_PC)
    backward_AN = np.zeros((0, len(end_N)))  # of the position after, each already divided by its forward sum and weighed with its word
    logs_W = np.log(sums_W)
    for first, end in reversed(spans):
        alive = len(backward_AN)
        done = slice(first + alive, end)
        logs_W[done] += np.log(ends_W[done])
        forward_AN = forward_WN[first : first + alive]
        counts_PC[:-1, :-1] += inner_NN * (forward_AN.T @ backward_AN)
        here_AN = np.concatenate([backward_AN @ inner_NN.T, end_N / ends_W[done, None]])
        shares_WN[first:end] = forward_WN[first:end] * here_AN
        counts_PC[:-1, -1] += shares_WN[done].sum(axis=0)
        backward_AN = here_AN * emitted_WN[first:end] / sums_W[first:end, None]
    counts_PC[-1, :-1] = shares_WN[: blocks[1]].sum(axis=0)
    return logs_W, shares_WN, counts_PC

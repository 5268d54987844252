"""HMM word alignment (Vogel et al. 1996) with an empty word (Och and Ney 2003): scaled forward-backward and Viterbi, batched over pairs.

A state is the source position that the last target word came from, and whether this one comes from it or from the empty word, which
keeps the position. With r_X, the probability of having been at a position (0: at none so far), a step is

    at_S = (1 - null) p(t|s)_S (r_X @ transitions_XS)        empty_X = null p(t|empty) r_X        r_X' = empty_X + [0, at_S]

scaled to sum to 1; the scales multiply to P(target words | source words). B pairs, N target tokens of a block, X source positions with
the start (or the empty word) in front, S without, W jump widths, C cells (see blocks.py and table.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.align.blocks import Block, Floats, Integers
from seqtasks.align.jumps import Jumps
from seqtasks.align.table import Cells, TranslationTable, add_shares, estimated


@dataclass(frozen=True)
class Forward:
    """What the forward half leaves of a block: r_NX before each token, at_NS scaled, and the scales_N."""

    before_NX: Floats
    at_NS: Floats
    scales_N: Floats


@dataclass(frozen=True)
class Smoothed:
    """Of a block: P(source position)_NX of each target token, the empty word first; expected jumps_XS; log P(target words) in nats."""

    posteriors_NX: Floats
    jumps_XS: Floats
    likelihood: float


def forward(block: Block, probabilities_NX: Floats, jumps: Jumps, *, null: float) -> Forward:
    """The forward half. probabilities_NX: p(target word | source word); null: share of target words that come from the empty word."""
    tokens, places = probabilities_NX.shape
    before_NX, at_NS, scales_N = np.empty((tokens, places)), np.empty((tokens, places - 1)), np.empty(tokens)
    transitions_XS = (1 - null) * jumps.transitions(places - 1)
    reached_BX = np.zeros((len(block.pairs_B), places))
    reached_BX[:, 0] = 1
    for step in block.steps():
        reached_BX = before_NX[step] = reached_BX[: step.stop - step.start]
        at_BS = (reached_BX @ transitions_XS) * probabilities_NX[step, 1:]
        reached_BX = reached_BX * (null * probabilities_NX[step, :1])
        reached_BX[:, 1:] += at_BS
        scales_B = reached_BX.sum(axis=1)
        reached_BX /= scales_B[:, None]
        at_NS[step] = at_BS / scales_B[:, None]
        scales_N[step] = scales_B
    return Forward(before_NX, at_NS, scales_N)


def smoothed(block: Block, probabilities_NX: Floats, jumps: Jumps, *, null: float) -> Smoothed:
    """Forward and backward."""
    past = forward(block, probabilities_NX, jumps, null=null)
    places = probabilities_NX.shape[1]
    transitions_XS = (1 - null) * jumps.transitions(places - 1)
    posteriors_NX = np.empty_like(probabilities_NX)
    arriving_NS = np.empty_like(past.at_NS)  # p(t|s) x what follows / scale: of an edge, all but where it comes from
    after_BX = np.ones((0, places))
    for step in reversed(block.steps()):
        ending = step.stop - step.start - len(after_BX)
        after_BX = np.concatenate([after_BX, np.ones((ending, places))])
        posteriors_NX[step, 1:] = past.at_NS[step] * after_BX[:, 1:]
        scales_B1 = past.scales_N[step, None]
        arriving_BS = probabilities_NX[step, 1:] * after_BX[:, 1:] / scales_B1
        after_BX = arriving_BS @ transitions_XS.T + after_BX * (null * probabilities_NX[step, :1] / scales_B1)
        arriving_NS[step] = arriving_BS
    posteriors_NX[:, 0] = np.maximum(0.0, 1 - posteriors_NX[:, 1:].sum(axis=1))
    jumps_XS = transitions_XS * (past.before_NX.T @ arriving_NS)
    return Smoothed(posteriors_NX, jumps_XS, float(np.log(past.scales_N).sum()))


def hmm(
    blocks: Sequence[Block], cells: Sequence[Cells], table: TranslationTable, jumps: Jumps, *, iterations: int, alpha: float, null: float
) -> tuple[TranslationTable, Jumps, list[float]]:
    """Table and jumps after some iterations of EM, and log P(target words | source words) in nats before each of them."""
    history = []
    for _ in range(iterations):
        counts_C, likelihood = np.zeros_like(table.probabilities_C), 0.0
        counts_W, exposures_W = np.zeros_like(jumps.weights_W), np.zeros_like(jumps.weights_W)
        for block, cells_NX in zip(blocks, cells, strict=True):
            found = smoothed(block, table.probabilities_C[cells_NX], jumps, null=null)
            likelihood += found.likelihood
            add_shares(counts_C, cells_NX, found.posteriors_NX)
            jumps.add(counts_W, exposures_W, found.jumps_XS)
        table, jumps = estimated(table, counts_C, alpha=alpha), jumps.estimated(counts_W, exposures_W)
        history.append(likelihood)
    return table, jumps, history


def viterbi(block: Block, probabilities_NX: Floats, jumps: Jumps, *, null: float) -> Integers:
    """The source position of each target token on the likeliest path, -1 for the empty word: positions_N.

    Of equally likely paths the one that comes from a word rather than from none, then the one from the left.
    """
    places = probabilities_NX.shape[1]
    with np.errstate(divide="ignore"):
        steps_XS = np.log(jumps.transitions(places - 1)) + np.log1p(-null)
        words_NX = np.log(probabilities_NX)
        words_NX[:, 0] += np.log(null)
    came_NX = np.empty(probabilities_NX.shape, dtype=np.int32)  # the position before, or NOWHERE
    score_BX = np.full((len(block.pairs_B), places), -np.inf)
    score_BX[:, 0] = 0
    ends_B = np.empty(len(block.pairs_B), dtype=np.int64)
    for step in block.steps():
        rows = step.stop - step.start
        ends_B[rows : len(score_BX)] = score_BX[rows:].argmax(axis=1)
        score_BX = score_BX[:rows]
        paths_BXS = score_BX[:, :, None] + steps_XS
        best_BS = paths_BXS.argmax(axis=1)
        at_BS = np.take_along_axis(paths_BXS, best_BS[:, None], axis=1)[:, 0] + words_NX[step, 1:]
        score_BX = score_BX + words_NX[step, :1]
        at_word_BS = at_BS >= score_BX[:, 1:]
        came_NX[step, 0] = NOWHERE
        came_NX[step, 1:] = np.where(at_word_BS, best_BS, NOWHERE)
        score_BX[:, 1:] = np.where(at_word_BS, at_BS, score_BX[:, 1:])
    ends_B[: len(score_BX)] = score_BX.argmax(axis=1)
    return traced(block, came_NX, ends_B)


def traced(block: Block, came_NX: NDArray[np.int32], ends_B: Integers) -> Integers:
    """The paths that end at ends_B, from the last token to the first."""
    positions_N = np.empty(len(came_NX), dtype=np.int64)
    at_B = ends_B.copy()
    for step in reversed(block.steps()):
        rows = step.stop - step.start
        came_B = came_NX[step][np.arange(rows), at_B[:rows]]
        positions_N[step] = np.where(came_B == NOWHERE, -1, at_B[:rows] - 1)
        at_B[:rows] = np.where(came_B == NOWHERE, at_B[:rows], came_B)
    return positions_N


NOWHERE = -1  # the token comes from the empty word, and the position is kept

"""The trellis of many sentences as flat, ragged arrays, so that only the recursion itself runs over positions.

Nothing is padded to the largest number of candidates. A cell is a candidate of a word. In a second-order model a state is a pair (candidate
of word t-1, candidate of t) and an edge a triple; in a first-order model a state is a cell and an edge a pair. States are sorted by word,
then candidate of t, then candidate of t-1; the edges into a state are neighbours, in the order of the oldest candidate. So "the first of
the best edges" is, over a whole path, the path whose last candidate comes first, then its last but one, and so on: our rule for ties.

Where the state is the same on all paths (two words in a row with one candidate each; one word in a first-order model) a sentence falls
into pieces that do not depend on each other. Pieces are sorted from long to short and words by position, so that a position of all pieces
is one slice. A group of pieces, or a window of a very long piece, has about `limit` edges: that bounds the memory.

Shape letters: T words, X words and two boundaries in front of each sentence, B sentences, R pieces, N tags, C candidates of all types;
see window.py for those of a window.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.decoders.lattice import Emissions, Floats, Integers, check_model

LIMIT = 2**17  # edges of a group or window: about 6 MB while it is built, so that most of it stays in the cache

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Trellis:
    """The model, and the sentences cut into pieces. Piece r is lengths_R[r] words long, from starts_R[r] on, in sentence sentences_R[r]."""

    emissions: Emissions
    transitions_PPC: Floats
    counts_X: Indices  # candidates of a word; 1 for a boundary
    firsts_X: Indices  # first candidate in `emissions`; -1 for a boundary
    starts_R: Indices
    lengths_R: Indices
    sentences_R: Indices
    last_R: NDArray[np.bool_]  # the piece ends its sentence
    edges_R: Indices
    sentences: int
    words: int

    @property
    def order(self) -> int:
        return 1 if len(self.transitions_PPC) == 1 else 2


def trellis(emissions: Emissions, transitions_PPC: Floats, types_T: Integers, lengths_B: Integers, *, cut: bool = True) -> Trellis:
    """Cut the sentences into pieces (or keep them whole). Raises ValueError for shapes that do not fit and for words without candidates."""
    check_model(emissions, transitions_PPC, types_T, lengths_B)
    sentences, words = len(lengths_B), len(types_T)
    sentences_T = np.repeat(np.arange(sentences), lengths_B)
    at_T = np.arange(words) + 2 * (sentences_T + 1)
    counts_X = np.ones(words + 2 * sentences, dtype=np.intp)
    firsts_X = np.full(words + 2 * sentences, -1, dtype=np.intp)
    firsts_T = emissions.first_Y1[types_T]
    firsts_X[at_T] = firsts_T
    counts_X[at_T] = counts_T = emissions.first_Y1[types_T + 1] - firsts_T
    if words and counts_T.min() < 1:
        raise no_path(int(sentences_T[np.argmin(counts_T)]))
    one_before_T, two_before_T = counts_X[at_T - 1], counts_X[at_T - 2]
    paths_T = one_before_T if len(transitions_PPC) == 1 else one_before_T * two_before_T
    at_start_T = paths_T == 1 if cut else firsts_X[at_T - 1] < 0
    starts = np.flatnonzero(at_start_T)
    lengths = np.diff(starts, append=words)
    edges = np.add.reduceat(counts_T * paths_T, starts) if words else starts
    order = np.argsort(-lengths, kind="stable")
    starts_R = starts[order]
    ends_R = starts_R + lengths[order]
    sentence_end_R = np.cumsum(lengths_B)[sentences_T[starts_R]]
    return Trellis(
        emissions=emissions,
        transitions_PPC=np.ascontiguousarray(transitions_PPC),
        counts_X=counts_X,
        firsts_X=firsts_X,
        starts_R=at_T[starts_R],
        lengths_R=lengths[order],
        sentences_R=sentences_T[starts_R],
        last_R=ends_R == sentence_end_R,
        edges_R=edges[order],
        sentences=sentences,
        words=words,
    )


def no_path(sentence: int) -> ValueError:
    """The error for a sentence (counted from 0) without any path of finite score; the message counts from 1."""
    return ValueError(f"sentence {sentence + 1} has no sequence of tags with a finite score; allow more candidates or transitions")


def groups(pieces: Trellis, limit: int = LIMIT) -> Iterator[list[tuple[slice, int, int]]]:
    """Cut the work: for each group the windows (rows, first position, end position) that follow each other.

    Pieces of at most `limit` edges share groups of one window; a larger piece is a group of its own, with as many windows as it needs.
    """
    if not len(pieces.lengths_R):
        return
    large_R = pieces.edges_R > limit
    bins_R = np.cumsum(np.where(large_R, 0, pieces.edges_R)) // limit + 2 * np.cumsum(large_R)
    bins_R[large_R] += 1 << 60  # a large piece is alone: no other has its number
    bounds = [0, *(np.flatnonzero(np.diff(bins_R)) + 1).tolist(), len(bins_R)]
    for first, end in zip(bounds[:-1], bounds[1:], strict=True):
        rows = slice(first, end)
        if large_R[first]:
            yield [(rows, *span) for span in _spans(pieces, first, limit)]
        else:
            yield [(rows, 0, int(pieces.lengths_R[first]))]


def _spans(pieces: Trellis, row: int, limit: int) -> list[tuple[int, int]]:
    start, length = int(pieces.starts_R[row]), int(pieces.lengths_R[row])
    counts = pieces.counts_X[start - 2 : start + length]
    edges = counts[2:] * counts[1:-1] * (counts[:-2] if pieces.order == 2 else 1)
    cuts = np.flatnonzero(np.diff(np.cumsum(edges) // limit)) + 1
    bounds = [0, *cuts.tolist(), length]
    return list(zip(bounds[:-1], bounds[1:], strict=True))


def runs(firsts: Indices, counts: Indices) -> Indices:
    """firsts[i], firsts[i] + 1, ..., counts[i] numbers; one such run after the other."""
    ends = np.cumsum(counts)
    return np.arange(counts.sum()) + np.repeat(firsts - (ends - counts), counts)


def bounds_of(counts: Indices) -> Indices:
    """0, counts[0], counts[0] + counts[1], ...: where each run starts, and where the last one ends."""
    bounds = np.zeros(len(counts) + 1, dtype=np.intp)
    np.cumsum(counts, out=bounds[1:])
    return bounds

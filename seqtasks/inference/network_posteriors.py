"""What a network's heads say beyond their best tags: the k best sequences of tags, and the probabilities of spans.

A sentence longer than the tagger's pieces is tagged piece by piece, each for itself. So the k best of the whole are the best of all ways to
join those of its pieces, and a span over a seam has the product of its parts' probabilities. B batch, S position, N labels.
"""

from __future__ import annotations

import heapq
import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from seqtasks.inference.posteriors import Ranked, Sentences
from seqtasks.text.tags import Span

if TYPE_CHECKING:
    from seqtasks.inference.tagger import Tagger

MOST_CELLS = 4_000_000  # numbers of a table of spans, or of paths, held at a time (more where one sentence alone needs more)


@torch.inference_mode()
def k_best(tagger: Tagger, pieces: Sentences, owners: Sequence[Sequence[int]], head: str, k: int) -> list[Ranked]:
    """For each sentence its k best sequences of tags as they are written, with log-probabilities, best first; fewer where it has fewer.

    owners: the numbers of each sentence's pieces. Sequences that are written alike, as an unconstrained head's can be, count together.
    Raises UsageError where the head is no chain.
    """
    tagging = tagger.model.head(head)
    found: list[Ranked] = [[] for _ in pieces]
    for positions, batch in tagger.batches(pieces):
        scores_BSN = tagger.model(batch, (head,))[head]
        for rows in in_groups(scores_BSN, scores_BSN.size(1) * scores_BSN.size(2) * k):
            ranked = tagging.k_best(scores_BSN[rows], batch.mask_BS[rows], k)
            for position, paths in zip(positions[rows].tolist(), ranked, strict=True):
                tags = tagger.to_output_scheme(head, [[tagging.labels[label] for label in path] for path, _ in paths])
                found[position] = merged(tags, [score for _, score in paths])
    return [joined_paths([found[piece] for piece in own], k) for own in owners]


def in_groups(scores_BSN: Tensor, cells: int) -> Iterator[slice]:
    """Runs of sentences whose tables, of so many cells each, are held together."""
    step = max(1, MOST_CELLS // max(1, cells))
    return (slice(first, first + step) for first in range(0, len(scores_BSN), step))


def merged(rows: Sequence[list[str]], scores: Sequence[float]) -> Ranked:
    """Sequences with their log-probabilities, equal ones added up, best first."""
    together: dict[tuple[str, ...], list[float]] = {}
    for tags, score in zip(rows, scores, strict=True):
        together.setdefault(tuple(tags), []).append(score)
    sums = [([*tags], log_sum(several)) for tags, several in together.items()]
    return sorted(sums, key=lambda pair: -pair[1])


def log_sum(scores: Sequence[float]) -> float:
    """log of the sum of exp(score); at most 0, as a log-probability is."""
    return min(0.0, max(scores) + math.log(sum(math.exp(score - max(scores)) for score in scores)))


def joined_paths(pieces: Sequence[Ranked], k: int) -> Ranked:
    """The k best ways to join one path of each piece. No piece: the one path without words."""
    scores = [0.0]  # of the ways so far
    choices: list[list[tuple[int, int]]] = []  # for each piece which way each goes on from, and which path it takes
    for paths in pieces:
        sums = ((score + more, way, path) for way, score in enumerate(scores) for path, (_, more) in enumerate(paths))
        best = heapq.nlargest(k, sums, key=lambda one: one[0])
        scores = [score for score, _, _ in best]
        choices.append([(way, path) for _, way, path in best])
    found: Ranked = []
    for way, score in enumerate(scores):
        taken = []
        for paths, chosen in zip(reversed(pieces), reversed(choices), strict=True):
            way, path = chosen[way]
            taken.append(paths[path][0])
        found.append(([tag for tags in reversed(taken) for tag in tags], score))
    return found


@torch.inference_mode()
def span_probabilities(
    tagger: Tagger, pieces: Sentences, owners: Sequence[Sequence[int]], head: str, spans: Sequence[Sequence[Span]]
) -> list[list[float]]:
    """For each sentence the probability, 0 to 1, of each of its spans: that there is an entity with just these ends and this label.

    Raises UsageError where the head is no chain or its labels are no spans.
    """
    asked: list[list[Span]] = [[] for _ in pieces]
    parts: list[list[list[tuple[int, int]]]] = []  # of each span of each sentence: a piece and a number among the spans asked of it
    for own, row in zip(owners, spans, strict=True):
        starts = [0, *itertools.accumulate(len(pieces[piece]) for piece in own)]
        parts.append([])
        for span in row:
            parts[-1].append([])
            for number in range(bisect_right(starts, span.start) - 1, bisect_left(starts, span.end)):
                piece, first = own[number], starts[number]
                parts[-1][-1].append((piece, len(asked[piece])))
                asked[piece].append(Span(max(span.start - first, 0), min(span.end, starts[number + 1]) - first, span.label))
    found = piece_probabilities(tagger, pieces, head, asked)
    return [[math.prod(found[piece][number] for piece, number in several) for several in row] for row in parts]


def piece_probabilities(tagger: Tagger, pieces: Sentences, head: str, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
    """The probabilities of spans that lie within pieces; pieces without spans are not read."""
    tagging = tagger.model.head(head)
    wanted = [piece for piece, row in enumerate(spans) if row]
    found: list[list[float]] = [[] for _ in pieces]
    for positions, batch in tagger.batches([pieces[piece] for piece in wanted]):
        scores_BSN = tagger.model(batch, (head,))[head]
        of_batch = [wanted[position] for position in positions.tolist()]
        longest = max(span.end - span.start for piece in of_batch for span in spans[piece])
        for rows in in_groups(scores_BSN, scores_BSN.size(1) * scores_BSN.size(2) * longest):
            some = of_batch[rows]
            answers = tagging.span_probabilities(scores_BSN[rows], batch.mask_BS[rows], [spans[piece] for piece in some])
            for piece, row in zip(some, answers, strict=True):
                found[piece] = [min(1.0, value) for value in row]
    return found

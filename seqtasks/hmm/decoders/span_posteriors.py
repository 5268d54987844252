"""Posterior probabilities of spans: the share of all paths of a sentence on which some words have none but allowed tags.

log P(words, the tags allowed) - log P(words), two runs of the forward algorithm: for the first, word types are copied, and the scores of
their other candidates lowered beyond recall. In a long sentence the words around the span stand for all of it: what is farther away than
NEAR words has no influence that float64 would show.

Shape letters: see lattice.py; K restrictions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from seqtasks.hmm.decoders.forward import log_likelihoods
from seqtasks.hmm.decoders.lattice import Emissions, Floats, Integers
from seqtasks.text.tags import OUTSIDE, Span, begins, tags_of

NEAR = 100  # words on either side of a span
CHUNK = 50_000  # about so many words are answered together
NEVER = -1e4


@dataclass(frozen=True)
class Restriction:
    """The words of a sentence from `start` on have tags of allowed[0], allowed[1], ..."""

    sentence: int
    start: int
    allowed: tuple[frozenset[int], ...]


def restriction(sentence: int, span: Span, length: int, tags: Sequence[str], scheme: str) -> Restriction | None:
    """What a span in a sentence of `length` words says of its words and of the one behind it; None for a span that tags cannot mean."""
    if not 0 <= span.start < span.end <= length:
        return None
    words = span.end - span.start
    names = tags_of([Span(0, words, span.label)], words, scheme)
    if not set(names) <= set(tags):
        return None
    allowed = [frozenset([tags.index(name)]) for name in names]
    if span.end < length:
        allowed.append(frozenset(number for number, tag in enumerate(tags) if tag == OUTSIDE or begins(names[-1], tag, scheme)))
    return Restriction(sentence, span.start, tuple(allowed))


def shares(
    emissions: Emissions,
    transitions_PPC: Floats,
    tags_C: Integers,
    types_T: Integers,
    lengths_B: Integers,
    asked: Sequence[Restriction],
) -> Floats:
    """shares_K: for each restriction the probability, given the words, that it holds. tags_C: the tag of each candidate.

    Raises ValueError where a sentence has no path of finite score.
    """
    starts_B = np.cumsum(lengths_B) - lengths_B
    found = [np.zeros(0)]
    step = CHUNK // (2 * NEAR)
    for some in (asked[first : first + step] for first in range(0, len(asked), step)):
        copied, types = restricted(emissions, tags_C, types_T, starts_B, some)
        free, bound, lengths = [], [], []
        for one, its_types in zip(some, types, strict=True):
            first = max(0, one.start - NEAR)
            end = min(int(lengths_B[one.sentence]), one.start + len(its_types) + NEAR)
            words = types_T[starts_B[one.sentence] + first : starts_B[one.sentence] + end]
            free.append(words)
            bound.append(words.copy())
            bound[-1][one.start - first : one.start - first + len(its_types)] = its_types
            lengths.append(end - first)
        both = [log_likelihoods(copied, transitions_PPC, np.concatenate(words), np.array(lengths)) for words in (bound, free)]
        found.append(np.exp(np.minimum(both[0] - both[1], 0.0)))
    return np.concatenate(found)


def restricted(
    emissions: Emissions, tags_C: Integers, types_T: Integers, starts_B: Integers, asked: Sequence[Restriction]
) -> tuple[Emissions, list[list[int]]]:
    """The emissions with a copy of each word type for each set of tags it is restricted to, and the types of each restriction's words."""
    kinds = len(emissions.first_Y1) - 1
    copies: dict[tuple[int, frozenset[int]], int] = {}
    types = [
        [
            copies.setdefault((int(types_T[starts_B[one.sentence] + one.start + place]), allowed), kinds + len(copies))
            for place, allowed in enumerate(one.allowed)
        ]
        for one in asked
    ]
    candidates = [np.arange(emissions.first_Y1[kind], emissions.first_Y1[kind + 1]) for kind, _ in copies]
    lowered = [np.isin(tags_C[some], [*allowed], invert=True) for some, (_, allowed) in zip(candidates, copies, strict=True)]
    taken_C = np.concatenate([np.arange(len(emissions.tags_C)), *candidates])
    lowered_C = np.concatenate([np.zeros(len(emissions.tags_C), dtype=bool), *lowered])
    columns_C = np.arange(len(emissions.tags_C)) if emissions.changed_C is None else emissions.changed_C
    sizes = np.concatenate([np.diff(emissions.first_Y1), [len(some) for some in candidates]])
    copied = replace(
        emissions,
        first_Y1=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        tags_C=emissions.tags_C[taken_C],
        scores_PC=emissions.scores_PC[:, taken_C] + np.where(lowered_C, NEVER, 0.0),
        changed_C=None if emissions.changes_PD is None else columns_C[taken_C],
    )
    return copied, types

"""Which words of the source go with a word of the references, by how often they stand in one line: Dice coefficients.

Counted over the lines that are looked at, so that nothing of training is needed. S and R: lines whose source, whose reference has the
word; B lines have both: 2 B / (S + R).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate

from seqtasks.diagnosis.limits import PARTNER, PARTNER_LINES

MOST = 5_000_000  # pairs of words counted, a second or two: some 20,000 lines of 15 words


def partners_of(sources: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> Mapping[str, frozenset[str]]:
    """{word of the references: the source words that go with it}, of those with any; of the first lines, of up to MOST pairs of words."""
    every = [(set(source), set(reference)) for source, reference in zip(sources, references, strict=True)]
    totals = accumulate(len(source) * len(reference) for source, reference in every)
    pairs = [pair for pair, total in zip(every, totals, strict=True) if total <= MOST]
    in_source = Counter(word for source, _ in pairs for word in source)
    in_reference = Counter(word for _, reference in pairs for word in reference)
    in_both = Counter((word, other) for source, reference in pairs for word in reference for other in source)
    found: dict[str, set[str]] = defaultdict(set)
    for (word, other), both in in_both.items():
        if both >= PARTNER_LINES and 2 * both >= PARTNER * (in_source[other] + in_reference[word]):
            found[word].add(other)
    return {word: frozenset(others) for word, others in found.items()}

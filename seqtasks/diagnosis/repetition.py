"""Words that a translation says again, where neither its source nor its reference does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from seqtasks.diagnosis.limits import REPEATED
from seqtasks.diagnosis.lines import Usual, Words
from seqtasks.text.tokenizers import is_word


@dataclass(frozen=True)
class Repeated:
    """Words that stand `copies` times where `allowed` would be right."""

    words: tuple[str, ...]
    copies: int
    allowed: int

    @property
    def surplus(self) -> int:
        """How many words are too many."""
        return (self.copies - self.allowed) * len(self.words)


def repetitions(words: Words, usual: Usual) -> list[Repeated]:
    """Copies of an n-gram one after the other, of up to REPEATED words, and copies that stand apart, of REPEATED words.

    One after the other: more copies than any n-gram has in a row in the source or the reference; two of one word are no fault where any
    reference doubles that word. Apart: more copies than the reference has of it, and than the source has of any n-gram one word shorter,
    as languages differ in how many words they need.
    """
    found = []
    for size in range(1, REPEATED + 1):
        ngram, copies = longest_run(words.output_marked, size)
        allowed = max(longest_run(side, size)[1] for side in (words.source_marked, words.reference_marked))
        usually_doubled = size == 1 and copies == 2 and ngram[0] in usual.doubled
        if copies > allowed and not usually_doubled:
            found.append(Repeated(ngram, copies, allowed))
    in_reference, in_source = ngrams(words.reference, REPEATED), ngrams(words.source, REPEATED - 1)
    most = max(in_source.values(), default=1)
    for ngram, copies in ngrams(words.output, REPEATED).items():
        allowed = max(most, in_reference[ngram])
        if copies > allowed:
            found.append(Repeated(ngram, copies, allowed))
    return found


def longest_run(words: Sequence[str], size: int) -> tuple[tuple[str, ...], int]:
    """The n-gram of `size` words with the most copies in a row, and how many; of several the first. Marks alone are none; 1 for no word.

    Copies follow one another where the words agree with those `size` places on for long enough.
    """
    best, start, agreeing = (0, 0), 0, 0
    for place in range(len(words) - size):
        if words[place] == words[place + size] and any(map(is_word, words[place : place + size])):
            start, agreeing = (start, agreeing + 1) if agreeing else (place, 1)
            best = max(best, (agreeing // size, -start))
        else:
            agreeing = 0
    copies, start = best[0], -best[1]
    return tuple(words[start : start + size]), copies + 1


def ngrams(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    """How often each n-gram of `size` words occurs; of copies that overlap the first counts."""
    counts: Counter[tuple[str, ...]] = Counter()
    free: dict[tuple[str, ...], int] = {}
    for place in range(len(words) - size + 1):
        ngram = tuple(words[place : place + size])
        if place >= free.get(ngram, 0):
            counts[ngram] += 1
            free[ngram] = place + size
    return counts

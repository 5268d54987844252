"""What differs between the words of a translation and those of its reference. O output words, R reference words.

The words that stand in both, in one order, are those of a longest common subsequence (by rapidfuzz); what lies between two of them is a
gap, with words of the output, of the reference, or both. A word that is in the gaps of both sides has moved. In each gap forms of one word
are paired first, then the rest from the left: one word for another. What is left over is missing or invented.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from os.path import commonprefix

from seqtasks.diagnosis.limits import STEM, STEM_SHARE

WINDOW = 20  # places of a gap that forms of one word are looked for in: long gaps do not take long
APOSTROPHES = ("'", "’")
Pair = tuple[str, str]  # (what was written, what the reference has)


@dataclass
class Differences:
    """forms and replaced: (written, wanted) of another form of the word, or of another word; moved: words at another place; missing: words
    of the reference only; invented: of the output only. Each in the order of the line.
    """

    forms: list[Pair] = field(default_factory=list)
    replaced: list[Pair] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.forms, self.replaced, self.moved, self.missing, self.invented))


def differences(output: Sequence[str], reference: Sequence[str], are_forms: Callable[[str, str], bool]) -> Differences:
    """Between two lists of words. are_forms: whether two different words are forms of one."""
    found = Differences()
    between = list(gaps(output, reference))
    moved = Counter(word for written, _ in between for word in written) & Counter(word for _, wanted in between for word in wanted)
    left, right = moved.copy(), moved.copy()
    for written, wanted in between:
        rest, elsewhere = parted(written, left)
        lacking, _ = parted(wanted, right)
        found.moved += elsewhere
        places = paired_forms(rest, lacking, are_forms)
        found.forms += [(rest[here], lacking[there]) for here, there in places.items()]
        taken = set(places.values())
        rest = [word for here, word in enumerate(rest) if here not in places]
        lacking = [word for there, word in enumerate(lacking) if there not in taken]
        both = min(len(rest), len(lacking))
        found.replaced += zip(rest[:both], lacking[:both], strict=True)
        found.invented += rest[both:]
        found.missing += lacking[both:]
    return found


def paired_forms(written: Sequence[str], wanted: Sequence[str], are_forms: Callable[[str, str], bool]) -> dict[int, int]:
    """{place in `written`: place in `wanted`} of words that are forms of one, the first free one for each, at most WINDOW places apart."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for here, word in enumerate(written):
        near = range(max(0, here - WINDOW), min(len(wanted), here + WINDOW + 1))
        there = next((place for place in near if place not in taken and are_forms(word, wanted[place])), None)
        if there is not None:
            found[here] = there
            taken.add(there)
    return found


def gaps(output: Sequence[str], reference: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """(words of the output, words of the reference) between the words that both have in one order."""
    from rapidfuzz.distance import LCSseq

    here, there = 0, 0
    blocks = [step for step in LCSseq.opcodes(output, reference) if step.tag == "equal"]
    for first, last, start, end in [(step.src_start, step.src_end, step.dest_start, step.dest_end) for step in blocks]:
        if here < first or there < start:
            yield list(output[here:first]), list(reference[there:start])
        here, there = last, end
    if here < len(output) or there < len(reference):
        yield list(output[here:]), list(reference[there:])


def parted(words: Sequence[str], taken: Counter[str]) -> tuple[list[str], list[str]]:
    """The words that stay, and those that are taken, each as often as `taken` has it still, from which they are then taken away."""
    sides: tuple[list[str], list[str]] = [], []
    for word in words:
        sides[taken[word] > 0].append(word)
        taken[word] -= taken[word] > 0
    return sides


def same_stem(one: str, other: str, share: float = STEM_SHARE) -> bool:
    """Whether two words begin alike for STEM letters, or all but one of three, and for a share of the longer one, accents aside; or one is
    the other elided ("n'" and "ne"): forms of one word, mostly. Never numbers.
    """
    first, second = bare(one), bare(other)
    if one == other or any(sign.isdigit() for sign in first + second):
        return False
    alike, longest = len(commonprefix([first, second])), max(len(first), len(second))
    elided = first[-1:] in APOSTROPHES or second[-1:] in APOSTROPHES
    if longest == 2:
        return elided and alike == 1
    return alike >= min(STEM, longest - 1) and alike >= share * longest


@lru_cache(maxsize=10_000)
def bare(word: str) -> str:
    """The letters without their accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))

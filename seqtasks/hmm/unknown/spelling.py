"""Parts of words as numbers: a hash of any part of any word, for all words at once.

A word is a row of characters; the hash of its first k characters is h(k) = h(k - 1) * M + character k, modulo 2 ** 64, and that of the part
from a to b is h(b) - h(a) * M ** (b - a) (Rabin and Karp 1987). Hashes depend on the text only, not on the process.

Shape letters: W words, L characters kept of a word.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
HEAD, TAIL = 12, 20  # characters kept of a long word: its first and its last ones
WIDTH = HEAD + TAIL
M = np.uint64(0x9E3779B97F4A7C15 | 1)
POWERS = np.multiply.accumulate(np.concatenate([[np.uint64(1)], np.full(WIDTH, M)]), dtype=np.uint64)
MIX = np.uint64(0xBF58476D1CE4E5B9)
SALT = 0xD6E8FEB86659FD93  # not M: a salt must not look like one more character


class Spellings:
    """The hashes of all parts of words. lengths_W: characters kept; a word longer than WIDTH loses its middle."""

    def __init__(self, words: Sequence[str]) -> None:
        clipped = [word if len(word) <= WIDTH else word[:HEAD] + word[-TAIL:] for word in words]
        self.lengths_W = np.fromiter(map(len, clipped), dtype=np.int64, count=len(clipped))
        width = int(self.lengths_W.max(initial=0))
        flat = np.frombuffer("".join(clipped).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.characters_WL = np.zeros((len(clipped), width), dtype=np.uint64)
        self.characters_WL[np.arange(width) < self.lengths_W[:, None]] = flat
        self.heads_WL = np.zeros((len(clipped), width + 1), dtype=np.uint64)
        for place in range(width):
            self.heads_WL[:, place + 1] = self.heads_WL[:, place] * M + self.characters_WL[:, place] + np.uint64(1)

    def part(self, begin: NDArray[np.int64] | int, end: NDArray[np.int64] | int) -> Hashes:
        """The hash of characters begin to end (exclusive) of each word; where there are none such, the number means nothing."""
        rows = np.arange(len(self.lengths_W))
        begins = np.clip(begin, 0, self.lengths_W)
        ends = np.clip(end, begins, self.lengths_W)
        return np.asarray(self.heads_WL[rows, ends] - self.heads_WL[rows, begins] * POWERS[ends - begins])

    def whole(self) -> Hashes:
        """The hash of each word."""
        return self.part(0, self.lengths_W)


def hashes_of(texts: Sequence[str]) -> Hashes:
    """The hash of each text."""
    return Spellings(texts).whole()


def joined(first: Hashes, second: Hashes, length: int) -> Hashes:
    """The hashes of texts of which the second part has `length` characters."""
    return np.asarray(first * POWERS[length] + second)


def salted(hashes: Hashes, salt: int) -> Hashes:
    """Other hashes for each salt, with all bits mixed (Steele, Lea and Flood 2014)."""
    mixed = (hashes ^ np.uint64(salt * SALT % 2**64)) * MIX
    mixed ^= mixed >> np.uint64(29)
    mixed *= MIX
    return np.asarray(mixed ^ (mixed >> np.uint64(32)))


class HashTable:
    """Values by hash, looked up for many at once; what is not in the table gets -1. Of equal hashes the first counts."""

    def __init__(self, hashes: Hashes, values: NDArray[np.int32]) -> None:
        self.hashes, first = np.unique(hashes, return_index=True)
        self.values = values[first]

    def __call__(self, wanted: Hashes) -> NDArray[np.int32]:
        if not len(self.hashes):
            return np.full(wanted.shape, -1, dtype=np.int32)
        places = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        return np.where(self.hashes[places] == wanted, self.values[places], np.int32(-1))

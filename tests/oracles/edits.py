"""The edit distance of two sequences, by its definition."""

from collections.abc import Sequence
from functools import cache


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest insertions, deletions and substitutions that turn one into the other."""

    @cache
    def rest(first: int, second: int) -> int:
        if first == len(one) or second == len(other):
            return len(one) - first + len(other) - second
        if one[first] == other[second]:
            return rest(first + 1, second + 1)
        return 1 + min(rest(first + 1, second), rest(first, second + 1), rest(first + 1, second + 1))

    return rest(0, 0)

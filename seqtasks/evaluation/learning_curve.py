"""Where one learning curve rises above another: from how many training sentences on the better system is better for sure.

"Above" means that the 95 % intervals no longer touch, at this size and at all larger ones that both curves have. That asks for more than a
paired test does: two systems whose intervals overlap a little may still differ significantly (Schenker and Gentleman 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from seqtasks.evaluation.comparison import Crossover, CurvePoint


def crossovers(points: Sequence[CurvePoint]) -> list[Crossover]:
    """For every two systems, in the order in which the points name them: where the second rises above the first.

    Raises ValueError where a system has two points of the same size.
    """
    curves: dict[str, dict[int, CurvePoint]] = {}
    for point in points:
        curve = curves.setdefault(point.system, {})
        if point.sentences in curve:
            raise ValueError(f"{point.system} has two points at {point.sentences} training sentences")
        curve[point.sentences] = point
    return [_crossover(first, second, curves[first], curves[second]) for first, second in combinations(curves, 2)]


def _crossover(first: str, second: str, low: dict[int, CurvePoint], high: dict[int, CurvePoint]) -> Crossover:
    sizes = sorted(set(low) & set(high))
    if not sizes:
        return Crossover(first, second, None, f"{first} and {second} have no training size in common.")
    risen, overtaken = _from_where(sizes, low, high), _from_where(sizes, high, low)
    if risen is not None:
        sentence = _rises(second, first, risen, sizes, high[risen].tokens)
    elif overtaken is not None:
        sentence = _rises(first, second, overtaken, sizes, low[overtaken].tokens)
    else:
        largest = f"{sizes[-1]:,} training sentences"
        sentence = f"The intervals of {first} and {second} still touch at {largest}: no crossover is certain up to there."
    return Crossover(first, second, risen, sentence)


def _from_where(sizes: Sequence[int], below: dict[int, CurvePoint], above: dict[int, CurvePoint]) -> int | None:
    """The smallest size from which on every interval of `above` lies over that of `below`."""
    found = None
    for size in reversed(sizes):
        under, over = below[size].interval, above[size].interval
        if under is None or over is None or not over[0] > under[1]:
            break
        found = size
    return found


def _rises(better: str, worse: str, size: int, sizes: Sequence[int], tokens: int) -> str:
    if size == sizes[0]:
        return f"{better} lies above {worse} at every size, from {size:,} training sentences ({tokens:,} words) on."
    return f"From {size:,} training sentences ({tokens:,} words) on, the interval of {better} lies above that of {worse}."

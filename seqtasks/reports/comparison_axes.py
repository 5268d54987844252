"""Axes of a drawing: which part of the numbers it shows, where a number stands on it (in percent of its length), and its ticks."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass

TICKS = 6  # at most; more would touch on a telephone


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of numbers. A logarithmic one needs `low` above 0. Raises ValueError for an empty or impossible stretch."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high) or (self.log and self.low <= 0):
            raise ValueError(f"an axis cannot run from {self.low} to {self.high}{' on a log scale' if self.log else ''}")

    def at(self, value: float) -> float:
        """Where a number stands: 0 at the low end, 100 at the high one; a number outside stands at its end."""
        if self.log:
            value = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            value = (value - self.low) / (self.high - self.low)
        return 100.0 * min(1.0, max(0.0, value))

    def ticks(self, most: int = TICKS) -> list[float]:
        """Round numbers within the stretch, at most `most` of them."""
        if not self.log:
            return _even(self.low, self.high, most)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            found = _decades(self.low, self.high, steps)
            if 2 <= len(found) <= most:
                return found
        found = _decades(self.low, self.high, (1,))
        return found[:: math.ceil(len(found) / most)] if len(found) >= 2 else _even(self.low, self.high, most)

    def label(self, tick: float) -> str:
        """A tick as text: thousands as k, and no more decimals than tell ticks apart."""
        for divisor, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
            if abs(tick) >= divisor:
                return f"{tick / divisor:.6g}{unit}"
        return "0" if tick == 0 else f"{tick:.6g}".replace("-", "−")


def axis_around(values: Iterable[float | None], *, log: bool = False, low: float | None = None, high: float | None = None) -> Axis:
    """An axis with room around the numbers, never past `low` or `high`. None, infinite and (on a log scale) numbers not above 0 are
    passed over; where nothing is left, it runs from 0 (or 1) to 100.
    """
    known = [value for value in values if value is not None and math.isfinite(value) and (value > 0 or not log)]
    if not known:
        return Axis(1, 100, True) if log else Axis(0, 100)
    first, last = min(known), max(known)
    if log:
        room = max(1.25, math.exp(0.08 * (math.log(last) - math.log(first))))
        return Axis(max(sys.float_info.min, first / room), min(sys.float_info.max, last * room), True)
    room = 0.08 * (last - first) or max(0.5, 0.01 * abs(last))
    start = first - room if low is None else max(low, first - room)
    end = last + room if high is None else min(high, last + room)
    return Axis(start, end) if start < end else Axis(start - 1, end + 1)


def _even(low: float, high: float, most: int) -> list[float]:
    exponent = math.floor(math.log10((high - low) / most))
    magnitude = 10.0**exponent
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = factor * magnitude
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return [round(count * step, 2 - exponent) for count in range(first, last + 1)]
    raise ValueError(f"no round ticks from {low} to {high}")  # 50 steps of a magnitude always cover it


def _decades(low: float, high: float, steps: Iterable[int]) -> list[float]:
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return sorted(value for exponent in exponents for step in steps if low <= (value := step * 10.0**exponent) <= high)

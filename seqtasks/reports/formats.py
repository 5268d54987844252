"""How numbers are written on a page: as many digits as they carry, with their unit, and a dash for what was not measured."""

from __future__ import annotations

import math

DASH = "–"
METRICS = {"accuracy": "accuracy", "f1": "F1 of entities"}
_SMALLEST_P = 0.0001


def metric_name(metric: str) -> str:
    """What a score is called in a sentence."""
    return METRICS.get(metric, metric)


def percent(value: float | None) -> str:
    """A score or share in percent: two decimals, no sign (the heading says that it is percent)."""
    return DASH if value is None or math.isnan(value) else f"{value:.2f}"


def points(value: float) -> str:
    """A difference between scores, with its sign; a true minus, and no sign before nothing."""
    text = f"{abs(value):.2f}"
    return text if float(text) == 0 else f"{'+' if value > 0 else '−'}{text}"


def interval(bounds: tuple[float, float] | None) -> str:
    """The two ends of an interval of scores."""
    return DASH if bounds is None else f"{percent(bounds[0])} to {percent(bounds[1])}"


def interval_of_points(bounds: tuple[float, float] | None) -> str:
    """The two ends of an interval of differences."""
    return DASH if bounds is None else f"{points(bounds[0])} to {points(bounds[1])}"


def probability(value: float | None) -> str:
    """A p-value: two digits that matter, and no more than the tests can say."""
    if value is None or math.isnan(value):
        return DASH
    if value < _SMALLEST_P:
        return f"< {_SMALLEST_P}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}" if value >= 0.01 else f"{value:.4f}"


def whole(value: int | None) -> str:
    """A count, with commas."""
    return DASH if value is None else f"{value:,}"


def seconds(value: float | None) -> str:
    """A length of time in the unit a person would say it in."""
    if value is None:
        return DASH
    for limit, divisor, form, unit in _TIMES:
        if value < limit:
            return f"{value / divisor:{form}} {unit}"
    return f"{value / 86400:,.1f} days"


def size(value: float | None) -> str:
    """Bytes in the unit a person would say them in (thousands, not 1,024)."""
    if value is None:
        return DASH
    for divisor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= 0.9995 * divisor:
            return f"{three_digits(value / divisor)} {unit}"
    return f"{value:.0f} B"


def three_digits(value: float | None) -> str:
    """A number that is not negative, to three digits, with commas: 71,300, 812, 3.41, 0.0123."""
    if value is None:
        return DASH
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "∞"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.{max(0, 2 - math.floor(math.log10(abs(rounded))))}f}"


def times(value: float) -> str:
    """A ratio of two costs, as in "23 times": two digits below a hundred."""
    return f"{value:.1f}" if value < 10 else f"{round(value):,}" if value < 1000 else three_digits(value)


def number(value: float) -> str:
    """A score of a run: two decimals; infinity as its sign."""
    return f"{value:,.2f}" if math.isfinite(value) else "∞"


_TIMES = (
    (0.0005, 1, ".0f", "s"),
    (0.1, 0.001, ".0f", "ms"),
    (10, 1, ".2f", "s"),
    (100, 1, ".1f", "s"),
    (600, 1, ".0f", "s"),
    (5400, 60, ".1f", "min"),
    (172800, 3600, ".1f", "h"),
)

"""The plain rows of a comparison: the same for comparison.csv, the terminal and the page. Numbers are numbers here; None was not measured.

`comparison_rows`, `pair_rows` and `label_rows` give headers and rows; `shown` writes a value of them as a reader wants it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

from seqtasks.evaluation.comparison import Comparison, SystemReport
from seqtasks.reports.comparison_numbers import DASH, percent, points, probability, seconds, size, speed, whole

Value = str | int | float | None
Rows = tuple[list[str], list[list[Value]]]


def comparison_rows(comparison: Comparison) -> Rows:
    """One row a system with each of its numbers; the cells of the words follow as columns of their own.

    Where systems have different cells, those of others are None. `runs` joins the scores of all runs by spaces.
    """
    names = list(dict.fromkeys(cell.name for system in comparison.systems for cell in system.cells))
    headers = [*_SYSTEM, *(f"{name}{part}" for name in names for part in _SHARE)]
    rows = []
    for system in comparison.systems:
        cells = {cell.name: cell for cell in system.cells}
        row: list[Value] = [_SYSTEM[header](comparison, system) for header in _SYSTEM]
        for name in names:
            cell = cells.get(name)
            low, high = (cell.interval if cell else None) or (None, None)
            row += [cell.value, low, high, cell.count, cell.total] if cell else [None] * len(_SHARE)
        rows.append(row)
    return headers, rows


def pair_rows(comparison: Comparison) -> Rows:
    """One row a pair of systems: difference (second minus first), tests, overlap of errors, and the sentence that says it all."""
    rows: list[list[Value]] = []
    for pair in comparison.pairs:
        low, high = pair.interval or (None, None)
        seeds = pair.seeds
        seeds_low, seeds_high = (seeds.interval if seeds else None) or (None, None)
        both_low, both_high = (seeds.both_interval if seeds else None) or (None, None)
        rows.append(
            [
                *(pair.first, pair.second, pair.difference, low, high),
                *(pair.p_bootstrap, pair.p_randomisation, pair.p_mcnemar),
                *(pair.holm_bootstrap, pair.holm_randomisation, pair.holm_mcnemar),
                *((seeds.kind, seeds.difference, seeds_low, seeds_high, seeds.p, seeds.exact_p) if seeds else (None,) * 6),
                *((both_low, both_high, seeds.both_p, seeds.runs_needed) if seeds else (None,) * 4),
                *(pair.overlap.both_right, pair.overlap.only_first_wrong, pair.overlap.only_second_wrong, pair.overlap.both_wrong),
                *(pair.overlap.oracle, pair.sentence),
            ]
        )
    return list(_PAIR), rows


def label_rows(comparison: Comparison) -> Rows:
    """One row for each system and tag (or entity type)."""
    rows: list[list[Value]] = [
        [system.name, label.label, label.precision, label.recall, label.f1, label.support, label.predicted]
        for system in comparison.systems
        for label in system.labels
    ]
    return ["system", "label", "precision", "recall", "f1", "support", "predicted"], rows


def shown(header: str, value: Value) -> str:
    """A value under its header, as text for a reader: rounded, with its unit; a dash where there is none."""
    if value is None:
        return DASH
    if isinstance(value, str):
        return value
    form = _FORMS.get(header)
    if form is None:
        return whole(value) if isinstance(value, int) else percent(value)
    return form(value)


def _median(_: Comparison, system: SystemReport) -> Value:
    return statistics.median(system.runs) if system.runs else None


_SYSTEM: dict[str, Callable[[Comparison, SystemReport], Value]] = {
    "system": lambda comparison, system: system.name,
    "metric": lambda comparison, system: comparison.metric,
    "score": lambda comparison, system: system.score.value,
    "low": lambda comparison, system: system.score.interval[0] if system.score.interval else None,
    "high": lambda comparison, system: system.score.interval[1] if system.score.interval else None,
    "number of runs": lambda comparison, system: len(system.runs),
    "median of runs": _median,
    "lowest run": lambda comparison, system: min(system.runs, default=None),
    "highest run": lambda comparison, system: max(system.runs, default=None),
    "runs": lambda comparison, system: " ".join(str(run) for run in system.runs),
    "training seconds": lambda comparison, system: system.cost.training_seconds,
    "tokens per second": lambda comparison, system: system.cost.tokens_per_second,
    "parameters": lambda comparison, system: system.cost.parameters,
    "bytes on disk": lambda comparison, system: system.cost.bytes_on_disk,
    "peak memory": lambda comparison, system: system.cost.peak_memory,
    "device": lambda comparison, system: system.cost.device,
    "calibration error": lambda comparison, system: system.calibration.error if system.calibration else None,
    "adaptive calibration error": lambda comparison, system: system.calibration.adaptive_error if system.calibration else None,
    "brier": lambda comparison, system: system.calibration.brier if system.calibration else None,
    "without duplicates": lambda comparison, system: comparison.audit.score_without_duplicates.get(system.name),
    "signature": lambda comparison, system: system.score.signature,
    "shown run": lambda comparison, system: system.paths[system.shown] if 0 <= system.shown < len(system.paths) else None,
}
_SHARE = ("", " low", " high", " count", " total")
_PAIR = (
    *("first", "second", "difference", "difference low", "difference high"),
    *("p bootstrap", "p randomisation", "p mcnemar", "holm bootstrap", "holm randomisation", "holm mcnemar"),
    *("test of seeds", "difference of seeds", "difference of seeds low", "difference of seeds high", "p seeds", "p seeds exact"),
    *("difference of seeds and sentences low", "difference of seeds and sentences high", "p seeds and sentences", "runs needed"),
    *("both right", "only first wrong", "only second wrong", "both wrong", "oracle", "sentence"),
)
_FORMS: dict[str, Callable[[float], str]] = {
    "training seconds": seconds,
    "tokens per second": speed,
    "bytes on disk": size,
    "peak memory": size,
    "brier": lambda value: f"{value:.4f}",
    **dict.fromkeys((name for name in _PAIR if name.startswith("difference")), points),
    **dict.fromkeys((name for name in _PAIR if name.startswith(("p ", "holm "))), probability),
}

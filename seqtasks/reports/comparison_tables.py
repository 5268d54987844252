"""The plain rows of a comparison: for comparison.csv, and by kind of word, tag and confusion for its page. None was not measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import NamedTuple

from seqtasks.evaluation.comparison import Comparison, Confusion, LabelScore, Share

Value = str | int | float | None
Row = dict[str, Value]  # by heading
MARKED = 3  # tags marked as those where systems differ most
ENOUGH = 10  # words of a tag below which its F1 says too little to be marked
LISTED = 15  # confusions


class Label(NamedTuple):
    """A tag (or type of entities): how often it is in gold, how far the F1 of systems lie apart, and the scores of each system."""

    name: str
    support: int
    spread: float
    scores: dict[str, LabelScore]
    marked: bool = False


class Confused(NamedTuple):
    """A tag taken for another one: by each system how often, and in which share of the words with this gold tag, in percent."""

    gold: str
    answered: str
    counts: dict[str, int]
    shares: dict[str, float]


def comparison_rows(comparison: Comparison) -> list[Row]:
    """One row a system with each of its numbers; the cells of the words follow as columns of their own.

    Where systems have different cells, those of others are None. `runs` joins the scores of all runs by spaces.
    """
    names = list(kinds(comparison))
    rows = []
    for system in comparison.systems:
        (low, high), runs, cost, calibration = system.score.interval or (None, None), system.runs, system.cost, system.calibration
        row: Row = {
            "system": system.name,
            "metric": comparison.metric,
            "score": system.score.value,
            "low": low,
            "high": high,
            "number of runs": len(runs),
            "median of runs": statistics.median(runs) if runs else None,
            "lowest run": min(runs, default=None),
            "highest run": max(runs, default=None),
            "runs": " ".join(map(str, runs)),
            **{name.replace("_", " "): value for name, value in vars(cost).items()},
            "calibration error": calibration.error if calibration else None,
            "adaptive calibration error": calibration.adaptive_error if calibration else None,
            "brier": calibration.brier if calibration else None,
            "without duplicates": comparison.audit.score_without_duplicates.get(system.name),
            "signature": system.score.signature,
            "shown run": system.paths[system.shown] if 0 <= system.shown < len(system.paths) else None,
        }
        cells = {cell.name: cell for cell in system.cells}
        for name in names:
            cell = cells.get(name)
            low, high = (cell.interval if cell else None) or (None, None)
            values = (cell.value, low, high, cell.count, cell.total) if cell else (None,) * 5
            row |= dict(zip((f"{name}{part}" for part in ("", " low", " high", " count", " total")), values, strict=True))
        rows.append(row)
    return rows


def kinds(comparison: Comparison) -> dict[str, dict[str, Share]]:
    """The cells by kind of word (or of entity), and by system."""
    names = dict.fromkeys(cell.name for system in comparison.systems for cell in system.cells)
    return {name: {system.name: cell for system in comparison.systems for cell in system.cells if cell.name == name} for name in names}


def labels(comparison: Comparison) -> list[Label]:
    """The tags, the most frequent first; those frequent enough on which systems differ most are marked."""
    names = dict.fromkeys(label.label for system in comparison.systems for label in system.labels)
    found = []
    for name in names:
        scores = {system.name: label for system in comparison.systems for label in system.labels if label.label == name}
        values = [score.f1 for score in scores.values()]
        found.append(Label(name, max(score.support for score in scores.values()), max(values) - min(values), scores))
    found.sort(key=lambda label: -label.support)
    most = sorted((label for label in found if label.support >= ENOUGH and label.spread > 0), key=lambda label: -label.spread)[:MARKED]
    return [label._replace(marked=label in most) for label in found]


def confused_pairs(confusions: Mapping[str, Confusion], most: int = LISTED) -> list[Confused]:
    """The most frequent confusions first by the system that makes them most."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for name, confusion in confusions.items():
        for gold, row in zip(confusion.labels, confusion.counts, strict=True):
            for answered, count in zip(confusion.labels, row, strict=True):
                if count and gold != answered:
                    found.setdefault((gold, answered), dict.fromkeys(confusions, 0))[name] = count
    ranked = sorted(found.items(), key=lambda item: (-max(item[1].values()), item[0]))
    totals = {name: dict(zip(one.labels, map(sum, one.counts), strict=True)) for name, one in confusions.items()}
    return [
        Confused(gold, answered, counts, {name: 100 * count / max(totals[name].get(gold, 0), 1) for name, count in counts.items()})
        for (gold, answered), counts in ranked[:most]
    ]

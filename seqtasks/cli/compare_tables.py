"""The tables of a comparison on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from seqtasks.cli.output import shown, styled
from seqtasks.evaluation.comparison import Comparison, Cost, ScoreDifference, SystemReport
from seqtasks.evaluation.score import Score

NOT_MEASURED = "-"


def system_table(comparison: Comparison) -> Table:
    """A row for each system: score with interval, calibration and cost; the range over seeds where there are several."""
    title = f"{comparison.metric} of {comparison.layer} on {comparison.split} ({comparison.sentences:,} {comparison.unit})"
    several = any(len(system.runs) > 1 for system in comparison.systems)
    headers = [f"{comparison.metric} (95 %)", *(["seeds"] if several else []), "ECE", "training", "words/s", "numbers", "memory"]
    table = plain_table(title, ["system"], headers)
    for system in comparison.systems:
        seeds = [seeds_of(system)] if several else []
        table.add_row(shown(system.name), scored(system.score), *seeds, calibration(system), *cost(system.cost))
    return table


def pair_table(comparison: Comparison) -> Table:
    """A row for each pair: the difference with its interval, and p-values corrected for the number of pairs."""
    title = f"Differences, and p-values after Holm's correction for {len(comparison.pairs)} pairs"
    table = plain_table(title, ["pair"], ["difference (95 %)", "bootstrap", "randomisation", "McNemar"])
    for pair in comparison.pairs:
        table.add_row(shown(f"{pair.second} - {pair.first}"), *tested(pair), p_value(pair.holm_mcnemar))
    return table


def plain_table(title: str, names: list[str], numbers: list[str]) -> Table:
    """An empty table without frames: columns of names to the left, of numbers to the right."""
    table = Table(title=shown(title), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, no_wrap=True)
    for number in numbers:
        table.add_column(number, justify="right", no_wrap=True)
    return table


def print_table(table: Table) -> None:
    """Print it in full: on a narrow terminal its lines break rather than lose names or digits."""
    console = Console(file=styled(sys.stdout), markup=False, emoji=False)
    console.width = max(console.width, Measurement.get(console, console.options.update(max_width=1000), table).maximum)
    console.print(table)


def seeds_of(system: SystemReport) -> str:
    return NOT_MEASURED if len(system.runs) == 1 else f"{min(system.runs):.2f} to {max(system.runs):.2f}"


def calibration(system: SystemReport) -> str:
    return f"{system.calibration.error:.1f}" if system.calibration else NOT_MEASURED


def cost(cost: Cost) -> list[str]:
    """Training time, words a second, learned numbers and peak memory, as people read them; the report has more."""
    counts = [measured(number, compact) for number in (cost.tokens_per_second, cost.parameters)]
    return [measured(cost.training_seconds, duration), *counts, measured(cost.peak_memory, lambda size: f"{size / 1e6:.0f}M")]


def measured(value: float | None, form: Callable[[float], str]) -> str:
    return NOT_MEASURED if value is None else form(value)


def scored(score: Score) -> str:
    """A score with its interval."""
    return f"{score.value:.2f}" + (f" ({score.interval[0]:.1f} to {score.interval[1]:.1f})" if score.interval else "")


def tested(found: ScoreDifference) -> list[str]:
    """The difference with its interval, and what the bootstrap and randomisation say of it."""
    interval = f" ({found.interval[0]:+.2f} to {found.interval[1]:+.2f})" if found.interval else ""
    return [f"{found.difference:+.2f}{interval}", p_value(found.holm_bootstrap), p_value(found.holm_randomisation)]


def duration(seconds: float) -> str:
    """59.9 s, 1:05: rounded before it is cut into minutes, so that no minute has 60 seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{seconds:.1f} s" if round(seconds, 1) < 60 else f"{minutes}:{rest:02}"


def compact(number: float) -> str:
    """157k, 2.3M: rounded before the unit is chosen, so that none has 1000."""
    if round(number) < 1000:
        return f"{number:.0f}"
    return f"{number / 1000:.0f}k" if round(number / 1000) < 1000 else f"{number / 1e6:.1f}M"


def p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"

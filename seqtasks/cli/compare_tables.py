"""The tables of a comparison on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from seqtasks.evaluation.comparison import Comparison, SystemReport

NOT_MEASURED = "-"


def system_table(comparison: Comparison) -> Table:
    """A row for each system: score with interval, calibration and cost; the range over seeds where there are several."""
    title = f"{comparison.metric} of {comparison.layer} on {comparison.split} ({comparison.sentences:,} sentences)"
    several = any(len(system.runs) > 1 for system in comparison.systems)
    headers = [f"{comparison.metric} (95 %)", *(["seeds"] if several else []), "ECE", "training", "words/s", "numbers", "memory"]
    table = plain_table(title, ["system"], headers)
    for system in comparison.systems:
        low, high = system.score.interval or (None, None)
        interval = f" ({low:.1f} to {high:.1f})" if low is not None and high is not None else ""
        seeds = [seeds_of(system)] if several else []
        table.add_row(system.name, f"{system.score.value:.2f}{interval}", *seeds, calibration(system), *cost(system))
    return table


def pair_table(comparison: Comparison) -> Table:
    """A row for each pair: the difference with its interval, and p-values corrected for the number of pairs."""
    title = f"Differences, and p-values after Holm's correction for {len(comparison.pairs)} pairs"
    table = plain_table(title, ["pair"], ["difference (95 %)", "bootstrap", "randomisation", "McNemar"])
    for pair in comparison.pairs:
        interval = f" ({pair.interval[0]:+.2f} to {pair.interval[1]:+.2f})" if pair.interval else ""
        tests = [p_value(p) for p in (pair.holm_bootstrap, pair.holm_randomisation, pair.holm_mcnemar)]
        table.add_row(f"{pair.second} - {pair.first}", f"{pair.difference:+.2f}{interval}", *tests)
    return table


def plain_table(title: str, names: list[str], numbers: list[str]) -> Table:
    """An empty table without frames: columns of names to the left, of numbers to the right."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, no_wrap=True)
    for number in numbers:
        table.add_column(number, justify="right", no_wrap=True)
    return table


def print_table(table: Table) -> None:
    """Print it in full: on a narrow terminal its lines break rather than lose names or digits."""
    console = Console()
    console.width = max(console.width, Measurement.get(console, console.options.update(max_width=1000), table).maximum)
    console.print(table)


def seeds_of(system: SystemReport) -> str:
    return NOT_MEASURED if len(system.runs) == 1 else f"{min(system.runs):.2f} to {max(system.runs):.2f}"


def calibration(system: SystemReport) -> str:
    return f"{system.calibration.error:.1f}" if system.calibration else NOT_MEASURED


def cost(system: SystemReport) -> list[str]:
    """Training time, words a second, learned numbers and peak memory, as people read them; the report has more."""
    cost = system.cost
    counts = [compact(number) if number is not None else NOT_MEASURED for number in (cost.tokens_per_second, cost.parameters)]
    memory = f"{cost.peak_memory / 1e6:.0f}M" if cost.peak_memory is not None else NOT_MEASURED
    return [duration(cost.training_seconds) if cost.training_seconds is not None else NOT_MEASURED, *counts, memory]


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

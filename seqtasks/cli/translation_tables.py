"""The tables of a comparison of translation systems on the terminal."""

from __future__ import annotations

from statistics import median

from rich.table import Table

from seqtasks.cli.compare_tables import compact, duration, measured, plain_table, scored, tested
from seqtasks.cli.output import shown
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.translation_comparison import TranslationComparison


def translation_system_table(comparison: TranslationComparison) -> Table:
    """A row for each system: every score with its interval, training time and learned numbers."""
    title = f"{comparison.source}-{comparison.target} on {comparison.split} ({comparison.lines:,} lines)"
    table = plain_table(title, ["system"], [*(f"{arrowed(name)} (95 %)" for name in comparison.names), "training", "numbers"])
    for system in comparison.systems:
        costs = measured(system.training_seconds, duration), measured(system.parameters, compact)
        table.add_row(shown(system.name), *(scored(system.scores[name].score) for name in comparison.names), *costs)
    return table


def translation_seed_table(comparison: TranslationComparison) -> Table:
    """A row for each system with several runs: median and range of every score."""
    table = plain_table("Over seeds: median (range)", ["system"], ["runs", *map(arrowed, comparison.names)])
    for system in comparison.systems:
        if len(system.paths) > 1:
            runs = [system.scores[name].runs for name in comparison.names]
            ranges = [f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})" for values in runs]
            table.add_row(shown(system.name), str(len(system.paths)), *ranges)
    return table


def translation_pair_table(comparison: TranslationComparison) -> Table:
    """A row for each pair and score: the difference with its interval, and p-values corrected for the number of pairs."""
    several = len(comparison.pairs) > 1
    after = f" after Holm's correction for {len(comparison.pairs)} pairs" if several else ""
    table = plain_table(f"Differences, and p-values{after}", ["pair", "score"], ["difference (95 %)", "bootstrap", "randomisation"])
    for pair in comparison.pairs:
        for place, (name, found) in enumerate(pair.differences.items()):
            table.add_row("" if place else shown(f"{pair.second} - {pair.first}"), arrowed(name), *tested(found))
    return table


def arrowed(name: str) -> str:
    """A score's name, with an arrow where lower is better."""
    return f"{name} ↓" if lower_is_better(name) else name

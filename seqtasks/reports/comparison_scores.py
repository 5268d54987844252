"""The parts of a comparison's page that say who scores what: systems, differences, kinds of words, and single tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqtasks.evaluation.comparison import Comparison, LabelScore
from seqtasks.reports.comparison_answer import LEVEL
from seqtasks.reports.comparison_drawing import series_name
from seqtasks.reports.comparison_grid import bdi, bullets_of, grid, heading, signature, two_lines
from seqtasks.reports.comparison_numbers import DASH, interval, interval_of_points, percent, points, probability, whole
from seqtasks.reports.comparison_plots import Tested, forest_plot, grouped_plot
from seqtasks.reports.comparison_tables import comparison_rows, pair_rows, shown
from seqtasks.reports.page import details, escape, paragraph

MARKED = 3  # tags marked as those where systems differ most
ENOUGH = 10  # words of a tag below which its F1 says too little to be marked
FEW = 3  # pairs or systems up to which long lists stand open
DRAWN = 30  # tags drawn; all stand in the table


def systems_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """The table of systems: scores, runs and costs."""
    headers, rows = comparison_rows(comparison)
    found = [dict(zip(headers, row, strict=True)) for row in rows]
    columns = [header for header in _COSTS if any(row[header] not in (None, "") for row in found)]
    devices = {str(row["device"]) for row in found}
    if len(devices) == 1 and "device" in columns:
        columns.remove("device")
    seeds = any(len(system.runs) > 1 for system in comparison.systems)
    cells = [
        [
            *(series_name(system.name, series), two_lines(percent(system.score.value), _interval(system.score.interval))),
            *([two_lines(shown("median of runs", row["median of runs"]), range_of(system.runs)), str(len(system.runs))] if seeds else []),
            *(escape(shown(header, row[header])) for header in columns),
        ]
        for system, row in zip(comparison.systems, found, strict=True)
    ]
    names = [
        "system",
        two_lines("score (%)", "95 % interval"),
        *([two_lines("median (%)", "range"), "runs"] if seeds else []),
        *(_COSTS[name] for name in columns),
    ]
    notes = [f"{series_name(system.name, series)}: {escape(note)}" for system in comparison.systems for note in system.notes]
    table = grid(
        names,
        cells,
        f"Systems on {comparison.split}" + (f", timed on {devices.pop()}" if len(devices) == 1 and "" not in devices else ""),
        numbers=[place for place, name in enumerate(names) if place and name != "device"],
        beneath=[system.score.signature for system in comparison.systems],
    )
    return "\n".join([table, bullets_of(notes), paths_of(comparison, series)]) if cells else ""


def paths_of(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Where the runs of each system lie, and the score of each."""
    rows = [
        [
            series_name(system.name, series),
            f'<span class="signature">{escape(path)}</span>',
            percent(system.runs[place]) if place < len(system.runs) else DASH,
            "shown" if place == system.shown else "",
        ]
        for system in comparison.systems
        for place, path in enumerate(system.paths)
    ]
    return (
        details("Every run", grid(["system", "run", "score (%)", ""], rows, "Runs; tables and plots are of those shown", numbers=(2,)))
        if rows
        else ""
    )


def differences_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """The pairs: sentences, forest plot, p-values, and the tests between seeds."""
    if not comparison.pairs:
        return ""
    few = len(comparison.pairs) <= FEW
    sentences = bullets_of([escape(pair.sentence) for pair in comparison.pairs if pair.sentence])
    seeds = seeds_table(comparison.pairs, series)
    parts = [
        sentences if few or not sentences else details("Every pair in words", sentences),
        forest_plot(comparison.pairs, series),
        tests_table(comparison, series),
        f"{heading('Between seeds')}{seeds if few else details('Every pair', seeds)}" if seeds else "",
        signature("|".join(f"{key}:{value}" for key, value in comparison.settings.items())),
    ]
    return "\n".join(filter(None, parts))


def tests_table(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Each pair's difference and its p-values, as tested and corrected."""
    headers, rows = pair_rows(comparison)
    cells = []
    for pair, row in zip(comparison.pairs, rows, strict=True):
        values = dict(zip(headers, row, strict=True))
        tests = [probability_cell(values[name]) for name in _TESTS]
        cells.append([minus(pair, series), points(pair.difference), interval_of_points(pair.interval), *tests])
    groups = [("", 3), ("as tested", 3), ("Holm-corrected", 3)]
    names = ["pair", "points", "95 % interval", *("bootstrap", "randomisation", "McNemar") * 2]
    return grid(names, cells, "Differences between pairs and their p-values", numbers=range(1, 9), groups=groups)


def seeds_table(pairs: Sequence[Tested], series: Mapping[str, int]) -> str:
    """The tests between the scores of several runs."""
    tested = [(pair, pair.seeds) for pair in pairs if pair.seeds]
    cells = [
        [
            *(minus(pair, series), escape(seeds.kind), points(seeds.difference)),
            *(interval_of_points(seeds.interval), probability_cell(seeds.p), probability_cell(seeds.exact_p)),
            *(interval_of_points(seeds.both_interval), probability_cell(seeds.both_p), whole(seeds.runs_needed)),
        ]
        for pair, seeds in tested
    ]
    groups = [("", 3), ("over seeds", 3), ("over seeds and sentences", 2), ("", 1)]
    names = ["pair", "test", "points", "95 % interval", "p", "exact p", "95 % interval", "p", "runs needed"]
    table = grid(names, cells, "Tests between the scores of several runs", numbers=range(2, 9), groups=groups)
    return table + bullets_of([escape(seeds.sentence) for _, seeds in tested if seeds.sentence])


def probability_cell(value: object) -> str:
    """A p-value of a table, bold where it is at most 0.05."""
    text = escape(probability(value if isinstance(value, (int, float)) else None))
    return f"<b>{text}</b>" if isinstance(value, (int, float)) and value <= LEVEL else text


def cells_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Shares by kind of word (or of entity)."""
    names = list(dict.fromkeys(cell.name for system in comparison.systems for cell in system.cells))
    if not names:
        return ""
    known = {system.name: {cell.name: cell for cell in system.cells} for system in comparison.systems}
    groups, rows = [], []
    for name in names:
        found = {system: cells[name] for system, cells in known.items() if name in cells}
        total = max(cell.total for cell in found.values())
        drawn = {system: (cell.value, cell.interval) for system, cell in found.items() if cell.total}
        groups.append((name, f"n = {whole(total)}", drawn))
        for place, (system, cell) in enumerate(found.items()):
            counted = f"{whole(cell.count)} of {whole(cell.total)}"
            value = percent(cell.value) if cell.total else DASH
            rows.append([bdi(name) if not place else "", series_name(system, series), value, interval(cell.interval), counted])
    what = "entities" if comparison.metric == "f1" else "words"
    table = grid(["kind", "system", "right (%)", "95 % interval", "counts"], rows, f"Right answers by kind of {what}", numbers=(2, 3, 4))
    shown_table = table if len(known) <= FEW else details("Every kind in numbers", table)
    return "\n".join([grouped_plot(groups, series, "right (%)"), shown_table])


def labels_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """F1 of each tag as a plot, and precision, recall and F1 of each as a table."""
    known = {system.name: {label.label: label for label in system.labels} for system in comparison.systems if system.labels}
    names = list(dict.fromkeys(label for labels in known.values() for label in labels))
    if not names:
        return ""
    support = {name: max(labels[name].support for labels in known.values() if name in labels) for name in names}
    names.sort(key=lambda name: -support[name])
    spread = {name: _spread(known, name) for name in names}
    candidates = sorted((name for name in names if support[name] >= ENOUGH and spread[name] > 0), key=lambda name: -spread[name])
    most = set(candidates[:MARKED])
    drawn = names[:DRAWN]
    groups = [
        (name, f"n = {whole(support[name])}", {s: (labels[name].f1, None) for s, labels in known.items() if name in labels})
        for name in drawn
    ]
    kind = "type" if comparison.metric == "f1" else "tag"
    named = {name: f"{'◆ ' if name in most else ''}{bdi(name)}" for name in names}
    cut = (
        paragraph(f"The {DRAWN} most frequent of {len(names)} {kind}s are drawn; all stand in the table.", "soft")
        if len(names) > DRAWN
        else ""
    )
    table = _labels_table(known, named, support, series, kind) if len(known) <= FEW else _f1_table(known, named, support, series, kind)
    plot = grouped_plot(groups, series, "F1 (%)", one_line=True)
    return "\n".join([plot, cut, details(f"Every {kind} in numbers", table, opened=len(names) <= DRAWN)])


def _labels_table(
    known: Mapping[str, Mapping[str, LabelScore]],
    named: Mapping[str, str],
    support: Mapping[str, int],
    series: Mapping[str, int],
    kind: str,
) -> str:
    """Precision, recall, F1 and answers of a few systems side by side; `named` holds each label as HTML."""
    several = len(known) > 1
    rows = [
        [
            *(shown_name, whole(support[name]), *(text for labels in known.values() for text in _label_cells(labels.get(name)))),
            *([percent(_spread(known, name))] if several else []),
        ]
        for name, shown_name in named.items()
    ]
    headers = [kind, "in gold", *("P", "R", "F1", "answered") * len(known), *(["spread"] if several else [])]
    groups = [("", 2), *((series_name(system, series), 4) for system in known), *([("", 1)] if several else [])]
    looks = ["most" if shown_name.startswith("◆") else "" for shown_name in named.values()]
    return grid(headers, rows, f"Precision, recall and F1 by {kind}", numbers=range(1, len(headers)), groups=groups, looks=looks)


def _f1_table(
    known: Mapping[str, Mapping[str, LabelScore]],
    named: Mapping[str, str],
    support: Mapping[str, int],
    series: Mapping[str, int],
    kind: str,
) -> str:
    """F1 of many systems side by side, and a table of its own for each on a click."""
    rows = [
        [
            *(shown_name, whole(support[name]), percent(_spread(known, name))),
            *(percent(label.f1) if (label := labels.get(name)) else DASH for labels in known.values()),
        ]
        for name, shown_name in named.items()
    ]
    headers = [kind, "in gold", "spread", *(series_name(system, series) for system in known)]
    looks = ["most" if shown_name.startswith("◆") else "" for shown_name in named.values()]
    table = grid(headers, rows, f"F1 by {kind} (%)", numbers=range(1, len(headers)), looks=looks)
    return table + "".join(
        details(f"Precision and recall of {system}", _labels_table({system: labels}, named, support, series, kind))
        for system, labels in known.items()
    )


def range_of(runs: Sequence[float]) -> str:
    """The lowest and the highest of several runs."""
    return f"{percent(min(runs))} to {percent(max(runs))}" if len(runs) > 1 else ""


def _interval(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else interval(bounds)


def minus(pair: Tested, series: Mapping[str, int]) -> str:
    """The names of a pair, as its difference is taken."""
    return f"{series_name(pair.second, series)} − {series_name(pair.first, series)}"


def _label_cells(label: LabelScore | None) -> list[str]:
    return [DASH] * 4 if label is None else [percent(label.precision), percent(label.recall), percent(label.f1), whole(label.predicted)]


def _spread(known: Mapping[str, Mapping[str, LabelScore]], name: str) -> float:
    values = [labels[name].f1 for labels in known.values() if name in labels]
    return max(values) - min(values)


_COSTS = {
    "training seconds": "training",
    "tokens per second": "words/s",
    "parameters": "parameters",
    "bytes on disk": "on disk",
    "peak memory": "peak memory",
    "calibration error": "ECE (%)",
    "device": "device",
}
_TESTS = ("p bootstrap", "p randomisation", "p mcnemar", "holm bootstrap", "holm randomisation", "holm mcnemar")

"""The drawings of a comparison that are rows and bars: scores, differences, cells, tags and the overlap of errors.

Each takes the comparison (or a part of it) and `series`, the number of each system by name, which fixes its colour and shape in every
drawing; it returns HTML, and nothing where there is nothing to draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqtasks.evaluation.comparison import Comparison, PairReport, SystemReport
from seqtasks.evaluation.translation_comparison import ScoreDifference, SystemScore
from seqtasks.reports.comparison_axes import axis_around
from seqtasks.reports.comparison_drawing import Row, bar, figure, legend, marker, row_plot, seed_dot, series_look, series_name, stacked_bar
from seqtasks.reports.comparison_numbers import interval, interval_of_points, percent, points, whole
from seqtasks.reports.page import escape

MARK_HEIGHT = 17  # pixels of a row for each system in it
Scored = SystemReport | SystemScore  # what has a name, a score and runs
Tested = PairReport | ScoreDifference  # what has two names, a difference and its tests


def series_of(comparison: Comparison) -> dict[str, int]:
    """A number for each system: in the order of the comparison, then of anything else that a pair, curve or cascade names."""
    names = [system.name for system in comparison.systems]
    names += [name for pair in comparison.pairs for name in (pair.first, pair.second)]
    names += [point.system for point in comparison.curves]
    names += [name for cascade in comparison.cascades for name in (cascade.fast, cascade.slow)]
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def scores_plot(systems: Sequence[Scored], series: Mapping[str, int], metric: str) -> str:
    """Each system's score with its interval, and a ring for each run; `metric` names the score."""
    values = [bound for system in systems for bound in (system.score.value, *(system.score.interval or ()), *system.runs)]
    axis = axis_around(values, low=0, high=100)
    rows = []
    for system in systems:
        place, score = series[system.name], system.score
        marks = bar(place, axis.at(score.interval[0]), axis.at(score.interval[1]), 50) if score.interval else ""
        marks += "".join(seed_dot(place, axis.at(run), 50) for run in system.runs) if len(system.runs) > 1 else ""
        marks += marker(place, axis.at(score.value), 50)
        ends = f" ({interval(score.interval)})" if score.interval else ""
        runs = f"; runs {', '.join(map(percent, system.runs))}" if len(system.runs) > 1 else ""
        rows.append(
            Row(series_name(system.name, series), marks, percent(score.value), f"{system.name}: {percent(score.value)}{ends}{runs}")
        )
    shown = any(len(system.runs) > 1 for system in systems)
    caption = "Shape: the score."
    caption += " Bar: its 95 % interval over sentences." if any(system.score.interval for system in systems) else ""
    caption += " Rings: each run (seed)." if shown else ""
    return figure(row_plot(rows, axis, f"{metric} in percent (the axis does not start at 0)"), caption)


def forest_plot(pairs: Sequence[Tested], series: Mapping[str, int]) -> str:
    """The difference of each pair with its interval, against a line at no difference; the seeds' test below it where there is one."""
    if not pairs:
        return ""
    tests = [test for pair in pairs if (test := pair.seeds)]
    values = [bound for pair in pairs for bound in (0.0, pair.difference, *(pair.interval or ()))]
    values += [bound for test in tests for bound in (test.difference, *(test.interval or ()))]
    axis = axis_around(values)
    rows = []
    for pair in pairs:
        place = series[pair.second if pair.difference >= 0 else pair.first]
        level = 32 if pair.seeds else 50
        marks = bar(place, axis.at(pair.interval[0]), axis.at(pair.interval[1]), level) if pair.interval else ""
        marks += marker(place, axis.at(pair.difference), level)
        said = f"{pair.second} minus {pair.first}: {points(pair.difference)} points"
        said += f" ({interval_of_points(pair.interval)})" if pair.interval else ""
        if pair.seeds:
            if pair.seeds.interval:
                marks += bar(place, axis.at(pair.seeds.interval[0]), axis.at(pair.seeds.interval[1]), 72, "whisker thin")
            marks += seed_dot(place, axis.at(pair.seeds.difference), 72)
            said += f"; between seeds {points(pair.seeds.difference)} ({interval_of_points(pair.seeds.interval)})"
        name = f"{series_name(pair.second, series)} − {series_name(pair.first, series)}"
        rows.append(Row(name, marks, points(pair.difference), said, 40 if pair.seeds else 34))
    caption = "Shape and bar: difference of the shown runs with its paired 95 % interval; right of the line the first-named is better."
    caption += " Ring and thin line: the same between the seeds." if tests else ""
    return figure(row_plot(rows, axis, "difference in points", reference=0.0), caption)


def grouped_plot(
    groups: Sequence[tuple[str, str, Mapping[str, tuple[float, tuple[float, float] | None]]]],
    series: Mapping[str, int],
    title: str,
    *,
    one_line: bool = False,
) -> str:
    """Groups (name, note, value and interval of each system), one row a group; its systems below each other, or all on one line."""
    known = [value for _, _, values in groups for value in values.values()]
    if not known:
        return ""
    names = [name for name in series if any(name in values for _, _, values in groups)]
    axis = axis_around([bound for value, ends in known for bound in (value, *(ends or ()))], low=0, high=100)
    rows = []
    for group, note, values in groups:
        marks, said, found = "", [], [axis.at(value) for value, _ in values.values()]
        if one_line and found:
            marks += f'<line class="link" x1="{min(found):.2f}%" x2="{max(found):.2f}%" y1="50%" y2="50%"/>'
        for place, name in enumerate(names):
            if name not in values:
                continue
            value, ends = values[name]
            level = 50.0 if one_line else 100 * (place + 0.5) / len(names)
            marks += bar(series[name], axis.at(ends[0]), axis.at(ends[1]), level, "whisker thin") if ends else ""
            marks += marker(series[name], axis.at(value), level, title=f"{name}: {percent(value)}")
            said.append(f"{name} {percent(value)}")
        height = 26 if one_line else max(34, MARK_HEIGHT * len(names) + 14)
        rows.append(Row(f"<bdi>{escape(group)}</bdi>", marks, note, f"{group}: {', '.join(said)}", height))
    return figure(legend(names, series) + row_plot(rows, axis, title, look="" if one_line else "divided"))


def overlap_plot(pair: PairReport, series: Mapping[str, int]) -> str:
    """Two bars: all words by who is wrong, and, larger, only those that at least one gets wrong. A key with counts and shares."""
    overlap = pair.overlap
    parts = [
        (overlap.both_right, "right", "both right"),
        (overlap.only_first_wrong, series_look(series[pair.first]), f"only {pair.first} wrong"),
        (overlap.both_wrong, "both", "both wrong"),
        (overlap.only_second_wrong, series_look(series[pair.second]), f"only {pair.second} wrong"),
    ]
    total = sum(count for count, _, _ in parts)
    if not total:
        return ""
    texts = [(count, look, f"{text}: {whole(count)} words, {percent(100 * count / total)} %") for count, look, text in parts]
    key = "".join(f'<li><span class="swatch {look}"></span>{escape(text)}</li>' for _, look, text in texts)
    bars = f'<p class="axis-title">all words</p>{stacked_bar(texts, "; ".join(text for _, _, text in texts))}'
    if len(texts) > 1 and total > overlap.both_right:
        bars += f'<p class="axis-title">words that at least one gets wrong</p>{stacked_bar(texts[1:], "the same without the first")}'
    return figure(f'{bars}<ul class="legend">{key}</ul>')

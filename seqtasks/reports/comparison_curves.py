"""The drawings of a comparison over two axes: calibration, cost, learning curves and cascades.

Each takes its part of the comparison and `series`, the number of each system by name; it returns HTML, and nothing where there is nothing
to draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from seqtasks.evaluation.comparison import Cascade, Cost, Crossover, CurvePoint, SystemReport
from seqtasks.reports.comparison_axes import Axis, axis_around
from seqtasks.reports.comparison_drawing import Line, diagonal, figure, flag, legend, marker, seed_dot, step_dot, upright, xy_plot
from seqtasks.reports.comparison_numbers import metric_name, percent, speed, whole


def reliability_plot(systems: Sequence[SystemReport], series: Mapping[str, int]) -> str:
    """The share of right answers against how sure the system was, by bin; below the dashed line it was too sure."""
    lines, errors = [], {}
    for system in systems:
        if system.calibration:
            bins = [place for place in system.calibration.bins if place.count]
            lines.append(Line(series[system.name], [(100 * place.confidence, place.accuracy) for place in bins]))
            errors[system.name] = f"calibration error {percent(system.calibration.error)} %"
    if not lines:
        return ""
    description = f"Reliability curves: {', '.join(f'{name} {text}' for name, text in errors.items())}"
    axis = Axis(0, 100)
    plot = xy_plot(lines, axis, axis, ("how sure it was (%)", "how often it was right (%)"), description, under=diagonal())
    return figure(legend(errors, series, errors) + plot, kind="square")


def cost_plot(
    systems: Sequence[SystemReport],
    series: Mapping[str, int],
    title: str,
    cost: Callable[[Cost], float | None],
    *,
    more_is_better: bool,
) -> str:
    """Score against a cost on a log axis; systems that no other beats in both are ringed and joined (the Pareto front)."""
    known = [(value, system) for system in systems if (value := cost(system.cost)) is not None and value > 0]
    if len(known) < 2:
        return ""
    x = axis_around([value for value, _ in known], log=True)
    y = axis_around([bound for _, system in known for bound in (system.score.value, *(system.score.interval or ()))], low=0, high=100)
    front = pareto_front([(value if more_is_better else -value, system.score.value) for value, system in known])
    marks = ""
    for place, (value, system) in enumerate(known):
        number, ends = series[system.name], system.score.interval
        marks += upright(number, x.at(value), 100 - y.at(ends[0]), 100 - y.at(ends[1])) if ends else ""
        kind = "front" if place in front else ""
        marks += marker(number, x.at(value), 100 - y.at(system.score.value), kind=kind, title=f"{system.name}: {value:g}")
    best = sorted((known[place][0], known[place][1].score.value) for place in front)
    description = f"Score against {title}: " + ", ".join(
        f"{system.name} {value:.4g}, {percent(system.score.value)}" for value, system in known
    )
    lines = [Line(0, best, kind="pareto", marked=False)]
    return figure(xy_plot(lines, x, y, (f"{title} (log scale)", "score in percent"), description, marks=marks))


def pareto_front(gains: Sequence[tuple[float, float]]) -> set[int]:
    """Positions of the points that no other point beats in one number without losing in the other."""
    return {
        place
        for place, (first, second) in enumerate(gains)
        if not any(a >= first and b >= second and (a > first or b > second) for a, b in gains)
    }


def learning_plot(curves: Sequence[CurvePoint], crossovers: Sequence[Crossover], series: Mapping[str, int], metric: str) -> str:
    """Score against the size of the training data on a log axis, with intervals as bands, a ring for each run and crossovers as flags."""
    if not curves:
        return ""
    names = [name for name in series if any(point.system == name for point in curves)]
    x = axis_around([point.sentences for point in curves], log=True)
    y = axis_around([bound for point in curves for bound in (point.value, *(point.interval or ()), *point.runs)], low=0, high=100)
    lines, marks = [], ""
    for name in names:
        found = sorted((point for point in curves if point.system == name and point.sentences > 0), key=lambda point: point.sentences)
        band = [(point.sentences, *point.interval) for point in found if point.interval]
        lines.append(Line(series[name], [(point.sentences, point.value) for point in found], band))
        for point in found:
            if len(point.runs) > 1:
                marks += "".join(seed_dot(series[name], x.at(point.sentences), 100 - y.at(run)) for run in point.runs)
    flags: dict[int, list[str]] = {}
    for letter, crossover in lettered(crossovers):
        if crossover.sentences and letter:
            flags.setdefault(crossover.sentences, []).append(letter)
    marks += "".join(flag(x.at(size), " ".join(letters)) for size, letters in flags.items())
    described = "; ".join(
        f"{point.system} {percent(point.value)} at {whole(point.sentences)} sentences"
        for point in sorted(curves, key=lambda p: p.sentences)
    )
    titles = ("training sentences (log scale)", f"{metric_name(metric)} in percent")
    return figure(legend(names, series) + xy_plot(lines, x, y, titles, f"Learning curves: {described}", marks=marks))


def lettered(crossovers: Sequence[Crossover]) -> list[tuple[str, Crossover]]:
    """Each crossover with the letter it has in the plot; those that never happen have none."""
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return [(next(letters, "") if crossover.sentences else "", crossover) for crossover in crossovers]


def cascade_plot(cascade: Cascade, series: Mapping[str, int], metric: str) -> str:
    """The cascade's score against its speed (log axis), or where speeds are not known, against the share of words the fast one answers."""
    if not cascade.points:
        return ""
    speeds = [point.tokens_per_second for point in cascade.points]
    timed = all(value is not None and value > 0 for value in speeds)
    places = [(value if timed and value else point.words_fast) for value, point in zip(speeds, cascade.points, strict=True)]
    x = axis_around(places, log=True) if timed else Axis(0, 100)
    y = axis_around([point.score for point in cascade.points], low=0, high=100)
    values = [(place, point.score) for place, point in zip(places, cascade.points, strict=True)]
    marks = "".join(step_dot(x.at(place), 100 - y.at(score)) for place, score in values[1:-1])
    marks += marker(series[cascade.slow], x.at(values[0][0]), 100 - y.at(values[0][1]), kind="front", title=f"all {cascade.slow}")
    marks += marker(series[cascade.fast], x.at(values[-1][0]), 100 - y.at(values[-1][1]), kind="front", title=f"all {cascade.fast}")
    title = "words a second (log scale)" if timed else "words that the fast one answers (%)"
    description = f"Cascade of {cascade.fast} and {cascade.slow}: " + "; ".join(
        f"threshold {point.threshold:g}: {percent(point.score)}" + (f" at {speed(point.tokens_per_second)} words a second" if timed else "")
        for point in cascade.points
    )
    plot = xy_plot(
        [Line(0, values, kind="pareto", marked=False)], x, y, (title, f"{metric_name(metric)} in percent"), description, marks=marks
    )
    return figure(legend([cascade.fast, cascade.slow], series, {cascade.fast: "answers alone", cascade.slow: "answers alone"}) + plot)

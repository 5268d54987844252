"""The parts of a comparison's page on calibration, cost, learning curves and cascades."""

from __future__ import annotations

from collections.abc import Mapping

from seqtasks.evaluation.comparison import Cascade, Comparison
from seqtasks.reports.comparison_answer import price_of_a_point, surely_better
from seqtasks.reports.comparison_curves import cascade_plot, cost_plot, learning_plot, lettered, reliability_plot
from seqtasks.reports.comparison_drawing import legend, series_name
from seqtasks.reports.comparison_grid import bullets_of, grid, heading
from seqtasks.reports.comparison_numbers import DASH, interval, metric_name, percent, seconds, shown_threshold, speed, times, whole
from seqtasks.reports.page import details, escape


def calibration_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Reliability curves and their bins."""
    plot = reliability_plot(comparison.systems, series)
    if not plot:
        return ""
    rows = [
        [
            series_name(system.name, series),
            f"{place.low:.2f} to {place.high:.2f}",
            whole(place.count),
            *((percent(100 * place.confidence), percent(place.accuracy)) if place.count else (DASH, DASH)),
        ]
        for system in comparison.systems
        if system.calibration
        for place in system.calibration.bins
    ]
    headers = ["system", "probability", "words", "mean probability (%)", "right (%)"]
    table = grid(headers, rows, "Bins of the reliability curves", numbers=(1, 2, 3, 4))
    errors = [
        [
            *(series_name(system.name, series), percent(found.error), percent(found.adaptive_error)),
            DASH if found.brier is None else f"{found.brier:.4f}",
        ]
        for system in comparison.systems
        if (found := system.calibration)
    ]
    names = ["system", "ECE (%)", "adaptive ECE (%)", "Brier score"]
    summary = (
        grid(names, errors, "Calibration errors", numbers=(1, 2, 3)) if any(row[2] != DASH or row[3] != DASH for row in errors) else ""
    )
    return "\n".join([plot, summary, details("Every bin in numbers", table)])


def cost_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Score against speed and training time, and what a point costs."""
    systems = comparison.systems
    plots = [
        cost_plot(systems, series, "words tagged a second", lambda cost: cost.tokens_per_second, more_is_better=True),
        cost_plot(systems, series, "seconds of training", lambda cost: cost.training_seconds, more_is_better=False),
    ]
    if not any(plots):
        return ""
    names = [system.name for system in systems]
    return "\n".join([legend(names, series), f'<div class="two">{"".join(plots)}</div>', bullets_of(cost_sentences(comparison))])


def cost_sentences(comparison: Comparison) -> list[str]:
    """What a point costs over the next surely worse system that trains faster; and the fastest against the slowest. Safe HTML."""
    ranked = sorted(comparison.systems, key=lambda system: -system.score.value)
    found = []
    for place, system in enumerate(ranked):
        worse = (other for other in ranked[place + 1 :] if surely_better(comparison, system, other))
        cheaper = next((other for other in worse if price_of_a_point(system, other) is not None), None)
        price = price_of_a_point(system, cheaper) if cheaper else None
        if cheaper and price is not None:
            device = f" ({system.cost.device})" if system.cost.device else ""
            found.append(f"{system.name} costs {seconds(price)} of training{device} for each point over {cheaper.name}.")
    timed = sorted((rate, system.name) for system in ranked if (rate := system.cost.tokens_per_second))
    if len(timed) > 1 and timed[0][0] < timed[-1][0]:
        (slow, last), (fast, first) = timed[0], timed[-1]
        found.append(f"{first} tags {times(fast / slow)} times as fast as {last}: {speed(fast)} words a second against {speed(slow)}.")
    return [escape(text) for text in found]


def learning_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Learning curves, where one overtakes the other, and every point."""
    plot = learning_plot(comparison.curves, comparison.crossovers, series, comparison.metric)
    if not plot:
        return ""
    crossings = [
        f"{f'<b>{letter}</b> ' if letter else ''}{escape(crossover.sentence)}" for letter, crossover in lettered(comparison.crossovers)
    ]
    rows = [
        [
            *(series_name(point.system, series), f"{point.share:.3g} %"),
            *(whole(point.sentences), whole(point.tokens), percent(point.value), interval(point.interval)),
            " ".join(map(percent, point.runs)),
            escape(", ".join(point.missing_labels)) or "–",
        ]
        for point in sorted(comparison.curves, key=lambda point: (series[point.system], point.sentences))
    ]
    headers = ["system", "share", "sentences", "words", "score (%)", "95 % interval", "runs", "tags it never saw"]
    table = grid(headers, rows, f"Learning curves, {metric_name(comparison.metric)}", numbers=(1, 2, 3, 4, 5, 6))
    return "\n".join([plot, bullets_of(crossings), details("Every point in numbers", table)])


def cascade_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """Each cascade as a curve and a table: the first whose slow system is the best one open, the others on a click."""
    best = max(comparison.systems, key=lambda system: system.score.value).name if comparison.systems else ""
    found = sorted((cascade for cascade in comparison.cascades if cascade.points), key=lambda cascade: cascade.slow != best)
    drawn = [heading(_order(cascade)) + _cascade(cascade, comparison, series) for cascade in found[:1]]
    drawn += [details(_order(cascade), _cascade(cascade, comparison, series)) for cascade in found[1:]]
    if not drawn:
        return ""
    return "\n".join([*drawn])


def _cascade(cascade: Cascade, comparison: Comparison, series: Mapping[str, int]) -> str:
    rows = [
        [
            *(shown_threshold(point.threshold), percent(point.words_fast), percent(point.sentences_fast)),
            *(percent(point.score), speed(point.tokens_per_second)),
        ]
        for point in cascade.points
    ]
    headers = ["threshold", "words by the fast one (%)", "sentences by it alone (%)", "score (%)", "words/s"]
    caption = f"Cascade of {cascade.fast} (fast) and {cascade.slow} (slow)"
    table = grid(headers, rows, caption, numbers=range(5))
    return cascade_plot(cascade, series, comparison.metric) + details("Every threshold in numbers", table)


def _order(cascade: Cascade) -> str:
    return f"{cascade.fast}, then {cascade.slow}"

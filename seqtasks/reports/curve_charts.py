"""The curves of a run as charts of its page: loss, accuracy and scores by epoch, and the gradient's norm, names at the ends of lines.

A chart of the rows of a history is None where they lack what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from seqtasks.diagnosis.observations.curve import kept_epoch
from seqtasks.reports.formats import three_digits
from seqtasks.reports.svg import INK, Chart, chart, drawing, look, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = Sequence[Mapping[str, Any]]
Points = list[tuple[int, float]]
HEIGHT, ROOM = 3.3, 0.26  # inches; share of the width that names at the ends of lines take
APART = 0.085  # share of the height between two names
MOST_SCORES = 6
TRAIN, DEV = 0, 1  # numbers of series


def run_charts(history: Rows, clip_norm: float) -> list[Chart]:
    """Every chart that the history has something for. clip_norm: 0 for none."""
    if not history:
        return []
    drawn = (loss_chart(history), accuracy_chart(history), scores_chart(history), gradient_chart(history, clip_norm))
    return [chart for chart in drawn if chart is not None]


def loss_chart(history: Rows) -> Chart | None:
    """Loss of train (a sample scored as dev is) and dev, and that of the model while it learned, in dashes."""
    series = [
        ("train", points(history, "probe_loss"), TRAIN, "-"),
        ("dev", points(history, "dev_loss"), DEV, "-"),
        ("while learning", points(history, "train_loss"), TRAIN, "--"),
    ]
    return lines_chart(history, series, "loss", "loss in nats")


def accuracy_chart(history: Rows) -> Chart | None:
    """Accuracy of train and dev, where both are of sentences scored alike."""
    series = [("train", points(history, "probe_accuracy"), TRAIN, "-"), ("dev", points(history, "dev_accuracy"), DEV, "-")]
    return lines_chart(history, series, "accuracy", "accuracy in percent")


def scores_chart(history: Rows) -> Chart | None:
    """The scores of dev, where there are others than one accuracy."""
    names = list(dict.fromkeys(name for row in history for name in (row.get("scores") or {})))[:MOST_SCORES]
    if len(names) < 2 and all(name.endswith("accuracy") for name in names):
        return None
    series = [
        (name, points([row.get("scores") or {} for row in history], name, history), 2 + place, "-") for place, name in enumerate(names)
    ]
    return lines_chart(history, series, "scores", "score on dev")


def gradient_chart(history: Rows, clip_norm: float) -> Chart | None:
    """The gradient's norm before it is clipped, on a log scale: median with the 90th percentile and the largest; clip_norm: 0 for none."""
    middle = points(history, "gradient_norm_median")
    if not middle or any(value <= 0 for _, value in middle):
        return None
    high, largest = points(history, "gradient_norm_p90"), points(history, "gradient_norm_largest")
    with drawing(HEIGHT) as (figure, axes):
        colour = look(TRAIN)[0]
        ends = [("median", middle[-1])]
        axes.plot(*zip(*middle, strict=True), color=colour, linewidth=2)
        for name, found, style in (("90 %", high, "--"), ("largest", largest, ":")):
            if found:
                axes.plot(*zip(*found, strict=True), color=colour, linewidth=1.4, linestyle=style)
                ends.append((name, found[-1]))
        if clip_norm:
            axes.axhline(clip_norm, color=INK.heat, linewidth=1.6)
            ends.append(("clipped above", (middle[-1][0], clip_norm)))
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, place: f"{value:g}")
        axes.yaxis.set_minor_formatter("")
        finish(axes, history, ends, "norm of the gradient, unclipped (log scale)")
        return chart(figure, "gradients", f"Norm of the gradient by epoch; median in the last epoch {three_digits(middle[-1][1])}")


def lines_chart(history: Rows, series: Sequence[tuple[str, Points, int, str]], name: str, label: str) -> Chart | None:
    """Lines with their names at the end; (name, points, number of the series, style)."""
    drawn = [one for one in series if one[1]]
    if not drawn:
        return None
    with drawing(HEIGHT) as (figure, axes):
        for _, found, number, style in drawn:
            colour, shape = look(number)
            width, dot = (2.0, shape if len(found) <= 40 else "") if style == "-" else (1.4, "")
            axes.plot(
                *zip(*found, strict=True),
                color=colour,
                linewidth=width,
                linestyle=style,
                marker=dot,
                markersize=5,
                markeredgecolor=INK.back,
            )
        finish(axes, history, [(one[0], one[1][-1]) for one in drawn], label)
        said = "; ".join(f"{title} {found[-1][1]:.4g} in epoch {found[-1][0]}" for title, found, _, _ in drawn)
        return chart(figure, name, f"{label.capitalize()} by epoch: {said}")


def finish(axes: Axes, history: Rows, ends: Sequence[tuple[str, tuple[int, float]]], label: str) -> None:
    """The axes, the kept epoch, and names at the ends of lines, moved apart where they would touch."""
    from matplotlib.ticker import MaxNLocator

    epochs = [int(row["epoch"]) for row in history]
    first, last = min(epochs), max(epochs)
    axes.set_xlim(first - 0.5 if first == last else first, last + 0.5 if first == last else last)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch")
    axes.set_title(label, loc="left", fontsize=11, color=INK.text)
    axes.margins(y=0.08)
    kept = kept_epoch(history)
    if kept is not None:
        axes.axvline(kept, color=INK.soft, linewidth=1.2, linestyle=":", zorder=1)
    places = sorted((float(axes.transAxes.inverted().transform(axes.transData.transform(end))[1]), name) for name, end in ends)
    before = -math.inf
    for place, name in places:
        before = max(place, before + APART)
        axes.text(1.02, before, short(name, 18), transform=axes.transAxes, va="center", color=INK.text, fontsize=10, clip_on=False)


def points(rows: Rows, key: str, history: Rows = ()) -> Points:
    """(epoch, value) of each row that has the number; history: the rows with the epochs, where they are others."""
    epochs = [int(row["epoch"]) for row in (history or rows)]
    values = [row.get(key) for row in rows]
    return [
        (epoch, float(value))
        for epoch, value in zip(epochs, values, strict=True)
        if isinstance(value, int | float) and math.isfinite(value)
    ]

"""Pictures for a slide: 9 x 4.5 inches, no letter below 9 points, light or dark, SVG or PNG; the same data give the same bytes.

Colours are those of Okabe and Ito (2008), which people with colour-blindness tell apart, darkened for white and lightened for black ground.
A series has a colour, a dash and a shape, all fixed by its number, so colour alone never tells two apart. Lines are named at their ends.
matplotlib is imported when something is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqtasks.text.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, SMALLEST = 9.0, 4.5, 9.0
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.5, 1.5)))
SHAPES = "os^DvPX*<>hp"
FORMS = ("svg", "png")


@dataclass(frozen=True)
class Theme:
    """Ground, letters, softer letters, grid lines, what warns, and the colours of series."""

    name: str
    back: str
    text: str
    soft: str
    line: str
    alarm: str
    series: tuple[str, ...]


LIGHT = Theme(
    *("light", "#ffffff", "#1b1f24", "#57606a", "#d8dde3", "#b3261e"),
    series=("#0060a0", "#c04e00", "#00805a", "#b0508a", "#a06c00", "#2f8fc7", "#1b1f24"),
)
DARK = Theme(
    *("dark", "#14171b", "#eef1f4", "#a8b0b9", "#383f47", "#ff8a80"),
    series=("#5db3f0", "#ff8a4d", "#2fd3a2", "#e79bc6", "#f2b632", "#9ad7ff", "#eef1f4"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


@dataclass(frozen=True)
class Look:
    """Of one series."""

    colour: str
    dash: Any
    shape: str


def look_of(theme: Theme, number: int) -> Look:
    """Of the series with this number: a new dash where colours begin again."""
    colours = len(theme.series)
    return Look(theme.series[number % colours], DASHES[number // colours % len(DASHES)], SHAPES[number % len(SHAPES)])


@contextmanager
def slide(theme: Theme, rows: int = 1, heights: Sequence[float] | None = None) -> Iterator[tuple[Figure, list[Axes]]]:
    """A page with axes below each other that share their x; draw and write it within."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    looks = {
        "font.family": "DejaVu Sans",
        "font.size": 10.0,
        "axes.titlesize": 12.0,
        "axes.labelsize": 10.0,
        "xtick.labelsize": SMALLEST,
        "ytick.labelsize": SMALLEST,
        "legend.fontsize": SMALLEST,
        "text.parse_math": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "seqtasks",
        "figure.facecolor": theme.back,
        "savefig.facecolor": theme.back,
        "axes.facecolor": theme.back,
        "axes.edgecolor": theme.line,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": theme.line,
        "grid.linewidth": 0.7,
        "text.color": theme.text,
        "axes.labelcolor": theme.soft,
        "axes.titlecolor": theme.text,
        "axes.titlelocation": "left",
        "xtick.color": theme.line,
        "ytick.color": theme.line,
        "xtick.labelcolor": theme.soft,
        "ytick.labelcolor": theme.soft,
    }
    with rc_context(looks):
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        grid = figure.subplots(rows, 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights} if heights else None)
        yield figure, list(grid[:, 0])


def name_ends(axes: Axes, theme: Theme, lines: Sequence[tuple[str, NDArray[np.float64], NDArray[np.float64], str]]) -> None:
    """A name for each line: right of the axes at the height of its end, or as near as others allow, joined to it; beside its last visible
    point where it ends earlier.

    lines: name, x, y and colour. Call it once limits are set and the lines are drawn: it lays the page out.
    """
    if axes.figure is not None:
        axes.figure.draw_without_rendering()  # type: ignore[union-attr]  # of a figure, not of a part of one
    gap = 1.25 * 10 / (72 * axes.get_position().height * HEIGHT)  # of a line of text, as a share of the axes' height
    outside = []
    for name, x, y, colour in lines:
        inside = axes.transAxes.inverted().transform(axes.transData.transform(np.column_stack([x, y])))
        seen = inside[(inside[:, 1] >= -1e-6) & (inside[:, 1] <= 1 + 1e-6)]
        across, up = (seen if len(seen) else np.clip(inside, 0, 1))[-1].tolist()
        if across > 0.95:
            outside.append((name, (across, up), colour))
        else:
            axes.annotate(name, (across, up), xycoords="axes fraction", xytext=(8, 0), textcoords="offset points", va=vertical(up),
                          color=theme.text)  # fmt: skip
    levels = spread([up for _, (_, up), _ in outside], gap)
    for (name, point, colour), level in zip(outside, levels, strict=True):
        axes.annotate(
            name,
            xy=point,
            xytext=(1.045, level),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            color=theme.text,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1.2, "shrinkA": 1, "shrinkB": 0, "relpos": (0, 0.5)},
        )


def vertical(up: float) -> Literal["bottom", "top", "center"]:
    """How a text stands that begins at this height of the axes, so that it does not leave them."""
    return "bottom" if up < 0.08 else "top" if up > 0.92 else "center"


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """The heights, moved as little as needs be so that neighbours are `gap` apart, in their order, and within 0 to 1 where they fit."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    clusters: list[tuple[float, list[int]]] = []  # centre, members from the lowest up
    for place in order:
        clusters.append((heights[place], [place]))
        while len(clusters) > 1 and lowest(clusters[-1], gap) - highest(clusters[-2], gap) < gap - 1e-9:
            (_, above), (_, below) = clusters.pop(), clusters.pop()
            members = [*below, *above]
            centre = sum(heights[member] for member in members) / len(members)
            clusters.append((within(centre, len(members), gap), members))
    levels = [0.0] * len(heights)
    for centre, members in clusters:
        for number, member in enumerate(members):
            levels[member] = centre + gap * (number - (len(members) - 1) / 2)
    return levels


def within(centre: float, members: int, gap: float) -> float:
    """A centre whose members stay within 0 to 1, where they fit."""
    half = gap * (members - 1) / 2
    return 0.5 if half > 0.5 else float(np.clip(centre, half, 1 - half))


def lowest(cluster: tuple[float, list[int]], gap: float) -> float:
    return cluster[0] - gap * (len(cluster[1]) - 1) / 2


def highest(cluster: tuple[float, list[int]], gap: float) -> float:
    return cluster[0] + gap * (len(cluster[1]) - 1) / 2


def write_slide(figure: Figure, path: Path) -> None:
    """As SVG or PNG, by the path's ending."""
    stream = io.BytesIO()
    form = path.suffix.removeprefix(".")
    if form == "svg":
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        content = stream.getvalue().replace(b"'DejaVu Sans'", b"'DejaVu Sans', Verdana, sans-serif")
    else:
        figure.savefig(stream, format="png", dpi=150, metadata={"Software": None})
        content = stream.getvalue()
    write_atomically(path, content)

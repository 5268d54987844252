"""Drawings of matplotlib as SVG that stands in a page: sharp at any width, light or dark with it; the same data give the same text.

Colours are sentinels, which become variables of the stylesheet in the SVG's text. A series (a system) has a colour and a shape, both fixed
by its number, so that colour alone never tells two apart. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from seqtasks.reports.page import printable
from seqtasks.reports.plots import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = 8  # of series, and shapes; from the ninth on a colour comes with another shape
SHAPES = "os^DvPhX"
WIDTH, ROW = 5.6, 0.3  # inches, of which SVG has 72 units each
LONGEST_NAME = 22
LOOKS = Path(__file__).with_name("svg.mplstyle")


class Ink(NamedTuple):
    """A sentinel for each variable of the stylesheet that a chart wears."""

    text: str = "#f1e2d0"
    soft: str = "#f1e2d1"
    line: str = "#f1e2d2"
    back: str = "#f1e2d3"
    heat: str = "#f1e2d4"
    right: str = "#f1e2d5"


INK = Ink()


@dataclass(frozen=True, slots=True)
class Chart:
    """What stands within the svg element, the size of its view box, and what a screen reader says."""

    svg: Markup
    width: float
    height: float
    description: str


def look(series: int) -> tuple[str, str]:
    """Colour (a sentinel) and shape of a series."""
    return f"#f1e2e{series % COLOURS}", SHAPES[(series + series // COLOURS) % COLOURS]


@contextmanager
def drawing(height: float, width: float = WIDTH) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes, in our looks."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(fname=LOOKS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def chart(figure: Figure, name: str, description: str) -> Chart:
    """The figure as SVG for a page: `name` keeps its ids apart from those of other charts."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    text = stream.getvalue()
    text = text[text.index("<defs>") : text.rindex("</svg>")]  # neither the declaration, with its addresses, nor the metadata
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)  # it would hold for the whole page
    text = re.sub(r'<g id="title ([^"]*)">', r"<g><title>\1</title>", text)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r'(id="|href="#|url\(#)', rf"\1{name}-", text.replace("xlink:href", "href"))
    text = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--sans)", text)
    text = re.sub(r"(\.\d\d)\d+", r"\1", text)
    for variable, sentinel in INK._asdict().items():
        text = text.replace(sentinel, f"var(--{variable})")
    text = re.sub(r"#f1e2e(\d)", r"var(--c\1)", text)
    width, height = figure.get_size_inches() * 72
    return Chart(Markup(text), width, height, description)


def mark(axes: Axes, series: int, x: float, y: float, title: str, *, ringed: bool = False, small: bool = False) -> None:
    """The shape of a series; `title` shows when a pointer rests on it."""
    colour, shape = look(series)
    edge, width = (INK.text, 1.6) if ringed else (INK.back, 0.8)
    axes.plot(
        *([x], [y]), color=colour, marker=shape, markersize=7 if small else 9, markeredgecolor=edge, markeredgewidth=width, clip_on=False,
        gid=f"title {title}", zorder=4, linestyle="none",
    )  # fmt: skip


def bar(axes: Axes, series: int, ends: tuple[float, float] | None, y: float, *, wide: bool = False) -> None:
    """A horizontal line: an interval."""
    if ends:
        axes.plot(ends, (y, y), color=look(series)[0], linewidth=5 if wide else 2, alpha=0.4 if wide else 0.65, solid_capstyle="round")


def rings(axes: Axes, series: int, x: Sequence[float], y: Sequence[float]) -> None:
    """Small rings: single runs."""
    axes.plot(x, y, linestyle="none", marker="o", markersize=5.5, markerfacecolor="none", markeredgecolor=look(series)[0], zorder=3)


def line(axes: Axes, series: int, x: Sequence[float], y: Sequence[float]) -> None:
    """A line with the shape of its series at each point."""
    colour, shape = look(series)
    axes.plot(x, y, color=colour, linewidth=2, marker=shape, markersize=8, markeredgecolor=INK.back, clip_on=False, zorder=3)


def rows(axes: Axes, names: Sequence[str], notes: Sequence[str], longest: int = LONGEST_NAME) -> None:
    """Names down the left from the top, and a note at the end of each row."""
    axes.set_yticks(range(len(names)), [short(name, longest) for name in names])
    for label in axes.get_yticklabels():
        label.set_color(INK.text)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines[:].set_visible(False)
    for place, note in enumerate(notes):
        axes.text(1.04, place, note, transform=axes.get_yaxis_transform(), va="center", color=INK.soft, fontsize=10)


def within(axes: Axes, axis: str) -> None:
    """Keep an axis of percentages within 0 and 100."""
    low, high = getattr(axes, f"get_{axis}lim")()
    getattr(axes, f"set_{axis}lim")(max(0.0, low), min(100.0, high))


def logarithmic(axes: Axes) -> None:
    """A log scale along x, with short round ticks."""
    from matplotlib.ticker import EngFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def short(name: str, longest: int) -> str:
    """A name as a drawing shows it."""
    return shortened(str(printable(name)), longest, spaces=True)

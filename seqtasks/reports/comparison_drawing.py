"""Drawings of a page, as inline SVG and HTML: they keep their text size on every screen, follow light and dark, and print sharp.

All places are in percent of the drawing, so that only lines stretch with the page, never letters or marks. A series (a system) has a
colour and a shape, both fixed by its number, so that colour alone never tells two apart. Colours live in comparison_style.py.

Everything here returns safe HTML; an argument named `html` is HTML already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seqtasks.reports.comparison_axes import Axis
from seqtasks.reports.page import escape

SERIES = 8  # colours and shapes; from the ninth on a colour comes with another shape


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a row plot: its name (HTML), the SVG on its track, the text at its end, what a screen reader says, its height in pixels."""

    html: str
    marks: str
    value: str
    description: str
    height: int = 34


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an x-y plot: points from left to right, their intervals (a band), and how it looks."""

    series: int
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float, float]] = ()
    kind: str = ""
    marked: bool = True


def symbols() -> str:
    """The shapes of the series, to stand once at the top of a page that draws any."""
    shapes = "".join(f'<g id="shape{place}">{shape}</g>' for place, shape in enumerate(_SHAPES))
    return f'<svg class="symbols" width="0" height="0" aria-hidden="true"><defs>{shapes}</defs></svg>'


def series_look(series: int) -> str:
    """The class that gives an element the colour of a series."""
    return f"c{series % SERIES}"


def marker(series: int, x: float, y: float, *, kind: str = "", title: str = "") -> str:
    """The shape of a series at a place in percent; `title` shows when a pointer rests on it."""
    said = f"<title>{escape(title)}</title>" if title else ""
    looks = " ".join(filter(None, ["mark", series_look(series), kind]))
    return f'<use href="#{_shape(series)}" class="{looks}" x="{x:.2f}%" y="{y:.2f}%">{said}</use>'


def bar(series: int, x1: float, x2: float, y: float, kind: str = "whisker") -> str:
    """A horizontal line in the colour of a series: an interval."""
    return f'<line class="{kind} {series_look(series)}" x1="{x1:.2f}%" x2="{x2:.2f}%" y1="{y:.2f}%" y2="{y:.2f}%"/>'


def upright(series: int, x: float, y1: float, y2: float) -> str:
    """A vertical line in the colour of a series: an interval of an x-y plot."""
    return f'<line class="whisker thin {series_look(series)}" x1="{x:.2f}%" x2="{x:.2f}%" y1="{y1:.2f}%" y2="{y2:.2f}%"/>'


def seed_dot(series: int, x: float, y: float) -> str:
    """A small ring: the score of one run."""
    return f'<circle class="seed {series_look(series)}" cx="{x:.2f}%" cy="{y:.2f}%" r="3"/>'


def step_dot(x: float, y: float) -> str:
    """A small grey dot: a setting between two systems."""
    return f'<circle class="step" cx="{x:.2f}%" cy="{y:.2f}%" r="3"/>'


def series_name(name: str, series: Mapping[str, int]) -> str:
    """The name of a system with its shape and colour before it."""
    place = series.get(name)
    key = "" if place is None else f'<svg class="key" aria-hidden="true">{marker(place, 50, 50)}</svg>'
    return f'<span class="system">{key}<bdi>{escape(name)}</bdi></span>'


def legend(names: Iterable[str], series: Mapping[str, int], notes: Mapping[str, str] | None = None) -> str:
    """The systems of a drawing, each with its shape; a note follows its name."""
    items = []
    for name in names:
        note = (notes or {}).get(name, "")
        items.append(f"<li>{series_name(name, series)}{f' <span class=soft>{escape(note)}</span>' if note else ''}</li>")
    return f'<ul class="legend">{"".join(items)}</ul>'


def figure(html: str, caption: str = "", *, kind: str = "") -> str:
    """A drawing with its caption."""
    said = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure class="{" ".join(filter(None, ["drawing", kind]))}">{html}{said}</figure>'


def row_plot(rows: Sequence[Row], axis: Axis, title: str, *, reference: float | None = None, look: str = "") -> str:
    """Rows over one horizontal axis. `reference` draws a stronger line; the look "divided" draws one between rows."""
    ticks = axis.ticks()
    grid = "".join(_grid_line(axis.at(tick), "grid") for tick in ticks)
    grid += _grid_line(axis.at(reference), "reference") if reference is not None else ""
    lines = [
        f'<div class="name">{row.html}</div>'
        f'<div class="track" style="min-height: {row.height}px"><svg role="img" aria-label="{escape(row.description)}">'
        f"{grid}{row.marks}</svg></div>"
        f'<div class="said">{escape(row.value)}</div>'
        for row in rows
    ]
    labels = "".join(_tick(axis.at(tick), axis.label(tick)) for tick in ticks)
    foot = (
        f'<div class="name"></div><div class="track foot"><svg aria-hidden="true">{labels}'
        f'<text class="title" x="50%" y="2.75em">{escape(title)}</text></svg></div><div class="said"></div>'
    )
    return f'<div class="{" ".join(filter(None, ["rows", look]))}">{"".join(lines)}{foot}</div>'


def xy_plot(lines: Sequence[Line], x: Axis, y: Axis, titles: tuple[str, str], description: str, *, marks: str = "", under: str = "") -> str:
    """Lines and points over two axes; `marks` and `under` are SVG above and below them, `titles` those of x and y."""
    grid = "".join(_grid_line(x.at(tick), "grid") + _tick(x.at(tick), x.label(tick), y="100%", dy="1.3em") for tick in x.ticks())
    for tick in y.ticks():
        place = 100 - y.at(tick)
        grid += f'<line class="grid" x1="0" x2="100%" y1="{place:.2f}%" y2="{place:.2f}%"/>'
        grid += f'<text class="tick left" x="-8" y="{place:.2f}%" dy=".33em">{escape(y.label(tick))}</text>'
    drawn = "".join(_band(line, x, y) for line in lines) + "".join(_path(line, x, y) for line in lines)
    dots = "".join(marker(line.series, x.at(right), 100 - y.at(up)) for line in lines if line.marked for right, up in line.points)
    return (
        f'<div class="xy"><p class="axis-title">{escape(titles[1])}</p>'
        f'<div class="area"><svg role="img" aria-label="{escape(description)}">'
        f'{grid}<rect class="frame" width="100%" height="100%"/>{under}'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">{drawn}</svg>{dots}{marks}'
        f'<text class="title" x="50%" y="100%" dy="2.75em">{escape(titles[0])}</text></svg></div></div>'
    )


def diagonal() -> str:
    """A dashed line from corner to corner, to stand under an x-y plot."""
    return '<line class="reference" x1="0" y1="100%" x2="100%" y2="0"/>'


def flag(x: float, text: str) -> str:
    """A dashed upright line through an x-y plot with a letter on top."""
    line = f'<line class="flag" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="100%"/>'
    return f'{line}<text class="flag" x="{x:.2f}%" y="-6">{escape(text)}</text>'


def stacked_bar(parts: Sequence[tuple[float, str, str]], description: str) -> str:
    """Shares one after another: (amount, look, text for a resting pointer). Nothing for nothing."""
    total = sum(amount for amount, _, _ in parts)
    if total <= 0:
        return ""
    pieces = "".join(
        f'<span class="{look}" style="flex-grow: {amount / total:.6f}" title="{escape(text)}"></span>'
        for amount, look, text in parts
        if amount > 0
    )
    return f'<div class="stack" role="img" aria-label="{escape(description)}">{pieces}</div>'


def _grid_line(x: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="100%"/>'


def _tick(x: float, text: str, *, y: str = "1.15em", dy: str = "0") -> str:
    return f'<text class="tick" x="{x:.2f}%" y="{y}" dy="{dy}">{escape(text)}</text>'


def _path(line: Line, x: Axis, y: Axis) -> str:
    if len(line.points) < 2:
        return ""
    places = " ".join(f"{x.at(right):.2f},{100 - y.at(up):.2f}" for right, up in line.points)
    return f'<polyline class="{" ".join(filter(None, ["line", series_look(line.series), line.kind]))}" points="{places}"/>'


def _band(line: Line, x: Axis, y: Axis) -> str:
    if not line.band:
        return ""
    upper = [(right, high) for right, _, high in line.band]
    lower = [(right, low) for right, low, _ in reversed(line.band)]
    places = " ".join(f"{x.at(right):.2f},{100 - y.at(up):.2f}" for right, up in [*upper, *lower])
    return f'<polygon class="band {series_look(line.series)}" points="{places}"/>'


def _shape(series: int) -> str:
    return f"shape{(series + series // SERIES) % SERIES}"


_SHAPES = (
    '<circle r="5.5"/>',
    '<rect x="-5" y="-5" width="10" height="10"/>',
    '<path d="M0-6.5 6.2 4.8H-6.2Z"/>',
    '<path d="M0-7 7 0 0 7-7 0Z"/>',
    '<path d="M0 6.5 6.2-4.8H-6.2Z"/>',
    '<path d="M-2.2-6.5H2.2V-2.2H6.5V2.2H2.2V6.5H-2.2V2.2H-6.5V-2.2H-2.2Z"/>',
    '<path d="M-3.4-6H3.4L6.8 0 3.4 6H-3.4L-6.8 0Z"/>',
    '<path d="M-6.4-3.3-3.3-6.4 0-3.1 3.3-6.4 6.4-3.3 3.1 0 6.4 3.3 3.3 6.4 0 3.1-3.3 6.4-6.4 3.3-3.1 0Z"/>',
)

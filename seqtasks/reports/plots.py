"""Pictures of a run: curves by epoch, attention as a heat map, scores by length. PNG files, the same bytes for the same data.

matplotlib is used through its objects (Figure, FigureCanvasAgg), never through pyplot's global state, and is imported where it is used:
it takes a second to load. Shape letters: T target position, S source position.
"""

from __future__ import annotations

import io
import math
import unicodedata
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqtasks.diagnosis.observations.curve import kept_epoch
from seqtasks.text.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from seqtasks.evaluation.by_length import LengthBin

LONGEST_TOKEN = 16  # characters of a token shown on an axis
SMALLEST_CELL, LARGEST_CELL = 0.16, 0.29  # inches; cells shrink to the smallest where the map would pass WIDEST,
WIDEST, LARGEST = 9.6, 32.0  # and below it only where it would pass LARGEST


def curves(history: Sequence[Mapping[str, Any]], path: Path | str) -> None:
    """Write the picture of `curves_figure` to `path` as PNG."""
    write_png(curves_figure(history), path)


def heatmap(source_tokens: Sequence[str], target_tokens: Sequence[str], weights_TS: ArrayLike, path: Path | str) -> None:
    """Write the picture of `heatmap_figure` to `path` as PNG."""
    write_png(heatmap_figure(source_tokens, target_tokens, weights_TS), path)


def length_scores(bins: Sequence[LengthBin], path: Path | str) -> None:
    """Write the picture of `length_figure` to `path` as PNG."""
    write_png(length_figure(bins), path)


def curves_figure(history: Sequence[Mapping[str, Any]]) -> Figure:
    """Loss and accuracy of train and dev by epoch; a third panel shows the dev scores where there are others than one accuracy.

    "train" is the sample of training that is scored as dev is. The loss while training (a mean over the epoch, with dropout) is drawn in
    dashes; the accuracy while training is not drawn, since it does not compare with dev's. The epoch that is kept has a vertical line.
    Values that are missing or None are passed over; a line without any value is not drawn; a panel without any line says so.
    """
    from matplotlib.figure import Figure

    rows = sorted(history, key=lambda row: row["epoch"])
    epochs = [row["epoch"] for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in (row.get("scores") or {})))
    panels = [
        (label, {name: [_value(row.get(f"{key}{suffix}")) for row in rows] for name, key in keys.items()})
        for label, suffix, keys in (("loss", "_loss", LINES), ("accuracy (%)", "_accuracy", COMPARABLE))
    ]
    kept = kept_epoch(rows)
    if len(names) > 1 or any(not name.endswith("accuracy") for name in names):
        panels.append(("score", {name: [_value((row.get("scores") or {}).get(name)) for row in rows] for name in names}))
    figure = Figure(figsize=(11.0 if len(panels) > 2 else 9.0, 3.4), dpi=110, layout="constrained")
    for axes, (label, lines) in zip(figure.subplots(1, len(panels)), panels, strict=True):
        _draw_lines(axes, epochs, label, lines, kept)
    return figure


def heatmap_figure(source_tokens: Sequence[str], target_tokens: Sequence[str], weights_TS: ArrayLike) -> Figure:
    """Attention weights: source words along the top, one row per target word, dark where the weight is high (scaled to the highest).

    Raises ValueError where the weights do not have one row per target word and one column per source word.
    """
    from matplotlib.figure import Figure

    weights = np.asarray(weights_TS, dtype=np.float64)
    if weights.shape != (len(target_tokens), len(source_tokens)) or weights.size == 0:
        raise ValueError(
            f"a heat map of {len(target_tokens)} target words and {len(source_tokens)} source words cannot show weights of "
            f"shape {weights.shape}; it needs one row per target word, one column per source word, and at least one of each"
        )
    rows, columns = weights.shape
    cell = min(LARGEST_CELL, max(SMALLEST_CELL, WIDEST / max(rows, columns)), LARGEST / max(rows, columns))
    width, height, bar_height = columns * cell, rows * cell, min(max(rows * cell, 0.9), 2.4)
    figure = Figure(figsize=(width + 3.0, max(height, bar_height) + 2.0), dpi=110)  # cut to what is drawn on writing
    across, up = 1 / figure.get_figwidth(), 1 / figure.get_figheight()
    axes = figure.add_axes((1.5 * across, 1 - (1.5 + height) * up, width * across, height * up))
    picture = axes.imshow(weights, cmap="Blues", vmin=0.0, vmax=_highest(weights), aspect="auto", interpolation="nearest")
    _name_cells(axes, list(map(shortened, source_tokens)), list(map(shortened, target_tokens)), cell)
    place = figure.add_axes(((1.5 + width + 0.2) * across, 1 - (1.5 + bar_height) * up, 0.12 * across, bar_height * up))
    bar = figure.colorbar(picture, cax=place)
    bar.ax.tick_params(labelsize=7, length=2)
    bar.ax.locator_params(nbins=5)
    bar.outline.set_visible(False)
    bar.set_label("attention weight", fontsize=7)
    return figure


def length_figure(bins: Sequence[LengthBin]) -> Figure:
    """BLEU and chrF with their intervals, a place for each bin of source lengths; below it its lengths and its number of lines."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(5.0, 1.1 * len(bins) + 1.5), 3.4), dpi=110, layout="constrained")
    axes = figure.subplots()
    for shift, (label, colour) in zip((-0.06, 0.06), (("BLEU", COLOURS["train"]), ("chrF", COLOURS["dev"])), strict=True):
        scores = [one.bleu if label == "BLEU" else one.chrf for one in bins]
        low, high = ([score.interval[end] if score.interval else score.value for score in scores] for end in (0, 1))
        places, values = [place + shift for place in range(len(bins))], [score.value for score in scores]
        axes.plot(places, values, label=label, color=colour, linewidth=1.2, marker="o", markersize=4)
        axes.vlines(places, low, high, color=colour, linewidth=1.8)
    names = [f"{one.name}\n{one.lines:,} line{'' if one.lines == 1 else 's'}" for one in bins]
    axes.set_xticks(range(len(bins)), names, fontsize=8)
    axes.set_xlim(-0.5, len(bins) - 0.5)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("words of the source")
    axes.set_title("scores by length, with 95 % intervals", loc="left", fontsize=10)
    _plain(axes)
    axes.legend(frameon=False, fontsize=8)
    return figure


def shortened(token: str, longest: int = LONGEST_TOKEN, *, spaces: bool = False) -> str:
    """A token as an axis shows it: unseen signs (`spaces`: but for spaces) as a mark, the middle of a long one as an ellipsis."""
    kinds = ((char, unicodedata.category(char)) for char in token)
    shown = "".join(
        (" " if spaces else "␣") if char.isspace() else "�" if kind in _UNSEEN else char for char, kind in kinds if kind != "Cf"
    )
    if not shown:
        return "∅"
    half = (longest - 1) // 2
    return shown if len(shown) <= longest else f"{shown[: longest - 1 - half]}…{shown[-half:]}"


def _draw_lines(axes: Axes, epochs: Sequence[int], label: str, lines: Mapping[str, Sequence[float]], kept: int | None) -> None:
    from matplotlib.ticker import MaxNLocator

    for position, (name, values) in enumerate(lines.items()):
        points = [(epoch, value) for epoch, value in zip(epochs, values, strict=True) if not math.isnan(value)]
        if points:
            colour = COLOURS.get(name, _MORE_COLOURS[position % len(_MORE_COLOURS)])
            style = "-" if position < len(_MORE_COLOURS) and name != LEARNING else "--"
            dot, width = ("o" if len(points) <= 40 else None, 1.8) if name != LEARNING else (None, 1.2)
            axes.plot(*zip(*points, strict=True), label=name, color=colour, linewidth=width, linestyle=style, markersize=3.5, marker=dot)
    if kept is not None and axes.lines:
        axes.axvline(kept, label=f"kept (epoch {kept})", color="#777777", linewidth=1.0, linestyle=":", zorder=1)
    axes.set_xlabel("epoch")
    axes.set_title(label, loc="left", fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    _plain(axes)
    if len(set(epochs)) == 1:
        axes.set_xlim(epochs[0] - 1, epochs[0] + 1)
        axes.set_xticks([epochs[0]])
    if axes.lines:
        show_as_written(axes.legend(frameon=False, fontsize=8).get_texts())
    else:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.text(0.5, 0.5, "not recorded", transform=axes.transAxes, ha="center", va="center", color="#777777")


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e3e6ea", linewidth=0.8)
    axes.set_axisbelow(True)


def _name_cells(axes: Axes, columns: Sequence[str], rows: Sequence[str], cell: float) -> None:
    """The words along the top and down the left, and a thin line around each cell; where cells are tiny, every few words and no lines."""
    size, step = max(5.4, min(9.0, cell * 34)), math.ceil(SMALLEST_CELL / cell)
    axes.xaxis.tick_top()
    axes.set_xticks(
        range(0, len(columns), step), columns[::step], fontsize=size, rotation=60, rotation_mode="anchor", ha="left", va="bottom"
    )
    axes.set_yticks(range(0, len(rows), step), rows[::step], fontsize=size)
    show_as_written([*axes.get_xticklabels(), *axes.get_yticklabels()])
    if step == 1:
        axes.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
        axes.grid(which="minor", color="#e3e6ea", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_color("#b8bec6")


def _highest(weights: NDArray[np.float64]) -> float:
    """The highest weight, for the dark end of the scale; 1 where there is none above 0."""
    known = weights[np.isfinite(weights)]
    return float(known.max()) if known.size and known.max() > 0 else 1.0


def _value(number: float | None) -> float:
    return float(number) if number is not None and math.isfinite(number) else math.nan


def show_as_written(texts: Iterable[Text]) -> None:
    """No formulas between dollar signs, and the machine's fonts for other scripts where the default font lacks a sign."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    families = ["DejaVu Sans", *(name for name in _OTHER_SCRIPTS if name in installed)]
    for text in texts:
        text.set_parse_math(False)
        text.set_fontfamily(families)


def write_png(figure: Figure, path: Path | str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    stream = io.BytesIO()
    FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        # no version among the metadata: the same data give the same bytes
        figure.savefig(stream, format="png", bbox_inches="tight", pad_inches=0.1, metadata={"Software": None})
    write_atomically(Path(path), stream.getvalue())


_UNSEEN = {"Cc", "Cs", "Co", "Cn"}
_OTHER_SCRIPTS = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari"),
    *("Noto Sans Thai", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "IPAGothic", "Hiragino Sans", "PingFang SC"),
    *("Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Arial Unicode MS"),
)
_MORE_COLOURS = ("#1a8a4b", "#9a3fb5", "#b3261e", "#0b7a8c", "#8a6d00", "#6b7280")
LEARNING = "train, while learning"
COMPARABLE = {"train": "probe", "dev": "dev"}
LINES = {"train": "probe", LEARNING: "train", "dev": "dev"}
COLOURS = {"train": "#1f6feb", LEARNING: "#1f6feb", "dev": "#d1600a"}

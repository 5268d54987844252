"""The pictures of studies, a page each: gradient by distance, what it predicts, memory as a grid, training with and without clipping.

Each takes plain data and a theme, draws within `slides.slide`, and writes a file. N networks, R seeds, D distances, U updates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.reports.slides import SMALLEST, Theme, look_of, name_ends, slide, write_slide

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = NDArray[np.float64]
LEAST = 1e-40  # smaller gradients stand at the lower edge
FLOOR = 1e-20  # the page shows no smaller ones; a line that falls below is named where it leaves


def gradients_slide(names: Sequence[str], relative_NRD: Table, path: Path, theme: Theme, *, title: str, distances: Sequence[int]) -> None:
    """Words back against the relative gradient on a log axis, with a line at 1: geometric mean of the seeds and their range."""
    typical_ND, low_ND, high_ND = spread_of(relative_NRD)
    with slide(theme) as (figure, (axes,)):
        for number, _ in enumerate(names):
            look = look_of(theme, number)
            axes.fill_between(distances, low_ND[number], high_ND[number], color=look.colour, alpha=0.18, linewidth=0)
            axes.plot(distances, typical_ND[number], color=look.colour, linestyle=look.dash, linewidth=2)
        axes.axhline(1.0, color=theme.text, linewidth=1.2, zorder=1)
        axes.set_yscale("log")
        few_powers(axes, "y")
        axes.set_xlim(min(distances), max(distances))
        axes.set_ylim(max(float(low_ND.min()) / 3, FLOOR), max(float(high_ND.max()), 1.0) * 30)
        axes.set(xlabel="words back", ylabel="gradient relative to the last word's", title=title)
        back_D = np.asarray(distances, dtype=np.float64)
        name_ends(axes, theme, [(name, back_D, typical_ND[row], look_of(theme, row).colour) for row, name in enumerate(names)])
        write_slide(figure, path)


def influence_slide(names: Sequence[str], influences_NRD: Table, path: Path, theme: Theme, *, title: str, distances: Sequence[int]) -> None:
    """Distance against the nats that the right answer loses when the symbol is replaced: mean of the seeds and their range."""
    with slide(theme) as (figure, (axes,)):
        lines, words_D = [], np.asarray(distances, dtype=np.float64)
        for number, name in enumerate(names):
            look, values_RD = look_of(theme, number), influences_NRD[number]
            axes.fill_between(words_D, values_RD.min(axis=0), values_RD.max(axis=0), color=look.colour, alpha=0.18, linewidth=0)
            axes.plot(
                words_D, values_RD.mean(axis=0), color=look.colour, linestyle=look.dash, marker=look.shape, linewidth=2, clip_on=False
            )
            lines.append((name, words_D, values_RD.mean(axis=0), look.colour))
        axes.axhline(0.0, color=theme.text, linewidth=1.2, zorder=1)
        axes.set(xlabel="words between symbol and question", ylabel="influence of the symbol (nats)", title=title)
        axes.set_xlim(min(distances), max(distances))
        name_ends(axes, theme, lines)
        write_slide(figure, path)


def prediction_slide(
    names: Sequence[str], gradients_NDR: Table, accuracies_NDR: Table, path: Path, theme: Theme, *, chance: float, title: str
) -> None:
    """Gradient before training (log axis) against the accuracy reached, a mark a training; chance is dashed."""
    with slide(theme) as (figure, (axes,)):
        for number, name in enumerate(names):
            look = look_of(theme, number)
            axes.plot(
                *(np.maximum(gradients_NDR[number].ravel(), LEAST), 100 * accuracies_NDR[number].ravel()),
                label=name,
                color=look.colour,
                marker=look.shape,
                markersize=9,
                markeredgecolor=theme.back,
                markeredgewidth=0.6,
                linestyle="none",
                alpha=0.9,
            )
        axes.axhline(100 * chance, color=theme.text, linewidth=1.2, linestyle="--", zorder=1)
        axes.set_xscale("log")
        few_powers(axes, "x")
        axes.set_ylim(-2, 104)
        axes.set(xlabel="gradient at the symbol before training, relative to the last word's", ylabel="accuracy reached (%)", title=title)
        axes.annotate(
            *("chance", (1.0, 100 * chance)), xycoords=("axes fraction", "data"), xytext=(-4, 4), textcoords="offset points", ha="right"
        )
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
        write_slide(figure, path)


def memory_slide(
    names: Sequence[str],
    distances: Sequence[int],
    scores_NDR: Table,
    path: Path,
    theme: Theme,
    *,
    chance: float,
    lower_is_better: bool,
    title: str,
) -> None:
    """Networks down, distances across, the mean over the seeds in each cell with its range; the colour bar has chance as a line."""
    from matplotlib.colors import Normalize

    cells_ND = scores_NDR.mean(axis=2)
    colours, scale = ("cividis_r", Normalize(0, 1.2 * chance)) if lower_is_better else ("cividis", Normalize(0, 100))
    shown_ND = cells_ND if lower_is_better else 100 * cells_ND
    with slide(theme) as (figure, (axes,)):
        picture = axes.imshow(shown_ND, cmap=colours, norm=scale, aspect="auto")
        for row in range(len(names)):
            for column in range(len(distances)):
                text = cell_text(scores_NDR[row, column], lower_is_better, short=len(distances) > (4 if lower_is_better else 7))
                shade = picture.cmap(scale(shown_ND[row, column]))
                ink = "#111417" if 0.3 * shade[0] + 0.59 * shade[1] + 0.11 * shade[2] > 0.5 else "#ffffff"
                axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=10)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_xticks(range(len(distances)), [str(distance) for distance in distances])
        axes.set_yticks(range(len(names)), list(names))
        axes.tick_params(length=0, labelcolor=theme.text)
        axes.set(xlabel="words" if lower_is_better else "words between", title=title)
        bar = figure.colorbar(picture, ax=axes, pad=0.02, fraction=0.05)
        bar.outline.set_visible(False)
        bar.set_label("mean squared error" if lower_is_better else "accuracy (%)")
        level = chance if lower_is_better else 100 * chance
        bar.ax.axhline(level, color="#ffffff", linewidth=1.6, linestyle="--")
        bar.ax.annotate("chance", (0, level), xycoords=("axes fraction", "data"), xytext=(-3, 0), textcoords="offset points", ha="right",
                        va="center", fontsize=SMALLEST)  # fmt: skip
        write_slide(figure, path)


def cell_text(scores_R: Table, lower_is_better: bool, *, short: bool) -> str:
    """The mean, and behind it the range of the seeds where they differ."""
    mean, low, high = scores_R.mean(), scores_R.min(), scores_R.max()
    form = (lambda value: f"{value:.3f}") if lower_is_better else (lambda value: f"{100 * value:.0f}")
    if short or form(low) == form(high):
        return form(mean)
    return f"{form(mean)} ({form(low)}–{form(high)})"


def clipping_slide(
    runs: Sequence[tuple[str, Table, Table]], limit: float, chance: float, path: Path, theme: Theme, *, updates: int, title: str
) -> None:
    """Gradient norm by update with the clipping line, and below it the loss with chance dashed; runs: name, norms_U and losses_U."""
    with slide(theme, rows=2, heights=(1, 1)) as (figure, (above, below)):
        ends: list[list[tuple[str, Table, Table, str]]] = [[], []]
        for number, (name, *lines) in enumerate(runs):
            look = look_of(theme, number)
            for place, (axes, values_U) in enumerate(zip((above, below), lines, strict=True)):
                updates_U = np.arange(1.0, len(values_U) + 1)
                axes.plot(updates_U, values_U, color=look.colour, linestyle=look.dash, linewidth=1.6)
                ends[place].append((name, updates_U, values_U, look.colour))
        above.axhline(limit, color=theme.text, linewidth=1.4)
        above.annotate(f"clipped at {limit:g}", (1.0, limit), xycoords=("axes fraction", "data"), xytext=(-4, -12),
                       textcoords="offset points", ha="right")  # fmt: skip
        below.axhline(chance, color=theme.text, linewidth=1.2, linestyle="--")
        below.annotate(f"guessing: {chance:.3f}", (1.0, chance), xycoords=("axes fraction", "data"), xytext=(-4, -13),
                       textcoords="offset points", ha="right")  # fmt: skip
        for axes, label in ((above, "gradient norm"), (below, "loss")):
            axes.set_yscale("log")
            few_powers(axes, "y")
            axes.set_ylabel(label)
        top = max(float(values_U.max()) for _, _, values_U in runs)
        below.set_ylim(chance / 20, min(top, 1e6) * 3)
        above.set_xlim(1, updates)
        below.set_xlabel("update")
        above.set_title(title)
        for axes, own in zip((above, below), ends, strict=True):
            name_ends(axes, theme, own)
        write_slide(figure, path)


def spread_of(values_NRD: Table) -> tuple[Table, Table, Table]:
    """Geometric mean, least and largest over the seeds; what is below LEAST is LEAST."""
    logs_NRD = np.log(np.maximum(values_NRD, LEAST))
    return np.exp(logs_NRD.mean(axis=1)), np.exp(logs_NRD.min(axis=1)), np.exp(logs_NRD.max(axis=1))


def few_powers(axes: Axes, axis: str) -> None:
    """Ticks at a few powers of ten, written as 1e-10, without ticks between."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    own: Any = getattr(axes, f"{axis}axis")
    own.set_major_locator(LogLocator(numticks=7))
    own.set_minor_locator(NullLocator())
    own.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}" if 1e-3 < value < 1e4 else f"1e{round(np.log10(value))}"))

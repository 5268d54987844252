"""The picture of a confusion matrix: gold labels in rows, what they were answered as in columns. R rows, C columns.

matplotlib is imported where it is used, as in `seqtasks.reports.plots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqtasks.reports.plots import shortened, show_as_written, write_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL = 0.46  # inches
LONGEST_LABEL = 20  # signs
FAINTEST = 0.15  # colour of the rarest count that is not 0, of 1


def confusion_plot(rows: Sequence[str], columns: Sequence[str], counts_RC: Sequence[Sequence[int]], path: Path | str) -> None:
    """Write the picture of `confusion_figure` to `path` as PNG."""
    write_png(confusion_figure(rows, columns, counts_RC), path)


def confusion_figure(rows: Sequence[str], columns: Sequence[str], counts_RC: Sequence[Sequence[int]]) -> Figure:
    """A number in each cell that is not 0: blue where row and column have one name, orange elsewhere, darker for a larger share of the row.

    The shade is the square root of the share, so that rare confusions are seen.
    Raises ValueError where the counts have not a row and a column for each name, and at least one of each.
    """
    from matplotlib.figure import Figure

    counts = np.asarray(counts_RC, dtype=np.float64)
    if counts.shape != (len(rows), len(columns)) or counts.size == 0:
        raise ValueError(f"{len(rows)} rows and {len(columns)} columns, at least one of each, cannot name counts of shape {counts.shape}")
    share_RC = np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    shade_RC = FAINTEST + (1 - FAINTEST) * share_RC
    right_RC = np.array([[row == column for column in columns] for row in rows])
    none_RC = counts == 0
    figure = Figure(figsize=(2.4 + CELL * len(columns), 1.8 + CELL * len(rows)), dpi=110, layout="constrained")
    axes = figure.subplots()
    for colours, mask in (("Blues", none_RC | ~right_RC), ("Oranges", none_RC | right_RC)):
        axes.imshow(np.ma.masked_array(shade_RC, mask), cmap=colours, vmin=0.0, vmax=1.25, aspect="equal", interpolation="nearest")
    for row, column in np.argwhere(counts > 0).tolist():
        ink = "white" if shade_RC[row, column] > 0.8 else "#1b1f24"
        number = counts[row, column]
        axes.text(
            column, row, f"{number:.0f}" if number < 10_000 else f"{number / 1000:.0f}k", ha="center", va="center", fontsize=7, color=ink
        )
    axes.set_xticks(
        range(len(columns)), [shortened(name, LONGEST_LABEL, spaces=True) for name in columns], fontsize=8, rotation=60, ha="left"
    )
    axes.set_yticks(range(len(rows)), [shortened(name, LONGEST_LABEL, spaces=True) for name in rows], fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xlabel("answered", fontsize=8)
    axes.xaxis.set_label_position("top")
    axes.set_ylabel("gold", fontsize=8)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#e3e6ea", linewidth=0.6)
    axes.tick_params(which="minor", length=0)
    show_as_written([*axes.get_xticklabels(), *axes.get_yticklabels()])
    return figure

"""Confusions of a comparison: which tag is taken for which, as a list over all systems and as a map for each.

Maps are tables with numbers up to `READABLE` tags, and pictures without numbers beyond. The colour of a wrong cell grows with the logarithm
of its count, so that rare confusions show beside frequent ones; right answers stay grey.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from seqtasks.evaluation.comparison import Comparison, Confusion
from seqtasks.reports.comparison_answer import ranking
from seqtasks.reports.comparison_drawing import series_name
from seqtasks.reports.comparison_grid import bdi, grid
from seqtasks.reports.comparison_numbers import metric_name, percent, whole
from seqtasks.reports.page import escape

READABLE = 24  # tags whose cells have room for numbers
LISTED = 15
CELL = 13  # pixels of a cell without number
_LEGEND = "gold in rows, answers in columns, counts in cells, the share of each row that is right in percent at its end"
_DARKEST = 0.62  # opacity of the worst cell: letters stay readable on it


def confusion_part(comparison: Comparison, series: Mapping[str, int]) -> str:
    """The most frequent confusions over all systems, and a map of each system."""
    ranked = [system for system in ranking(comparison) if system.confusion.labels]
    if not ranked:
        return ""
    maps = [
        f"<details{' open' if not place else ''}>\n<summary>Map of {series_name(system.name, series)}, "
        f"{escape(metric_name(comparison.metric))} {percent(system.score.value)} %</summary>\n"
        f"{confusion_map(system.confusion, system.name)}\n</details>"
        for place, system in enumerate(ranked)
    ]
    return "\n".join([confused_table(comparison, series), *maps])


def confused_pairs(confusions: Mapping[str, Confusion], most: int = LISTED) -> list[tuple[str, str, dict[str, int]]]:
    """(gold, answered, count of each system), the most frequent confusions first by the system that makes them most."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for name, confusion in confusions.items():
        for gold, row in zip(confusion.labels, confusion.counts, strict=True):
            for answered, count in zip(confusion.labels, row, strict=True):
                if count and gold != answered:
                    found.setdefault((gold, answered), dict.fromkeys(confusions, 0))[name] = count
    ranked = sorted(found.items(), key=lambda item: (-max(item[1].values()), item[0]))
    return [(gold, answered, counts) for (gold, answered), counts in ranked[:most]]


def confused_table(comparison: Comparison, series: Mapping[str, int]) -> str:
    """The list of confused pairs; shares are of all words with the gold tag."""
    confusions = {system.name: system.confusion for system in comparison.systems if system.confusion.labels}
    totals = {name: dict(zip(confusion.labels, map(sum, confusion.counts), strict=True)) for name, confusion in confusions.items()}
    rows = []
    for gold, answered, counts in confused_pairs(confusions):
        shown = [
            f"{whole(count)} <span class=soft>({percent(100 * count / max(totals[name].get(gold, 0), 1))} %)</span>"
            for name, count in counts.items()
        ]
        rows.append([f"{bdi(gold)} → {bdi(answered)}", *shown])
    headers = ["gold → answered", *(series_name(name, series) for name in confusions)]
    caption = "The most frequent confusions: words, and share of the words with this gold tag"
    return grid(headers, rows, caption, numbers=range(1, len(headers)))


def confusion_map(confusion: Confusion, name: str) -> str:
    """A confusion matrix as a table with numbers, or as a picture where there are too many tags for them."""
    return _table(confusion, name) if len(confusion.labels) <= READABLE else _picture(confusion, name)


def shade(count: int, worst: int) -> float:
    """How dark a wrong cell is, 0 to 1: 0 for none, growing with the logarithm of the count to 1 for the worst."""
    return math.log1p(count) / math.log1p(worst) if count and worst else 0.0


def _worst(confusion: Confusion) -> int:
    return max((count for gold, row in enumerate(confusion.counts) for place, count in enumerate(row) if place != gold), default=0)


def _table(confusion: Confusion, name: str) -> str:
    worst, labels = _worst(confusion), confusion.labels
    head = "".join(f'<th scope="col">{bdi(label)}</th>' for label in labels)
    rows = []
    for gold, (label, counts) in enumerate(zip(labels, confusion.counts, strict=True)):
        total = sum(counts)
        cells = []
        for place, count in enumerate(counts):
            share = f"{percent(100 * count / total)} %" if total else "none"
            said = f' title="{escape(f"{label} answered as {labels[place]}: {count} of {total}, {share}")}"' if count else ""
            if place == gold:
                cells.append(f'<td class="diagonal"{said}>{count or ""}</td>')
            else:
                look = f' style="--share: {_DARKEST * shade(count, worst):.2f}"' if count else ""
                cells.append(f"<td{look}{said}>{count or ''}</td>")
        right = f"{100 * counts[gold] / total:.1f}" if total else "–"
        rows.append(f'<tr><th scope="row">{bdi(label)}</th>{"".join(cells)}<td class="sum">{right}</td></tr>')
    return (
        f'<div class="scroll" tabindex="0"><table class="confusion">\n<caption>{escape(f"Confusions of {name}: {_LEGEND}")}</caption>\n'
        f'<thead><tr><th scope="col">gold</th>{head}<th scope="col">right</th></tr></thead>\n'
        f"<tbody>\n{chr(10).join(rows)}\n</tbody>\n</table></div>"
    )


def _picture(confusion: Confusion, name: str) -> str:
    worst, labels = _worst(confusion), confusion.labels
    edge = 12 + 6 * max(map(len, labels))
    side = CELL * len(labels)
    cells = []
    for gold, counts in enumerate(confusion.counts):
        for place, count in enumerate(counts):
            if not count:
                continue
            said = f"<title>{escape(f'{labels[gold]} answered as {labels[place]}: {count}')}</title>"
            look = 'class="diagonal"' if gold == place else f'class="hot" fill-opacity="{0.12 + 0.88 * shade(count, worst):.2f}"'
            cells.append(f'<rect {look} x="{place * CELL}" y="{gold * CELL}" width="{CELL - 1}" height="{CELL - 1}">{said}</rect>')
    middle = CELL / 2 + 3
    names = "".join(
        f'<text x="-5" y="{place * CELL + middle:g}" text-anchor="end">{escape(label)}</text>'
        f'<text transform="translate({place * CELL + middle:g} -5) rotate(-90)">{escape(label)}</text>'
        for place, label in enumerate(labels)
    )
    return (
        f'<p class="soft">Confusions of {escape(name)}: gold in rows, answers in columns, darker for more.</p>'
        f'<div class="scroll compact" tabindex="0"><svg role="img" width="{side + edge + 4}" height="{side + edge + 4}" '
        f'aria-label="{escape(f"Confusion map of {name} over {len(labels)} tags; the list above gives the largest in numbers")}">'
        f'<g transform="translate({edge} {edge})"><rect class="back" width="{side}" height="{side}"/>{"".join(cells)}{names}</g>'
        f"</svg></div>"
    )

"""What the pages of all comparisons share: how their parts are put together, and the files that were compared on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqtasks.reports.comparison_drawing import symbols
from seqtasks.reports.comparison_grid import grid, how_to_read
from seqtasks.reports.comparison_numbers import whole
from seqtasks.reports.comparison_style import style
from seqtasks.reports.page import contents, escape, page, section


def framed(title: str, answer: str, parts: Mapping[str, str], reading: Mapping[str, str]) -> str:
    """A page: the answer (HTML), a list of contents, and the parts (HTML by title) that hold something, each with how to read it."""
    shown = {name: how_to_read(reading.get(name, "")) + html for name, html in parts.items() if html}
    body = [symbols(), answer, contents(shown), *(section(name, html) for name, html in shown.items())]
    return page(title, "\n".join(body), style=style())


def data_part(data: Sequence[tuple[str, str, int, str]], unit: str) -> str:
    """A row for each part with its file, how many units it has, and beneath its checksum."""
    rows = [[escape(part), f'<span class="signature">{escape(path)}</span>', whole(count)] for part, path, count, _ in data]
    beneath = [f"sha256 {checksum}" for *_, checksum in data]
    return grid(["part", "file", unit], rows, "Files compared on, with their checksums", numbers=(2,), beneath=beneath)

"""Parts that another package offers: entry points in a `.dist-info` folder on Python's path, as an installed package has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Offer = Callable[[str, str, str], None]


def offering(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Offer:
    """A function that offers a part (GROUP, name, "module:object") from now on, until the test ends."""
    offers: dict[str, list[str]] = {}
    metadata = folder / "offered-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)

    def offer(group: str, name: str, part: str) -> None:
        offers.setdefault(group, []).append(f"{name} = {part}")
        text = "".join(f"[{group}]\n" + "".join(f"{line}\n" for line in lines) for group, lines in offers.items())
        (metadata / "entry_points.txt").write_text(text, encoding="utf-8")

    return offer

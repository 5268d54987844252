"""What only the built manual has: the docstrings of every module, and the cards of tasks/, which lie beside the recipes.

A line `<!-- sphinx: NAME -->` in a page is replaced by the Markdown that PARTS[NAME] returns. Everything else that is made from the code is
written into the pages by `write_tables.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import cards
import modules
from sphinx.application import Sphinx

PARTS = {"blocks": modules.blocks_markdown, "modules": modules.modules_markdown, "cards": cards.markdown}
MARKER = re.compile(r"^<!-- sphinx: ([\w-]+) -->$", re.MULTILINE)
EXAMPLE = re.compile(r"^(```pycon\n(?:(?!^```).*\n)*?.+)\n\n```$", re.MULTILINE)


def fill_in(app: Sphinx, docname: str, source: list[str]) -> None:
    """Sphinx's source-read event: replace the markers of one page, and drop the blank line that doctest needs at a block's end."""
    source[0] = EXAMPLE.sub(r"\1\n```", MARKER.sub(lambda found: PARTS[found[1]](), source[0]))


def pages_with_markers(app: Sphinx, *_: object) -> list[str]:
    """These pages are read again in every build: the code they come from may have changed."""
    return [name for name in app.env.found_docs if MARKER.search(Path(app.env.doc2path(name)).read_text(encoding="utf-8"))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", fill_in)
    app.connect("env-get-outdated", pages_with_markers)
    return {"parallel_read_safe": True}

"""The parts of the manual that are made from the code at build time, so that they cannot go stale.

A line `% generated: NAME` in a page is replaced by the Markdown that PARTS[NAME] returns: recipe-tables from the tables of recipes and the
kinds of task, commands and exit-codes from the command line, blocks and modules as autodoc directives, task-cards from the cards in
`tasks/`, translation-faults from `seqtasks/diagnosis/`. A key of a recipe without a meaning is a warning, so with -W the build fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import cards
import command_line
import faults
import modules
import recipe_tables
from sphinx.application import Sphinx

PARTS = {
    "recipe-tables": recipe_tables.markdown,
    "commands": command_line.commands_markdown,
    "exit-codes": command_line.exit_codes_markdown,
    "blocks": modules.blocks_markdown,
    "modules": modules.modules_markdown,
    "task-cards": cards.markdown,
    "translation-faults": faults.markdown,
}
MARKER = re.compile(r"^% generated: ([\w-]+)$", re.MULTILINE)
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

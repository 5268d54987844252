"""The cards of tasks/, as they lie beside the recipes, for the page on tasks."""

from __future__ import annotations

import re
from pathlib import Path

TASKS = Path(__file__).resolve().parents[2] / "tasks"
LOCAL_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")
HEADING = re.compile(r"^(#+ )", re.MULTILINE)


def markdown() -> str:
    """The card of tasks/ without its title, then one section for each task; links to files of the checkout become plain text."""
    first = (TASKS / "README.md").read_text(encoding="utf-8").partition("\n")[2]
    cards = [path.read_text(encoding="utf-8") for path in sorted(TASKS.glob("*/README.md"))]
    return LOCAL_LINK.sub(r"\1", "\n\n".join([first, *(HEADING.sub(r"#\1", card) for card in cards)]))

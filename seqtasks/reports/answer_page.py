"""Translations as a page: each line with what was made of it, and its attention as a table. Written line by line, as long as it likes."""

from __future__ import annotations

from dataclasses import dataclass

from seqtasks.reports.answers import translated
from seqtasks.reports.entity_page import BODY
from seqtasks.reports.page import render
from seqtasks.reports.shown import TranslatedShown


@dataclass
class AnswerPage:
    """A page in pieces: `opening`, a `line` for each, `closing`."""

    title: str
    about: str
    lines: int = 0

    def opening(self) -> str:
        """Everything before the first line."""
        return self.whole().partition(BODY)[0]

    def line(self, answer: TranslatedShown) -> str:
        """One line with its translations, best first; attention where it is given and fits on a screen."""
        self.lines += 1
        return f'<div class="one">{translated(answer)}</div>'

    def closing(self) -> str:
        """Everything after the last line: how many there were."""
        return self.whole().partition(BODY)[2]

    def whole(self) -> str:
        """The page without its lines."""
        return render("answer_page.html", {"page": self, "title": self.title, "body": BODY})

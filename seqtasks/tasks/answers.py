"""A list of answers that a notebook shows one below the other."""

from __future__ import annotations

from itertools import islice
from typing import Protocol, TypeVar

from seqtasks.reports.shown import MOST, Shown


class Drawable(Protocol):
    """An answer that knows what a page or a notebook shows of it."""

    def drawing(self) -> Shown: ...


A = TypeVar("A", bound=Drawable)


class Answers(list[A]):
    """Answers in the order of what was asked: a list, which shows itself in a notebook."""

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([answer.drawing() for answer in islice(self, MOST)], several=len(self))

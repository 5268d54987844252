"""Lists of answers: they show themselves in a notebook, turn into plain data, and a slice of one is one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, TypeVar, overload

from seqtasks.reports.shown import MOST, Shown, TranslatedShown

if TYPE_CHECKING:
    from typing import Self  # of Python 3.11

T = TypeVar("T")


class Answer(Protocol):
    """What is answered to one line: it knows what a page or a notebook shows of it, and its plain data."""

    def drawing(self) -> Shown: ...

    def to_dict(self) -> dict[str, Any]: ...


class Worded(Protocol):
    """An answer in words."""

    @property
    def text(self) -> str: ...

    @property
    def log_probability(self) -> float: ...


A = TypeVar("A", bound=Answer)
B = TypeVar("B", bound=Worded)


class AnswerList(list[T]):
    """A list whose slices and copies are lists of its own kind."""

    def like(self, some: Iterable[T]) -> Self:
        """A list of this kind, of some of these answers."""
        return type(self)(some)

    def copy(self) -> Self:
        return self.like(self)

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: SupportsIndex | slice) -> T | Self:
        return self.like(super().__getitem__(index)) if isinstance(index, slice) else super().__getitem__(index)


class Alternatives(AnswerList[B]):
    """What is answered to one line, several ways, the foremost first. source: the line; text: that of the foremost one."""

    source = ""

    def like(self, some: Iterable[B]) -> Self:
        """Some of these, of the same line."""
        found = super().like(some)
        found.source = self.source
        return found

    @property
    def text(self) -> str:
        return self[0].text

    def drawing(self) -> TranslatedShown:
        """What a notebook shows: the line, and below it what was made of it."""
        return TranslatedShown(self.source, [(one.text, one.log_probability) for one in self], None)

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([self.drawing()])


class Answers(AnswerList[A]):
    """Answers in the order of what was asked: a list, which shows itself in a notebook."""

    def to_dict(self) -> list[dict[str, Any]]:
        """For JSON: a list of what each answer's `to_dict` gives."""
        return [answer.to_dict() for answer in self]

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([answer.drawing() for answer in islice(self, MOST)], several=len(self))

"""Lists of answers: they show themselves in a notebook, turn into plain data, and a slice of one is one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, TypeVar, overload

from seqtasks.reports.shown import MOST, Shown

if TYPE_CHECKING:
    from typing import Self  # of Python 3.11

T = TypeVar("T")


class Answer(Protocol):
    """What is answered to one line: it knows what a page or a notebook shows of it, and its plain data."""

    def drawing(self) -> Shown: ...

    def to_dict(self) -> dict[str, Any]: ...


A = TypeVar("A", bound=Answer)


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


class Answers(AnswerList[A]):
    """Answers in the order of what was asked: a list, which shows itself in a notebook."""

    def to_dict(self) -> list[dict[str, Any]]:
        """For JSON: a list of what each answer's `to_dict` gives."""
        return [answer.to_dict() for answer in self]

    def _repr_html_(self) -> str:
        from seqtasks.reports.answers import shown_answers  # with Jinja2, which only what is drawn needs

        return shown_answers([answer.drawing() for answer in islice(self, MOST)], several=len(self))

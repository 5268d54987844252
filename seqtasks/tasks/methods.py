"""What a predictor can be asked: its own methods, named where one of another kind of task, or of another library, is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

CALLS = frozenset(("tag", "tag_lines", "tag_words", "classify", "classify_lines", "answer", "answer_lines", "translate", "write", "score"))
ELSEWHERE = frozenset(("predict", "predict_proba", "transform", "generate", "pipe"))  # what other libraries call it


class Methods:
    """What tells of a predictor's own methods. task: its kind; methods: names of what answers; where: its run directory."""

    task: str = ""
    methods: ClassVar[tuple[str, ...]] = ()

    def where(self) -> Path | None:
        """Where its run lies; None for one that was made without."""
        return None

    def __repr__(self) -> str:
        place = self.where()
        names = ", ".join((*self.methods, "stream", "evaluate"))
        return f"<{type(self).__name__}: a run of {spoken(self.task)}{f' in {place}' if place else ''}; it has {names}>"

    if not TYPE_CHECKING:  # a type checker knows what there is

        def __getattr__(self, name: str) -> object:
            """Asked for what is not there. Raises AttributeError, for methods of others with those to be called."""
            if name in CALLS or name in ELSEWHERE:
                raise AttributeError(f"{self.where() or 'this'} is a run of {spoken(self.task)}; use {either(self.methods)}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


def spoken(task: str) -> str:
    """A kind of task in a sentence."""
    return {"language_model": "language modelling"}.get(task, task)


def either(names: tuple[str, ...]) -> str:
    """The names with "or" before the last."""
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)


def from_here(path: Path) -> Path:
    """A path below the current folder as it is written there; others as they are."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path

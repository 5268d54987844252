"""The errors a user can cause. Each is one clear line: what is wrong, where, and what to do.

Every message that reaches a terminal comes from a subclass of `SeqtasksError`; anything else that escapes is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

LONGEST_WORD = 100  # characters of what may be a mistyped word


class SeqtasksError(Exception):
    """Something the user can put right, in one line, or of several faults in one line each. `exit_code` is what the command line returns.

    What another library says in several lines, such as tarfile of an archive that is none, stands in the line that tells of it.
    """

    exit_code = 1

    def __init__(self, *faults: str) -> None:
        self.faults = tuple(in_one_line(fault) for fault in faults)
        super().__init__("\n".join(self.faults))


class UsageError(SeqtasksError):
    """A wrong option, task, recipe name or combination of them (exit code 2)."""

    exit_code = 2


class WrongTypeError(UsageError, TypeError):
    """A call in Python with an argument of a type that it does not take, or that it could misread; the message names the right call."""


class MissingError(UsageError, KeyError):
    """A key that an answer does not have; the message names those there are, or how to ask for it."""

    __str__ = Exception.__str__  # that of KeyError is a quoted line


class RecipeError(UsageError):
    """Faults of a recipe, all of them at once, each with its file, table and key."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(*faults)


class DataError(SeqtasksError):
    """A fault in a data file: `path:line: problem. remedy.`; line is 0 where the whole file is meant."""

    def __init__(self, path: Path | str, line: int, problem: str, remedy: str) -> None:
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {problem}. {remedy}.")


class RunDirectoryError(SeqtasksError):
    """A run directory that cannot be written, read, resumed or trusted."""


class DeviceError(UsageError):
    """A device or precision that this machine does not have."""


class TrainingError(SeqtasksError):
    """Training that cannot go on: a loss that is no longer a number."""


class Interrupted(SeqtasksError):  # noqa: N818 (an ending, not an error)
    """Stopped by the user after the state was saved; the message says how to go on."""

    exit_code = 130


class SeqtasksWarning(UserWarning):
    """A note on data or settings that look wrong, from a call in Python that has nobody else to tell."""


def in_one_line(text: str) -> str:
    """A text whose line breaks are spaces."""
    return text if "\n" not in text and "\r" not in text else " ".join(text.split())


def close_matches(word: str, known: Iterable[str]) -> list[str]:
    """The nearest known word, if there is one; a very long word is like none."""
    return get_close_matches(word, list(known), n=1) if len(word) <= LONGEST_WORD else []


def did_you_mean(word: str, known: Iterable[str], meant: Mapping[str, str] | None = None) -> str:
    """The end of a sentence: "; did you mean 'x'?" with the nearest known word, or a full stop. meant: words that say another one."""
    near = [meant[word]] if meant and word in meant else close_matches(word, known)
    return f"; did you mean {near[0]!r}?" if near else "."


def in_short(value: object) -> str:
    """A value as Python spells it, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists in lists
        return f"a {type(value).__name__} that is too long to show"
    return cut(text)


def cut(text: str) -> str:
    """A text, cut where it is long."""
    return text if len(text) <= LONGEST_WORD else f"{text[:LONGEST_WORD]}..."

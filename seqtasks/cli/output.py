"""Standard streams that keep their place: what cannot be written is one line, and what data holds cannot steer a terminal.

Control signs (ESC, BEL, NUL, marks that turn the direction of text) are shown as escapes on a terminal and in every message; files and
pipes get text as it is.
"""

from __future__ import annotations

import io
import os
import re
import sys
from typing import IO, Any, TextIO

from seqtasks.errors import SeqtasksError

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


class OutputError(SeqtasksError):
    """Standard output that does not take what is written."""


def shown(text: str) -> str:
    """Text with its control signs as escapes; tabs and line feeds stay."""
    return CONTROL.sub(lambda found: escape(ord(found.group())), text)


def escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


class Output(io.TextIOWrapper):
    """Standard output or error. messages: always escaped, and lost where they cannot be written.

    goes_on: what cannot be written is lost from then on, and the program goes on; else it ends with an OutputError, or a BrokenPipeError.
    """

    def __init__(self, buffer: Any, *, encoding: str, messages: bool) -> None:
        super().__init__(buffer, encoding=encoding, errors="backslashreplace", line_buffering=messages)
        self.goes_on = messages
        self.escapes = messages or self.isatty()

    def write(self, text: str) -> int:
        return self.write_styled(shown(text) if self.escapes else text)

    def write_styled(self, text: str) -> int:
        """The text with its control signs: our own, of colours and bars."""
        try:
            return super().write(text)
        except OSError as fault:
            self.refused(fault)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as fault:
            self.refused(fault)

    def refused(self, fault: OSError) -> None:
        """Go on in silence, or raise."""
        silence(self)
        if self.goes_on:
            return
        if isinstance(fault, BrokenPipeError):
            raise fault
        raise OutputError(f"standard output: cannot write: {fault.strerror or fault}. Write to a file with --out or >.") from None


class Styled:
    """A stream as rich writes to it: text whose control signs are rich's own."""

    def __init__(self, stream: Output) -> None:
        self.stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        return self.stream.write_styled(text)

    def flush(self) -> None:
        self.stream.flush()

    def isatty(self) -> bool:
        return self.stream.isatty()

    def fileno(self) -> int:
        return self.stream.fileno()


def styled(stream: TextIO) -> IO[str]:
    """What rich is to write to in the place of a standard stream."""
    return Styled(stream) if isinstance(stream, Output) else stream  # type: ignore[return-value]


def guard_streams() -> None:
    """Put Outputs in the place of standard output and error. A stream that is closed gets a place that refuses, so that no file of ours
    takes its number."""
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # it gets the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout = Output(binary(sys.stdout, 1), encoding=encoding, messages=False)
    sys.stderr = Output(binary(sys.stderr, 2), encoding=encoding, messages=True)


def binary(stream: Any, number: int) -> Any:
    """The bytes below a standard stream."""
    return io.BufferedWriter(io.FileIO(number, "w", closefd=False)) if stream is None else stream.detach()


def go_on_without_reader() -> None:
    """From now on lines are lost where they cannot be written: what this command makes is in files."""
    if isinstance(sys.stdout, Output):
        sys.stdout.goes_on = True


def silence(stream: IO[str]) -> None:
    """Let all that is still to be written to a stream, and what waits in it, vanish."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # no file below it
        return

"""Streams that close, fill up or were never there: every command ends, with at most one line of ours."""

from __future__ import annotations

import errno
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.cli.main import commands
from seqtasks.cli.output import Output
from tests.fuzz.law import fuzzed, lawful_command

RUN = Path(__file__).parents[1] / "runs" / "format_1" / "hmm"
COMMANDS = [
    ["--help"],
    ["recipes", "list"],
    ["recipes", "show", "pos"],
    ["data", "list"],
    ["predict", str(RUN), str(RUN / "inputs.txt")],
    ["predict", str(RUN), str(RUN / "inputs.txt"), "--format", "jsonl"],
    ["predict", str(RUN), "-"],
    ["predict", "nothing-there"],
    ["run", "nothing"],
]
FAULTS = (errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EBADF)


class Failing(io.RawIOBase):
    """A stream that takes so many bytes, and from then on refuses."""

    def __init__(self, room: int, fault: int) -> None:
        self.room = room
        self.fault = fault

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        size = len(memoryview(data))  # type: ignore[arg-type]
        self.room -= size
        if self.room < 0:
            raise OSError(self.fault, "refused")
        return size


def ended(arguments: list[str], room: tuple[int, int], fault: int, given_bytes: bytes) -> None:
    """The command with such streams."""
    with pytest.MonkeyPatch.context() as patch:
        out, err = (
            Output(io.BufferedWriter(Failing(size, fault)), encoding="utf-8", messages=number == 1) for number, size in enumerate(room)
        )
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(given_bytes)), encoding="utf-8"))
        try:
            commands.main(arguments, prog_name="seqtasks")
        finally:
            for stream in (out, err):
                stream.goes_on = True  # what is left is of no use to anybody


ROOM = st.one_of(st.integers(0, 400), st.just(1 << 30))


@given(st.sampled_from(COMMANDS), ROOM, ROOM, st.sampled_from(FAULTS), st.binary(max_size=40))
@fuzzed(share=0.3)
def test_streams_that_close(arguments: list[str], out: int, err: int, fault: int, given_bytes: bytes) -> None:
    lawful_command("streams", lambda: ended(arguments, (out, err), fault, given_bytes))

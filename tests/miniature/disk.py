"""A disk that fills up, and a process that is killed: at any write, rename or removal of a call in this process."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Killed(BaseException):
    """The end of a process that nothing in it can answer."""


class Disk:
    """Counts writes, and changes (writes, renames, removals). full_from: the write from which on there is no space; killed_at: the change
    before which the process is killed, in a write after its first half. Nothing is changed on the disk after that.
    """

    def __init__(self, *, full_from: int | None = None, killed_at: int | None = None) -> None:
        self.full_from = full_from
        self.killed_at = killed_at
        self.writes = 0
        self.changes = 0
        self.dead = False

    def change(self) -> None:
        """Before a rename or a removal."""
        self.changes += 1
        if self.dead or self.changes - 1 == self.killed_at:
            self.dead = True
            raise Killed

    def write(self, real: Callable[[Any], int], data: Any) -> int:
        """Write, or half of it and then not."""
        self.writes += 1
        view = memoryview(data) if not isinstance(data, str) else data
        try:
            self.change()
        except Killed:
            if self.changes - 1 == self.killed_at:
                real(view[: len(view) // 2])
            raise
        if self.full_from is not None and self.writes > self.full_from:
            real(view[: len(view) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(view)


class Written:
    """An open file whose writes a disk counts."""

    def __init__(self, stream: Any, disk: Disk) -> None:
        self.stream = stream
        self.disk = disk

    def write(self, data: Any) -> int:
        return self.disk.write(self.stream.write, data)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def __enter__(self) -> Written:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()


@contextmanager
def on(disk: Disk) -> Iterator[Disk]:
    """Let files that are opened for writing, renames and removals go through the disk."""
    opened, changes = Path.open, {name: getattr(os, name) for name in ("replace", "rename", "unlink", "remove", "rmdir")}

    def open_file(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:
        stream = opened(path, mode, *given, **named)
        return Written(stream, disk) if set(mode) & set("wax+") and path.name != ".lock" else stream

    def counted(name: str) -> Callable[..., Any]:
        def change(*given: Any, **named: Any) -> Any:
            disk.change()
            return changes[name](*given, **named)

        return change

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", open_file)
        for name in changes:
            patch.setattr(os, name, counted(name))
        yield disk

"""A folder held by one program at a time, between threads and processes, through a lock on the file `.lock` in it.

The system drops the lock of a killed process. The file is removed when the lock is given back; one that a killed process left is no lock.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOCK = ".lock"


@contextmanager
def folder_lock(folder: Path, *, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder alone. `waiting` is called once if somebody else holds it; what it raises ends the wait.

    Raises OSError where the folder cannot be written to.
    """
    path, told = folder / LOCK, False
    while True:
        stream = path.open("ab")
        if _locked(stream) and _is(stream, path):
            break
        stream.close()
        if not told:
            waiting()
        told = True
        time.sleep(0.05)
    with stream:  # closing the file gives the lock back
        try:
            yield
        finally:
            if _is(stream, path):
                with suppress(OSError):  # an open file cannot be removed everywhere
                    path.unlink()


def _is(stream: IO[bytes], path: Path) -> bool:
    """Whether the path still names the open file: whoever held the lock before may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _locked(stream: IO[bytes]) -> bool:
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _locked(stream: IO[bytes]) -> bool:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

"""Writing files whole or not at all: to a temporary name in the same folder, synced, then renamed."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from seqtasks.errors import RunDirectoryError


def write_atomically(path: Path | str, data: bytes | str) -> None:
    """Replace `path` by `data` (text as UTF-8). Raises RunDirectoryError if it cannot be written; `path` is then as it was."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """A temporary path to write to; it becomes `path` when the block ends well, and vanishes when it does not.

    Raises RunDirectoryError for what the disk refuses: `path: cannot write: No space left on device. ...`.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        temporary = Path(name)
        os.chmod(temporary, 0o666 & ~current_umask())
        yield temporary
        synchronise(temporary)
        os.replace(temporary, path)
        with suppress(OSError):  # a folder cannot be synced everywhere
            synchronise(path.parent)
    except OSError as fault:
        raise RunDirectoryError(f"{path}: cannot write: {fault.strerror or fault}. {remedy(fault)}") from fault
    finally:
        if temporary is not None:
            with suppress(OSError):  # what went wrong first is what the user should read
                temporary.unlink(missing_ok=True)


def remedy(fault: OSError) -> str:
    """What to do about what the disk refused."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space or choose another --out."
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Change its permissions or choose another --out."
    return "Choose another --out."


def synchronise(path: Path) -> None:
    """Wait until the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def current_umask() -> int:
    """The permissions new files lack."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

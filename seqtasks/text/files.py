"""Writing files whole or not at all: to a temporary name in the same folder, synced, then renamed.

A symlink is followed, and what is no regular file (a device, a pipe) is written into: neither is replaced.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from seqtasks.errors import RunDirectoryError

TEMPORARY = re.compile(r"\.[^/]+\.[a-z0-9_]{8}\.tmp")  # names of files that are being written
LONGEST_NAME = 60  # characters of a file's own name that its temporary name shows: at most 240 bytes, where 255 are allowed


def write_atomically(path: Path | str, data: bytes | str, *, make_folder: bool = True) -> None:
    """Replace `path` by `data` (text as UTF-8). Raises RunDirectoryError if it cannot be written; `path` is then as it was.

    make_folder: whether a folder that is not there is made; if not, that it is gone is an error.
    """
    with atomic_path(path, make_folder=make_folder) as temporary:
        temporary.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)


@contextmanager
def atomic_path(path: Path | str, *, make_folder: bool = True) -> Iterator[Path]:
    """A temporary path to write to; it becomes `path` when the block ends well, and vanishes when it does not.

    Of a device or a pipe it is the path itself. Raises RunDirectoryError for what the disk refuses: `path: cannot write: No space left on
    device. ...`.
    """
    path = Path(path)
    if "\0" in str(path):
        raise RunDirectoryError(f"{str(path)!r}: cannot write: a name holds no NUL character. Choose another --out.")
    temporary: Path | None = None
    try:
        if not is_replaceable(path):
            yield path
            return
        target = Path(os.path.realpath(path))
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:LONGEST_NAME]}.", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        os.chmod(temporary, 0o666 & ~current_umask())
        yield temporary
        synchronise(temporary)
        os.replace(temporary, target)
        with suppress(OSError):  # a folder cannot be synced everywhere
            synchronise(target.parent)
    except OSError as fault:
        raise RunDirectoryError(f"{path}: cannot write: {fault.strerror or fault}. {remedy(fault)}") from fault
    finally:
        if temporary is not None:
            with suppress(OSError):  # what went wrong first is what the user should read
                temporary.unlink(missing_ok=True)


def home_path(name: str | Path) -> Path:
    """A path whose ~ or ~user is a home folder, if there is such a user; else as it stands."""
    path = Path(name)
    try:
        return path.expanduser()
    except RuntimeError:  # nobody of that name
        return path


def is_replaceable(path: Path) -> bool:
    """Whether a file may take this name: nothing is there, or a regular file (or a folder, which will refuse)."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def is_temporary(name: str) -> bool:
    """Whether a file of this name was being written when its program was killed."""
    return TEMPORARY.fullmatch(name) is not None


def remove_temporary(folder: Path) -> None:
    """Remove from a folder that nobody else writes to, and from those in it, what writes that were killed have left."""
    for file in folder.rglob(".*.tmp"):
        if is_temporary(file.name):
            with suppress(OSError):
                file.unlink()


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

"""Lines of a text file as every reader sees them: numbered, decoded strictly, split at line feeds only.

U+2028, U+0085, form feed and vertical tab are characters of a line, not its end. A line has at most LONGEST bytes, so that memory stays
bounded whatever is given.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, cast

from seqtasks.errors import DataError

BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
PIECE = 1 << 20
LONGEST = 10_000_000  # bytes of a line
LONGEST_ANSWERED = 1_000_000  # bytes of a line that is to be answered, of which every word takes some hundred bytes
LONGEST_DOCUMENT = 200_000_000  # bytes of a line of a file that may be one document of JSON
TO_UTF8 = "Convert the file to UTF-8 (if it is Latin-1: iconv -f LATIN1 -t UTF-8 FILE > NEW)"
UTF16 = b"\xff\xfe", b"\xfe\xff"  # byte order marks


def read_lines(source: Path | str | IO[bytes], *, longest: int = LONGEST) -> Iterator[tuple[int, str]]:
    """(number from 1, line without its end) of a file (a pipe, too) or of a binary stream, one at a time. longest: bytes of a line.

    A byte order mark and carriage returns before line feeds are dropped; a gzip file is recognised by its first bytes.
    Raises DataError with the line for bad UTF-8, and without one for a file that is missing, unreadable or cut off.
    """
    if not isinstance(source, Path | str):
        path = Path("standard input")
        with plain_faults(path):
            yield from decoded(source, path, longest)
        return
    path = Path(source)
    with opened(path) as file:
        yield from decoded(file, path, longest)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked where it is a gzip file. Raises DataError for what cannot be read."""
    with plain_faults(path), path.open("rb") as raw:
        packed = raw.peek(len(GZIP)).startswith(GZIP)
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw


@contextmanager
def plain_faults(path: Path) -> Iterator[None]:
    """Raises DataError for what cannot be read."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(path, 0, "no such file", "Check the path") from None
    except IsADirectoryError:
        raise DataError(path, 0, "is a directory", "Give a file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise DataError(path, 0, f"damaged gzip file ({fault})", "Fetch it again") from None
    except OSError as fault:
        raise DataError(path, 0, f"cannot be read ({fault.strerror or fault})", "Check its permissions") from None


def decoded(file: IO[bytes], path: Path, longest: int = LONGEST) -> Iterator[tuple[int, str]]:
    """Lines of bytes as numbered text."""
    for number, line in enumerate(iter(partial(file.readline, longest + 1), b""), start=1):
        if len(line) > longest:
            raise DataError(path, number, f"a line of more than {longest:,} bytes", "Check that it is text, and cut it into lines")
        if number == 1:
            line = line.removeprefix(BOM)
            if line.count(b"\r") > 1 and not line.endswith(b"\n"):
                raise DataError(path, 0, "its lines end with carriage returns alone", "Convert them to line feeds")
        try:
            yield number, line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as fault:
            raise DataError(
                path,
                number,
                f"not UTF-8: byte 0x{fault.object[fault.start]:02x} at position {fault.start + 1}",
                remedy_of(fault.object, number),
            ) from None


def remedy_of(line: bytes, number: int) -> str:
    """What to do about a line that is no UTF-8."""
    if number == 1 and line.startswith(UTF16):
        return "It looks like UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"
    return TO_UTF8


class CorpusLines:
    """The lines of a corpus file, (number from 1, line), read once, so that a pipe can be one; `checksum` is there once all are read.

    Raises what `read_lines` raises.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.digest = hashlib.sha256()
        self.longest = LONGEST_DOCUMENT if ".json" in self.path.suffixes else LONGEST

    def __iter__(self) -> Iterator[tuple[int, str]]:
        with plain_faults(self.path), self.path.open("rb", buffering=0) as raw:
            file = io.BufferedReader(cast("io.RawIOBase", HashedReads(raw, self.digest)), PIECE)
            packed = file.peek(len(GZIP)).startswith(GZIP)
            yield from decoded(cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file, self.path, self.longest)
            while file.read(PIECE):  # what follows the packed part counts too
                pass

    @property
    def checksum(self) -> str:
        """The sha256 of the file as stored, in hexadecimal."""
        return self.digest.hexdigest()


class HashedReads(io.RawIOBase):
    """A raw file whose bytes are hashed as they are read."""

    def __init__(self, raw: io.RawIOBase, digest: hashlib._Hash) -> None:
        self.raw, self.digest = raw, digest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        size = self.raw.readinto(buffer)
        self.digest.update(buffer[:size])
        return size


def file_checksum(path: Path | str) -> str:
    """The sha256 of a file as stored, in hexadecimal."""
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except OSError as fault:
        raise DataError(path, 0, f"cannot be read ({fault.strerror})", "Check the path and its permissions") from None
    return digest.hexdigest()

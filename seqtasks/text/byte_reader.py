"""Reading a binary file piece by piece, knowing at every moment which byte stands next: faults name it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, Any, NoReturn

from seqtasks.errors import DataError

PIECE = 1 << 20
SMALL_PIECE = 1 << 13  # where single rows are read here and there


class ByteReader:
    """The bytes of a seekable file from its beginning (a gzip file, too, as far as it is read forwards). Little-endian numbers.

    remedy: what its errors advise. What is held is one piece, or as much as is asked for at a time.
    """

    def __init__(self, file: IO[bytes], path: Path, remedy: str) -> None:
        self.file, self.path, self.remedy = file, path, remedy
        self.held = b""
        self.at = 0  # in `held`
        self.end = 0  # of `held`, in the file
        self.piece = PIECE

    @property
    def place(self) -> int:
        """The number of the next byte, from 0."""
        return self.end - len(self.held) + self.at

    def take(self, count: int, what: str) -> bytes:
        """The next `count` bytes. Raises DataError where the file ends before."""
        while len(self.held) - self.at < count:
            if not self.more():
                self.fault(f"ends within {what}", self.end)
        self.at += count
        return self.held[self.at - count : self.at]

    def until(self, mark: bytes, what: str, *, longest: int) -> bytes:
        """What stands before the next `mark` (of one byte), which is passed. Raises DataError where it is longer, or the file ends."""
        searched = self.at
        while (found := self.held.find(mark, searched)) < 0:
            if len(self.held) - self.at > longest:
                break
            left = len(self.held) - self.at
            if not self.more():
                self.fault(f"ends within {what}", self.end)
            searched = self.at + left
        if not 0 <= found - self.at <= longest:
            self.fault(f"{what} does not end within {longest:,} bytes", self.place)
        text = self.held[self.at : found]
        self.at = found + 1
        return text

    def numbers(self, form: str, what: str) -> tuple[Any, ...]:
        """The next numbers, in the letters of `struct`."""
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}"), what))

    def go_to(self, place: int) -> None:
        """Let the byte numbered `place` be the next."""
        if self.end - len(self.held) <= place <= self.end:
            self.at = place - (self.end - len(self.held))
            return
        self.file.seek(place)
        self.held, self.at, self.end, self.piece = b"", 0, place, SMALL_PIECE

    def at_end(self) -> bool:
        """Whether no byte follows."""
        return self.at == len(self.held) and not self.more()

    def more(self) -> bool:
        """Read on by a piece; False at the end of the file."""
        piece = self.file.read(self.piece)
        self.held, self.at = self.held[self.at :] + piece, 0
        self.end += len(piece)
        return bool(piece)

    def fault(self, problem: str, place: int) -> NoReturn:
        """Raises DataError: `path: byte N: problem. remedy.`."""
        raise DataError(f"{self.path}: byte {place}", 0, problem, self.remedy)

"""What a reader meets along the way, counted, with the first place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Met:
    """How often something was met, and where first: a line, and its file where a corpus has several."""

    count: int = 0
    first: int = 0
    path: str = ""

    def add(self, line: int, path: str = "", *, times: int = 1) -> None:
        if times:
            self.first, self.path = (self.first, self.path) if self.count else (line, path)
            self.count += times

    @property
    def place(self) -> str:
        """ "first at line 4", or "first at a.txt:4"."""
        return f"first at {self.path}:{self.first}" if self.path else f"first at line {self.first:,}"

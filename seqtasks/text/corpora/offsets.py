"""Offsets into a text that count characters (code points), bytes of UTF-8 or units of UTF-16: told by the text that a span quotes.

Python, brat and spaCy count code points. Tools in JavaScript count units of UTF-16, of which a character beyond U+FFFF (an emoji) takes
two; some tools count bytes. A span that quotes its text says which.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

CHARACTERS, BYTES, UNITS = "characters", "bytes", "units of UTF-16"


class Found(NamedTuple):
    """Fragments of a text as code points, and what their offsets counted."""

    fragments: tuple[tuple[int, int], ...]
    counted: str


class OffsetText:
    """A text into which offsets point."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def bytes_before(self) -> list[int]:
        """Bytes of UTF-8 before each character, and in all."""
        return list(accumulate((1 if sign < "\x80" else len(sign.encode("utf-8", "surrogatepass")) for sign in self.text), initial=0))

    @cached_property
    def units_before(self) -> list[int]:
        """Units of UTF-16 before each character, and in all."""
        return list(accumulate((1 + (sign > "\uffff") for sign in self.text), initial=0))

    def quoted(self, fragments: Sequence[tuple[int, int]], quote: str) -> Found | None:
        """The fragments (start, end exclusive) that read as the quote does, white space aside; None where they do so in no counting."""
        for counted in (CHARACTERS, UNITS, BYTES):
            places = fragments if counted == CHARACTERS else self.in_characters(fragments, counted)
            within = all(0 <= start < end <= len(self.text) for start, end in places)
            if places and within and plain(" ".join(self.text[start:end] for start, end in places)) == plain(quote):
                return Found(tuple(places), counted)
        return None

    def in_characters(self, fragments: Sequence[tuple[int, int]], counted: str) -> list[tuple[int, int]]:
        """Fragments of which the offsets count bytes or units of UTF-16, in characters; none where one lies within a character."""
        before = self.bytes_before if counted == BYTES else self.units_before
        places = []
        for start, end in fragments:
            first, last = bisect_left(before, start), bisect_left(before, end)
            if max(first, last) >= len(before) or (before[first], before[last]) != (start, end):
                return []
            places.append((first, last))
        return places


def plain(quote: str) -> str:
    """A quote without the white space that tools write in other ways: a line feed as a space, or as a backslash and an n."""
    return "".join(quote.replace("\\n", " ").split())

"""Text without what nobody sees: marks of byte order and direction, zero-width spaces and soft hyphens, which are no part of a word.

Joiners (U+200C, U+200D) stay, for they change how letters are written.
"""

from __future__ import annotations

import re

INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")


def visible(text: str) -> str:
    """The text without its invisible characters."""
    return INVISIBLE.sub("", text) if INVISIBLE.search(text) else text


def visible_word(word: str) -> str:
    """The same of a word; one that is nothing but invisible stays as it is, so that words keep their number."""
    return visible(word) or word

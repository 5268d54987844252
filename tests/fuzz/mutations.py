"""Inputs that are nearly right: samples with a few edits, and bytes of any kind."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from tests.fuzz.law import INPUTS

Edit = tuple[str, int, bytes]
TOKENS = [
    b"\n", b"\r", b"\r\n", b"\t", b" ", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xe2\x80\x8b", b"\xc2\xad", b"\xed\xa0\x80",
    b"#", b"_", b"-1", b"0", b"1-2", b"9" * 30, b"1e999", b"nan", b"B-", b"I-X", b"O", b"{", b"}", b"[", b"]", b'"', b"'", b",", b":",
    b"null", b"true", b"<", b">", b"&amp;", b"]]>", b"=", b"\\", b"\\u0000", b"|", b"\x1f\x8b", b"a" * 300, b"[" * 2000, "é".encode(),
    "ابجد".encode(), "日本語".encode(), "\u202e".encode(), "e\u0301".encode(), "👩‍👩‍👧".encode(),
]  # fmt: skip
VARIANTS = 19
EDITS = ("flip", "insert", "replace", "remove", "cut", "twice", "swap", "head")


def edited(sample: bytes, edits: Sequence[Edit]) -> bytes:
    """The sample after each edit in turn. place: taken modulo its length."""
    found = sample
    for kind, place, piece in edits:
        at = place % (len(found) + 1)
        further = min(len(found), at + 1 + place // 7 % 40)
        if kind == "flip" and found:
            at %= len(found)
            found = found[:at] + bytes([found[at] ^ 1 << place % 8]) + found[at + 1 :]
        elif kind == "insert":
            found = found[:at] + piece + found[at:]
        elif kind == "replace":
            found = found[:at] + piece + found[at + len(piece) :]
        elif kind == "remove":
            found = found[:at] + found[further:]
        elif kind == "cut":
            found = found[:at]
        elif kind == "twice":
            found = found[:further] + found[at:]
        elif kind == "swap":
            found = found[further:] + found[:at]
        elif kind == "head":
            found = found[at:]
    return found


PIECES = st.one_of(st.sampled_from(TOKENS), st.binary(max_size=4))
EDIT = st.tuples(st.sampled_from(EDITS), st.integers(0, 1 << 20), PIECES)


def nearly(*samples: bytes) -> st.SearchStrategy[bytes]:
    """Samples with up to six edits, now and then any bytes, or tokens in any order."""
    near = st.builds(edited, st.sampled_from(samples), st.lists(EDIT, max_size=6))
    return st.one_of(near, near, near, st.binary(max_size=200), st.lists(PIECES, max_size=30).map(b"".join))


def nearly_text(*samples: str) -> st.SearchStrategy[str]:
    """The same as text; what is no UTF-8 becomes U+FFFD."""
    return nearly(*(sample.encode() for sample in samples)).map(lambda data: data.decode("utf-8", "replace"))


def variants(data: bytes) -> Iterator[bytes]:
    """The input, and in `make fuzz` further edits of it, as its own bytes say: drawing takes longer than reading."""
    yield data
    generator = random.Random(zlib.crc32(data))
    for _ in range(VARIANTS if INPUTS else 0):
        pieces = (generator.choice(TOKENS), generator.randbytes(generator.randrange(5)))
        edits = [
            (generator.choice(EDITS), generator.randrange(1 << 20), generator.choice(pieces)) for _ in range(generator.randrange(1, 5))
        ]
        yield edited(data, edits)

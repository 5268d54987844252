"""What numpy and zipfile raise for an .npz file that was cut, flipped or made to mislead."""

from __future__ import annotations

import struct
import zipfile
import zlib
from tokenize import TokenError

UNREADABLE = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    EOFError,
    OSError,
    OverflowError,
    MemoryError,
    RecursionError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    TokenError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

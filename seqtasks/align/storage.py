"""Numbers and words in one file: an npz archive whose member "head" is JSON. Nothing is unpickled; a file is whole or not there."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.text.archives import UNREADABLE
from seqtasks.text.files import write_atomically

HEAD = "head"
AGAIN = "Write it again with seqtasks align --lexicon"
Arrays = dict[str, NDArray[Any]]


def write_archive(path: Path | str, head: Mapping[str, Any], arrays: Arrays) -> None:
    """Write head and arrays. Raises RunDirectoryError if that is not possible."""
    text = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **{HEAD: np.frombuffer(text, dtype=np.uint8)}, **arrays)
    write_atomically(path, buffer.getvalue())


def read_archive(path: Path | str, *, kind: str, format: int, head: Sequence[str], arrays: Sequence[str]) -> tuple[dict[str, Any], Arrays]:
    """What `write_archive` wrote. head, arrays: the names that must be there.

    Raises DataError for a file that is missing, damaged, of another kind or of a later format.
    """
    try:
        with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
        table = json.loads(found.pop(HEAD).tobytes().decode("utf-8", "surrogatepass"))
    except OSError as fault:
        raise DataError(path, 0, f"cannot be read ({fault.strerror or fault})", "Check the path and its permissions") from None
    except UNREADABLE as fault:
        raise DataError(path, 0, f"is no {kind}, or damaged ({fault})", AGAIN) from None
    if not isinstance(table, dict) or table.get("kind") != kind:
        raise DataError(path, 0, f"is no {kind}", AGAIN)
    if not isinstance(table.get("format"), int) or table["format"] > format:
        raise DataError(path, 0, f"has format {table.get('format')!r}, but this version reads {format} at most", "Update seqtasks")
    missing = [name for name in (*head, *arrays) if name not in table and name not in found]
    if missing:
        raise DataError(path, 0, f"damaged: it lacks {', '.join(missing)}", AGAIN)
    return table, found

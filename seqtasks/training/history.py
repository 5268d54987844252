"""The history of a run: one JSON line per epoch in `history.jsonl`, each with the checksum of what it says."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqtasks.errors import RunDirectoryError
from seqtasks.text.files import write_atomically

LATER = (  # numbers that earlier histories lack
    *("gradient_norm_median", "gradient_norm_p90", "gradient_norm_largest", "clipped_share", "update_ratio", "loss_spikes"),
    *("label_entropy", "probe_loss", "probe_accuracy", "dev_words"),
)
CHECKSUM = "sha256"  # of a row, its first digits


class History:
    """Rows of finished epochs, kept in memory and on disk; the file is whole at any moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, Any]] = []

    def append(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        lines = (json.dumps({**row, CHECKSUM: row_checksum(row)}) + "\n" for row in self.rows)
        write_atomically(self.path, "".join(lines), make_folder=False)

    def restore(self, update: int) -> None:
        """Read what an earlier part of this run wrote, up to `update`: later rows will be written again."""
        if self.path.exists():
            try:
                rows = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
                self.rows = [checked_row(row) for row in rows if row["update"] <= update]
            except (ValueError, KeyError, TypeError, OSError, RecursionError) as fault:
                raise RunDirectoryError(f"{self.path}: damaged ({fault}). Restore it from a copy, or remove it.") from None


def checked_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row that a plot and a report can be made of. Raises ValueError for what training never writes, and for another than it wrote."""
    if (checksum := row.pop(CHECKSUM, None)) is not None and checksum != row_checksum(row):
        raise ValueError("a row is not what was written")
    whole, numbers = ("epoch", "update"), ("train_loss", "seconds", "tokens_per_second")
    optional = ("train_accuracy", "dev_loss", "dev_accuracy", "learning_rate", *LATER)
    if unknown := row.keys() - {*whole, *numbers, *optional, "best", "scores"}:
        raise ValueError(f"a row has {min(unknown)!r}")
    if any(type(row[name]) is not int for name in whole) or any(not is_number(row[name]) for name in numbers):
        raise ValueError("a row lacks a number")
    if any(row.get(name) is not None and not is_number(row[name]) for name in optional):
        raise ValueError("a row has other values than numbers")
    if not isinstance(row.get("best", False), bool):
        raise ValueError("a row has another value than true or false")
    if not isinstance(row["scores"], dict) or not all(map(is_number, row["scores"].values())):
        raise ValueError("a row has other scores than numbers")
    return row


def row_checksum(row: Mapping[str, Any]) -> str:
    """Of what a row says, however it is spaced; enough digits to notice damage."""
    return hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""The history of a run: one JSON line per epoch in `history.jsonl`."""

import json
from pathlib import Path
from typing import Any

from seqtasks.errors import RunDirectoryError
from seqtasks.text.files import write_atomically


class History:
    """Rows of finished epochs, kept in memory and on disk; the file is whole at any moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, Any]] = []

    def append(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        write_atomically(self.path, "".join(json.dumps(row) + "\n" for row in self.rows))

    def restore(self, update: int) -> None:
        """Read what an earlier part of this run wrote, up to `update`: later rows will be written again."""
        if self.path.exists():
            try:
                rows = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
                self.rows = [row for row in rows if row["update"] <= update]
            except (ValueError, KeyError, TypeError, OSError) as fault:
                raise RunDirectoryError(f"{self.path}: damaged ({fault}). Restore it from a copy, or remove it.") from None

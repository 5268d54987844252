"""The format that a file's suffix stands for."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = {
    ".conllu": "conllu",
    ".jsonl": "jsonl",
    ".tsv": "tsv",
    ".csv": "csv",
    ".tmx": "tmx",
    ".conll": "columns",
    ".iob": "columns",
    ".iob2": "columns",
    ".bio": "columns",
    ".bioes": "columns",
    ".annotated": "columns",
}


def format_by_suffix(name: str) -> str | None:
    """The format of a file by its name, `.gz` aside; None for a suffix that says nothing."""
    return SUFFIXES.get(Path(name.removesuffix(".gz")).suffix.lower())

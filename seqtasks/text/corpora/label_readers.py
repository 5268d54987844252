"""Readers of labelled texts by the name of their format. Another package offers one by an entry point of the group
"seqtasks.label_readers": a function of a path and, as a keyword, a `Layout`; what it takes beyond that are `[data.options]` of a recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from seqtasks.registry import find_part
from seqtasks.text.corpora.examples import Corpus, LabelledText
from seqtasks.text.corpora.labelled import Layout, comma_separated, folders, jsonl, tsv
from seqtasks.text.corpora.suffixes import format_by_suffix

GROUP = "seqtasks.label_readers"
GIVEN = ("path", "layout")  # what seqtasks fills itself


def read_labelled(path: Path, *, format: str, layout: Layout, options: Mapping[str, Any] | None = None) -> Corpus[LabelledText]:
    """The texts of a file or folder. Raises RecipeError for a format that nobody reads, DataError with the line of a fault."""
    return find_part(LABEL_READERS, format, GROUP)(path, layout=layout, **(options or {}))


def label_format_of(path: Path) -> str | None:
    """The format of labelled texts that a path says: of a folder "folders", of a file its suffix; None where that says nothing."""
    found = "folders" if path.is_dir() else format_by_suffix(path.name)
    return found if found in LABEL_READERS else None


LABEL_READERS: dict[str, Callable[..., Corpus[LabelledText]]] = {"tsv": tsv, "csv": comma_separated, "jsonl": jsonl, "folders": folders}

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

GROUP = "seqtasks.label_readers"
GIVEN = ("path", "layout")  # what seqtasks fills itself


def read_labelled(path: Path, *, format: str, layout: Layout, options: Mapping[str, Any] | None = None) -> Corpus[LabelledText]:
    """The texts of a file or folder. Raises RecipeError for a format that nobody reads, DataError with the line of a fault."""
    return find_part(LABEL_READERS, format, GROUP)(path, layout=layout, **(options or {}))


LABEL_READERS: dict[str, Callable[..., Corpus[LabelledText]]] = {"tsv": tsv, "csv": comma_separated, "jsonl": jsonl, "folders": folders}

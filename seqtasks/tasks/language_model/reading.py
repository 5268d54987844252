"""The text files that a language model's recipe names, read."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from seqtasks.recipes.schema import Files, PlainText
from seqtasks.tasks.locations import DataLocations, locate, refuse_empty
from seqtasks.text.corpora.examples import Corpus
from seqtasks.text.corpora.lines import file_checksum, read_lines


def read_text_part(data: PlainText, part: Files, locations: DataLocations) -> Corpus[str] | None:
    """The lines of one part; None where the recipe names none, or the corpus lacks one of its files."""
    names = [part] if isinstance(part, str) else part
    if not any(names):
        return None
    found = [locate(data.corpus, name, locations) for name in names]
    paths = [path for path in found if path is not None]
    return read_texts(paths) if len(paths) == len(names) else None


def read_texts(paths: Sequence[Path]) -> Corpus[str]:
    """The lines of files one after the other, without blank ones; a note says how many of these there were."""
    lines, blank = [], 0
    for path in paths:
        for _, line in read_lines(path):
            if line.strip():
                lines.append(line)
            else:
                blank += 1
    checksums = [file_checksum(path) for path in paths]
    notes = (f"{paths[0]}: left out {blank} blank line{'s' if blank > 1 else ''}",) if blank else ()
    checksum = checksums[0] if len(checksums) == 1 else sha256("".join(checksums).encode()).hexdigest()
    return refuse_empty(Corpus(lines, ", ".join(map(str, paths)), checksum, notes))

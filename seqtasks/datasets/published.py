"""The catalogue of published corpora: where each one stands on the web, under which licence, and how its files are recognised.

The facts stand in `published.toml`; nothing here fetches. Checksums are git blob ids (sha1 of "blob <length>", a NUL byte and the
content), as the repositories themselves publish them. A file with `blob` None has no known checksum and is used with a note.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from seqtasks.errors import UsageError, did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file of a corpus. `name` is local, inside the corpus's folder; `url_path` stands below the mirror's address."""

    name: str
    url_path: str
    blob: str | None  # git blob id of the file as published
    content_blob: str | None  # the same of its decompressed content; equal to `blob` for a plain file
    size: int | None  # bytes as published

    @property
    def plain_name(self) -> str:
        """The name without `.gz`: users may hold either."""
        return self.name.removesuffix(".gz")


@dataclass(frozen=True, slots=True)
class PublishedCorpus:
    """A corpus as published. `name` is also the name of its folder below a data directory and below the cache."""

    name: str
    title: str
    task: str
    licence: str
    page: str
    citation: str
    files: tuple[PublishedFile, ...]

    @property
    def size(self) -> tuple[int, bool]:
        """Bytes of the files whose size is known, and whether that is all of them."""
        known = [file.size for file in self.files if file.size is not None]
        return sum(known), len(known) == len(self.files)


def published_corpus(name: str) -> PublishedCorpus:
    """The catalogue's entry. Raises UsageError, with the nearest known name, for one that it does not hold."""
    if name in PUBLISHED:
        return PUBLISHED[name]
    raise UsageError(f"unknown corpus {name!r}{did_you_mean(name, PUBLISHED)} Known: {', '.join(PUBLISHED)}.")


def read_catalogue(text: str) -> dict[str, PublishedCorpus]:
    """The corpora by name, as `published.toml` has them: what is not known is "" or 0 there."""
    corpora = {}
    for name, table in tomllib.loads(text).items():
        folder, rows = table.pop("folder"), table.pop("files")
        files = [PublishedFile(file, f"{folder}/{file}", blob or None, content or None, size or None) for file, blob, content, size in rows]
        corpora[name] = PublishedCorpus(name=name, **table, files=tuple(files))
    return corpora


PUBLISHED = read_catalogue(Path(__file__).with_name("published.toml").read_text(encoding="utf-8"))

"""Where the published corpora lie on this machine, and whether their files are the published ones.

A corpus has one folder, named as in the catalogue: below the directory the user gives (`--data-dir`), or in the user's cache, which
`seqtasks data get` fills. A file may be plain or gzipped in either place. Nothing here prints.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from seqtasks.datasets.published import PUBLISHED, PublishedCorpus, PublishedFile, published_corpus
from seqtasks.errors import DataError, UsageError
from seqtasks.text.files import home_path

CHUNK = 1 << 20
FileState = Literal["verified", "differs", "unknown", "missing"]


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a file of a corpus folder is. `found` is the git blob id that was compared, where one was."""

    file: PublishedFile
    path: Path | None
    state: FileState
    found: str | None

    @property
    def note(self) -> str:
        """What the state means for the user, in a few words; empty where there is nothing to say."""
        return {
            "verified": "",
            "missing": "not in this folder",
            "unknown": f"no checksum is published for it (found git blob {self.found}); used as it is",
            "differs": f"not the published content (expected git blob {self.file.content_blob}, found {self.found}): "
            "another version, another order or a damaged copy; used as it is",
        }[self.state]


def cache_folder(environment: Mapping[str, str] | None = None, platform: str = sys.platform, home: Path | None = None) -> Path:
    """The user's cache: $SEQTASKS_CACHE, else `seqtasks` in $XDG_CACHE_HOME, else in the platform's usual place below `home`."""
    environment = os.environ if environment is None else environment
    if environment.get("SEQTASKS_CACHE"):
        return home_path(environment["SEQTASKS_CACHE"])
    if os.path.isabs(environment.get("XDG_CACHE_HOME", "")):  # the standard says: a relative one is ignored
        return Path(environment["XDG_CACHE_HOME"]) / "seqtasks"
    home = Path.home() if home is None else home
    if platform == "darwin":
        return home / "Library" / "Caches" / "seqtasks"
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "seqtasks"
    return home / ".cache" / "seqtasks"


def find_file(folder: Path, stem_or_name: str) -> Path | None:
    """`folder/stem_or_name`, or the same file gzipped or plain; the exact name wins. None if there is neither."""
    plain = stem_or_name.removesuffix(".gz")
    names = dict.fromkeys((stem_or_name, plain, f"{plain}.gz"))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def missing_files(folder: Path, corpus: PublishedCorpus) -> list[PublishedFile]:
    """The corpus's files that the folder holds neither plain nor gzipped."""
    return [file for file in corpus.files if find_file(folder, file.name) is None]


def find_corpus(name: str, data_dir: Path | None, cache: Path | None) -> Path:
    """The folder of a published corpus: DATA_DIR/name, DATA_DIR itself, or the cache (None: the user's own, see `cache_folder`).

    A folder the user names counts as soon as it holds one of the files: one may own only two of three languages, or no test part. The
    cache counts when it holds all of them, since a smaller number is an unfinished download. Raises UsageError naming the places looked in.
    """
    if name not in PUBLISHED and data_dir is not None and (data_dir / name).is_dir():
        return data_dir / name  # one of the user's own
    corpus = published_corpus(name)
    places = [] if data_dir is None else [data_dir / name, data_dir]
    for place in places:
        if len(missing_files(place, corpus)) < len(corpus.files):
            return place
    cached = (cache_folder() if cache is None else cache) / name
    missing = missing_files(cached, corpus)
    if not missing:
        return cached
    looked = [*(str(place) for place in places), str(cached)]
    if len(missing) < len(corpus.files):
        looked[-1] += f" (incomplete: {missing[0].name} is missing)"
    raise UsageError(
        f"corpus {name!r} was not found; looked in {', '.join(looked)}. "
        f"Run 'seqtasks data get {name}', or name its folder with data_dir (--data-dir)."
    )


def corpus_of_folder(folder: Path) -> PublishedCorpus:
    """Which published corpus a folder holds: by the folder's own name, else by its files. Raises UsageError if none.

    A corpus none of whose files has a checksum is told by the folder's name alone: a train.tsv may be anyone's.
    """
    named = PUBLISHED.get(folder.resolve().name)
    candidates = [named] if named else []
    recognised = [corpus for corpus in PUBLISHED.values() if any(file.blob for file in corpus.files)]
    for corpus in [*candidates, *recognised]:
        if len(missing_files(folder, corpus)) < len(corpus.files):
            return corpus
    raise UsageError(
        f"{folder}: holds no file of a published corpus ({', '.join(PUBLISHED)}). Name the files themselves to check a corpus of your own."
    )


def check_folder(folder: Path, corpus: PublishedCorpus) -> list[FileCheck]:
    """Compare every file of the folder with the published checksums. Raises DataError for one that cannot be read or unpacked."""
    return [check_file(find_file(folder, file.name), file) for file in corpus.files]


def check_file(path: Path | None, file: PublishedFile) -> FileCheck:
    """Compare one file: as stored, and where only the packing differs (plain against gzip), by its decompressed content."""
    if path is None:
        return FileCheck(file=file, path=None, state="missing", found=None)
    packed = path.suffix == ".gz"
    stored = git_blob_id(path)
    if stored == file.blob:
        return FileCheck(file=file, path=path, state="verified", found=stored)
    content = content_blob_id(path) if packed else stored
    if file.content_blob is None:
        return FileCheck(file=file, path=path, state="unknown", found=content)
    return FileCheck(file=file, path=path, state="verified" if content == file.content_blob else "differs", found=content)


def git_blob_id(path: Path) -> str:
    """The git blob id of a file as stored. Raises DataError if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return _blob_id(stream, path.stat().st_size)
    except OSError as error:
        raise DataError(path, 0, f"cannot be read ({error.strerror})", "Check its name and permissions") from error


def content_blob_id(path: Path) -> str:
    """The git blob id of a gzipped file's content, streamed twice (the id begins with the length). Raises DataError if it is damaged."""
    try:
        with gzip.open(path, "rb") as stream:
            length = sum(len(chunk) for chunk in iter(lambda: stream.read(CHUNK), b""))
        with gzip.open(path, "rb") as stream:
            return _blob_id(stream, length)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(path, 0, f"damaged gzip file ({error})", "Fetch it again") from error
    except OSError as error:
        raise DataError(path, 0, f"cannot be read ({error.strerror})", "Check its name and permissions") from error


def _blob_id(stream: IO[bytes] | gzip.GzipFile, length: int) -> str:
    digest = hashlib.sha1(b"blob %d\0" % length, usedforsecurity=False)
    for chunk in iter(lambda: stream.read(CHUNK), b""):
        digest.update(chunk)
    return digest.hexdigest()

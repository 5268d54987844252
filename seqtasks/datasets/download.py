"""Fetching published corpora into a folder, so that a file under its own name is always the whole published file.

A file takes its own name only when it is complete and its git blob id is the published one (`transfer.py` fetches it as `NAME.part`).
One lock per folder: a second download into it waits for the first, then finds its files. Nothing here prints; progress goes to a callable.
"""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from seqtasks.datasets.folders import git_blob_id
from seqtasks.datasets.published import PublishedCorpus, PublishedFile
from seqtasks.datasets.transfer import DownloadError, RetryPolicy, fetch, forget, part_size
from seqtasks.errors import UsageError
from seqtasks.text.locks import folder_lock

MIRROR = "https://raw.githubusercontent.com"
RETRY_POLICY = RetryPolicy(timeout=30.0, attempts=5, pause=1.0)
LARGEST = 1_000_000_000  # bytes of a file whose size the catalogue does not know
Progress = Callable[[str, int, "int | None"], None]  # file name, bytes so far, bytes in all where known


def check_mirror(mirror: str) -> str:
    """The address without a trailing slash. Raises UsageError unless it is an http or https address with a host."""
    try:
        parts = urllib.parse.urlsplit(mirror)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or any(character.isspace() for character in mirror):
        raise UsageError(f"mirror {mirror!r}: expected an address like {MIRROR} (--mirror or SEQTASKS_MIRROR).")
    return mirror.rstrip("/")


def download_corpus(
    corpus: PublishedCorpus,
    folder: Path,
    *,
    mirror: str,
    retry: RetryPolicy,
    progress: Progress,
    waiting: Callable[[], None],
) -> list[Path]:
    """Fetch what the folder lacks of a corpus and return all its files; complete files are verified and left alone.

    `waiting` is called once if another download holds the folder. Raises DownloadError at the first file that cannot be had; what came
    before it stays, and the next call continues where this one stopped.
    """
    mirror = check_mirror(mirror)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with folder_lock(folder, waiting=waiting):
            return [download_file(file, folder, mirror=mirror, retry=retry, progress=progress) for file in corpus.files]
    except OSError as error:
        place, reason = error.filename or folder, error.strerror or error
        raise DownloadError(f"{place}: cannot be written ({reason}). Make room there, or choose another place with --cache.") from error
    except DownloadError as error:
        raise DownloadError(f"{error} By hand: {corpus.page}, into {folder}.") from error


def download_file(file: PublishedFile, folder: Path, *, mirror: str, retry: RetryPolicy, progress: Progress) -> Path:
    """Fetch one file into the folder, unless it is there and right. The caller holds the folder's lock.

    Raises DownloadError; after a checksum mismatch nothing of the file is kept.
    """
    target, part, url = folder / file.name, folder / f"{file.name}.part", f"{mirror}/{file.url_path}"
    if target.is_file() and _is_published(target, file):
        forget(part)  # a program that was killed once it was whole has left what it remembered
        progress(file.name, target.stat().st_size, target.stat().st_size)
        return target
    resumed = part_size(part) > 0
    most = file.size or LARGEST
    fetch(url, part, retry=retry, received=lambda done, total: progress(file.name, done, total), most=most)
    if resumed and not _is_published(part, file):  # the halves may be of two versions: once more, from the first byte
        forget(part)
        fetch(url, part, retry=retry, received=lambda done, total: progress(file.name, done, total), most=most)
    if not _is_published(part, file):
        found, size = git_blob_id(part), part_size(part)
        forget(part)
        raise DownloadError(
            f"{url}: checksum mismatch: expected git blob {file.blob}, found {found} ({size} bytes). "
            "Nothing of it was kept; the published file may have changed."
        )
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(target)
    forget(part)
    return target


def _is_published(path: Path, file: PublishedFile) -> bool:
    return file.blob is None or git_blob_id(path) == file.blob

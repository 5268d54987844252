"""Published word vectors by name: where they stand on the web, and fetching one file of them into the cache.

The checksums of GloVe's archives and of wiki.en.vec are those that torchtext's later sources give for them. Where `sha256` is None no
checksum is known, and the file is taken as it comes, over HTTPS from its own host. Of an archive one named file is taken and nothing else:
no path in it decides where anything is written.
"""

from __future__ import annotations

import lzma
import os
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from seqtasks.datasets.transfer import DownloadError, RetryPolicy, fetch, forget
from seqtasks.errors import UsageError, did_you_mean
from seqtasks.text.archives import UNREADABLE
from seqtasks.text.corpora.lines import file_checksum
from seqtasks.text.files import atomic_path
from seqtasks.text.locks import folder_lock

LARGEST = 10_000_000_000  # bytes of a download, and of what is unpacked from it
PIECE = 1 << 20
RETRY_POLICY = RetryPolicy(timeout=30.0, attempts=5, pause=1.0)


@dataclass(frozen=True, slots=True)
class PublishedVectors:
    """One file of vectors. file: its name in the archive at `url`, and in the cache; sha256: of what is at `url`, None where unknown.

    ngrams: it has character n-grams, of which the vectors of words are made.
    """

    name: str
    url: str
    file: str
    sha256: str | None
    ngrams: bool = False

    @property
    def archive(self) -> str:
        """The name of what is fetched."""
        return self.url.rpartition("/")[2]


def published_vectors(name: str) -> PublishedVectors:
    """The catalogue's entry. Raises UsageError, with the nearest known name, for one that it does not hold."""
    if name in VECTORS:
        return VECTORS[name]
    known = ", ".join(list(VECTORS)[:4])
    raise UsageError(f"words.vectors = {name!r}: no such file, and no published name{did_you_mean(name, VECTORS)} Known: {known}, ...")


def fetch_vectors(vectors: PublishedVectors, cache: Path, *, retry: RetryPolicy = RETRY_POLICY) -> Path:
    """The file in `cache`, fetched unless it is there. One program fetches into a folder at a time; the next one finds the file.

    Raises DownloadError where it cannot be had, or is not the published one; then nothing takes its name.
    """
    folder = cache / vectors.name
    target, part = folder / vectors.file, folder / f"{vectors.archive}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with folder_lock(folder, waiting=lambda: None):
            if target.is_file():
                forget(part)  # of a program that was killed once the file was whole
                return target
            fetch(vectors.url, part, retry=retry, received=lambda done, total: None, most=LARGEST)
            found = file_checksum(part)
            if vectors.sha256 not in (None, found):
                forget(part)
                raise DownloadError(f"{vectors.url}: checksum mismatch: expected sha256 {vectors.sha256}, found {found}. Nothing was kept.")
            if vectors.archive == vectors.file:
                os.replace(part, target)
            else:
                _unpack(part, vectors, target)
            forget(part)
            return target
    except OSError as fault:
        raise DownloadError(f"{fault.filename or folder}: cannot be written ({fault.strerror or fault}). Make room there.") from fault
    except DownloadError as error:
        raise DownloadError(f"words.vectors = {vectors.name!r}: {error} Or give a local file.") from error


def _unpack(archive: Path, vectors: PublishedVectors, target: Path) -> None:
    """Write the one file that is wanted. Raises DownloadError for a damaged archive, and for one that lacks it."""
    size = 0
    try:
        with _member(archive, vectors.file) as stream, atomic_path(target) as temporary, temporary.open("wb") as file:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > LARGEST:
                    raise DownloadError(f"{vectors.url}: {vectors.file} in it has more than {LARGEST:,} bytes.")
                file.write(piece)
    except KeyError:
        forget(archive)
        raise DownloadError(f"{vectors.url}: holds no file {vectors.file}. Nothing was kept.") from None
    except (*UNREADABLE, tarfile.TarError, lzma.LZMAError) as fault:
        forget(archive)
        raise DownloadError(f"{vectors.url}: no archive, or a damaged one ({fault}). Nothing was kept.") from fault


@contextmanager
def _member(archive: Path, name: str) -> Iterator[IO[bytes]]:
    """The bytes of the regular file `name` of a zip or tar archive. Raises KeyError where there is none."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed, packed.open(name) as stream:
            yield stream
        return
    with tarfile.open(archive) as tar:
        member = next((one for one in tar if one.isreg() and one.name.rpartition("/")[2] == name), None)
        if member is None:
            raise KeyError(name)
        with cast("IO[bytes]", tar.extractfile(member)) as stream:
            yield stream


def _glove(part: str, sizes: tuple[int, ...], archive: str, sha256: str) -> list[PublishedVectors]:
    url = f"https://nlp.stanford.edu/data/{archive}"
    return [PublishedVectors(f"glove.{part}.{size}d", url, f"glove.{part}.{size}d.txt", sha256) for size in sizes]


def _fasttext(language: str, sha256: str | None) -> PublishedVectors:
    file = f"wiki.{language}.vec"
    return PublishedVectors(f"fasttext.{language}.300d", f"https://dl.fbaipublicfiles.com/fasttext/vectors-wiki/{file}", file, sha256)


_CHARNGRAM = "https://www.logos.t.u-tokyo.ac.jp/~hassy/publications/arxiv2016jmt/jmt_pre-trained_embeddings.tar.gz"
_SMALL = "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb"
_TWITTER = "792af52f795d1a32c9842a3240f5f3fe5e941a8ff6df5eb0f9d668092ebc019c"
_COMMON = "03d5d7fa28e58762ace4b85fb71fe86a345ef0b5ff39f5390c14869da0fc1970"
_COMMON_CASED = "c06db255e65095393609f19a4cfca20bf3a71e20cc53e892aafa490347e3849f"

VECTORS: dict[str, PublishedVectors] = {
    vectors.name: vectors
    for vectors in (
        *_glove("6B", (50, 100, 200, 300), "glove.6B.zip", _SMALL),
        *_glove("twitter.27B", (25, 50, 100, 200), "glove.twitter.27B.zip", _TWITTER),
        *_glove("42B", (300,), "glove.42B.300d.zip", _COMMON),
        *_glove("840B", (300,), "glove.840B.300d.zip", _COMMON_CASED),
        _fasttext("en", "ba5420ac217fb34f15f58ded0d911a4370dfb1f3341fa7511a49ae74c87de282"),
        _fasttext("simple", None),
        PublishedVectors("charngram.100d", _CHARNGRAM, "charNgram.txt", None, ngrams=True),
    )
}

"""Vectors, lexicons and archives, nearly right."""

from __future__ import annotations

import io
import tarfile
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.align.lexicon import Entries, Lexicon
from seqtasks.datasets.transfer import DownloadError
from seqtasks.datasets.vectors import PublishedVectors, _unpack
from seqtasks.text.vector_files import read_character_ngrams, read_vectors
from seqtasks.text.vocabulary import Vocabulary
from tests.fuzz.law import fuzzed, lawful
from tests.fuzz.mutations import EDIT, edited, nearly, variants
from tests.oracles.vector_files import fasttext_binary, word2vec_binary

WORDS = ["a", "dog", "the", "é"]
TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)
TEXT = b"4 3\n" + b"".join(word.encode() + b" 0.5 1e-3 -2\n" for word in WORDS)
BYTES = [word.encode() for word in WORDS]
WORD2VEC = word2vec_binary(BYTES, TABLE, line_feeds=True)
FASTTEXT = fasttext_binary(BYTES, np.ones((4 + 7, 3), dtype=np.float32), buckets=7, shortest=2, longest=3)
NGRAMS = b"2gram-do 0.1 0.2\n3gram-dog 0.3 0.4\n2gram-#BEGIN#a 1 2\n"


@given(nearly(TEXT, TEXT[4:], WORD2VEC, FASTTEXT))
@fuzzed()
def test_vectors(place: Path, data: bytes) -> None:
    for some in variants(data):
        (place / "x.vec").write_bytes(some)
        lawful("vectors", lambda: read_vectors(place / "x.vec", [*WORDS, "unseen"]))


@given(nearly(NGRAMS))
@fuzzed()
def test_character_ngrams(place: Path, data: bytes) -> None:
    for some in variants(data):
        (place / "x.vec").write_bytes(some)
        lawful("character n-grams", lambda: read_character_ngrams(place / "x.vec", WORDS))


@lru_cache
def lexicon(place: Path) -> bytes:
    entries = Entries(np.arange(3), np.zeros(2, dtype=np.int32), np.full(2, 0.5))
    Lexicon(Vocabulary(["a", "b"]), Vocabulary(["x", "y"]), entries, entries).save(place / "whole.npz")
    return (place / "whole.npz").read_bytes()


@given(st.lists(EDIT, max_size=4))
@fuzzed()
def test_lexicons(place: Path, edits: list[tuple[str, int, bytes]]) -> None:
    for some in variants(edited(lexicon(place), edits)):
        (place / "x.npz").write_bytes(some)
        lawful("lexicons", lambda: Lexicon.load(place / "x.npz"))


def archive(form: str) -> bytes:
    """A file of vectors among others, one of them with a path that leads out."""
    buffer, members = io.BytesIO(), {"../../out.txt": b"no", "vectors.txt": TEXT * 30}
    if form == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in members.items():
                packed.writestr(name, data)
        return buffer.getvalue()
    with tarfile.open(fileobj=buffer, mode="w:gz" if form == "gz" else "w") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@given(nearly(archive("zip"), archive("gz"), archive("tar")))
@fuzzed(share=0.5)
def test_archives(place: Path, data: bytes) -> None:
    folder = place / "archives" / "in" / "here"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fetched").write_bytes(data)
    vectors = PublishedVectors("x", "https://example.org/fetched", "vectors.txt", None)
    lawful("archives", lambda: _unpack(folder / "fetched", vectors, folder / "vectors.txt"))
    found = {file.relative_to(place / "archives").as_posix() for file in (place / "archives").rglob("*") if file.is_file()}
    assert found <= {"in/here/fetched", "in/here/vectors.txt"}
    (folder / "vectors.txt").unlink(missing_ok=True)


def test_an_archive_whose_table_points_before_its_beginning_is_one_line(place: Path) -> None:
    cut = archive("zip")[100:]
    (place / "cut.zip").write_bytes(cut)
    with pytest.raises(DownloadError, match="no archive, or a damaged one"):
        _unpack(place / "cut.zip", PublishedVectors("x", "https://example.org/cut.zip", "vectors.txt", None), place / "vectors.txt")

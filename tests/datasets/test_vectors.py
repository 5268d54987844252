"""Published word vectors: fetched by our own transfer, one named file of an archive, checked where a checksum is known."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import torch

from seqtasks.datasets.transfer import DownloadError
from seqtasks.datasets.vectors import VECTORS, PublishedVectors, fetch_vectors, published_vectors
from seqtasks.errors import UsageError
from seqtasks.text.vector_files import read_character_ngrams
from tests.datasets.fetching import CONTENT, ONE_ATTEMPT
from tests.datasets.published_server import PublishedServer

TEXT = b"a 1 2\nb 3 4\n"


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes | str]) -> bytes:
    """A text is a link to that place."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            one = tarfile.TarInfo(name)
            if isinstance(content, str):
                one.type, one.linkname = tarfile.SYMTYPE, content
                archive.addfile(one)
            else:
                one.size = len(content)
                archive.addfile(one, io.BytesIO(content))
    return buffer.getvalue()


def published(server: PublishedServer, content: bytes, *, archive: str = "mini.zip", file: str = "mini.txt") -> PublishedVectors:
    server.files[f"/{archive}"] = content
    return PublishedVectors("mini.2d", f"{server.address}/{archive}", file, hashlib.sha256(content).hexdigest())


def test_every_entry_is_encrypted_and_is_of_torchtexts_names() -> None:
    from torchtext.vocab import pretrained_aliases

    assert VECTORS.keys() == pretrained_aliases.keys()
    for vectors in VECTORS.values():
        assert urlsplit(vectors.url).scheme == "https"
        assert vectors.sha256 is None or len(vectors.sha256) == 64
    assert {name for name, vectors in VECTORS.items() if vectors.sha256 is None} == {"fasttext.simple.300d", "charngram.100d"}
    assert [name for name, vectors in VECTORS.items() if vectors.ngrams] == ["charngram.100d"]


def test_a_name_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        published_vectors("glove.6B.100")
    assert str(caught.value) == (
        "words.vectors = 'glove.6B.100': no such file, and no published name; did you mean 'glove.6B.100d'? "
        "Known: glove.6B.50d, glove.6B.100d, glove.6B.200d, glove.6B.300d, ..."
    )


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_one_file_of_an_archive_is_taken_once(server: PublishedServer, tmp_path: Path, pack) -> None:
    content = pack({"other.txt": b"x", "mini.txt": TEXT} if pack is zipped else {"a/other.txt": b"x", "a/mini.txt": TEXT})
    vectors = published(server, content)
    for _ in range(2):
        path = fetch_vectors(vectors, tmp_path, retry=ONE_ATTEMPT)
        assert (path, path.read_bytes()) == (tmp_path / "mini.2d" / "mini.txt", TEXT)
    assert len(server.sent) == 1
    assert [found.name for found in path.parent.iterdir()] == ["mini.txt"]


def test_a_plain_file_is_taken_as_it_is(server: PublishedServer, tmp_path: Path) -> None:
    vectors = published(server, TEXT, archive="mini.vec", file="mini.vec")
    assert fetch_vectors(vectors, tmp_path, retry=ONE_ATTEMPT).read_bytes() == TEXT


def test_no_path_in_an_archive_decides_where_anything_is_written(server: PublishedServer, tmp_path: Path) -> None:
    outside = {"../../../../evil.txt": b"x", "/tmp/evil-vectors.txt": b"x", "mini.txt": "/etc/passwd", "b/mini.txt": TEXT}
    path = fetch_vectors(published(server, tarred(outside), archive="mini.tar.gz"), tmp_path / "1" / "2", retry=ONE_ATTEMPT)
    assert path.read_bytes() == TEXT
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]


def test_another_content_than_the_published_is_refused_and_not_kept(server: PublishedServer, tmp_path: Path) -> None:
    vectors = replace(published(server, zipped({"mini.txt": TEXT})), sha256="0" * 64)
    with pytest.raises(DownloadError, match=r"^words\.vectors = 'mini\.2d': .*checksum mismatch: expected sha256 0{64}, found") as caught:
        fetch_vectors(vectors, tmp_path, retry=ONE_ATTEMPT)
    assert str(caught.value).endswith("Nothing was kept. Or give a local file.")
    assert list((tmp_path / "mini.2d").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [(CONTENT, "no archive, or a damaged one"), (zipped({"else": b""}), "holds no file"), (tarred({"mini.txt": "x"}), "holds no file")],
    ids=["no archive", "another file", "another archive"],
)
def test_what_is_no_archive_of_the_file_is_one_line(server: PublishedServer, tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(DownloadError, match=why):
        fetch_vectors(published(server, content), tmp_path, retry=ONE_ATTEMPT)
    assert list((tmp_path / "mini.2d").iterdir()) == []


def test_vectors_of_character_ngrams_are_torchtexts(tmp_path: Path) -> None:
    import torchtext.vocab

    generator = np.random.default_rng(2)
    grams = ["2gram-#BEGIN#a", "2gram-ab", "3gram-abc", "2gram-c#END#", "4gram-#BEGIN#abc", "2gram-Ab", "3gram-b #END#"]
    rows = {gram: generator.normal(size=3).astype(np.float32) for gram in grams}
    path = tmp_path / "charNgram.txt"
    path.write_text("".join(f"{gram} {' '.join(map(str, row))}\n" for gram, row in rows.items()), encoding="utf-8")
    theirs = torchtext.vocab.CharNGram.__new__(torchtext.vocab.CharNGram)
    theirs.stoi, theirs.dim, theirs.unk_init = {gram: number for number, gram in enumerate(grams)}, 3, torch.Tensor.zero_
    theirs.vectors = torch.from_numpy(np.stack(list(rows.values())))
    words = ["abc", "ab", "Abc", "z", "c", "b ", "a"]
    found = read_character_ngrams(path, words)
    assert (found.size, found.rows) == (3, {})
    expected = {word: theirs[word][0].numpy() for word in words}
    assert found.composed.keys() == {word for word, row in expected.items() if row.any()}
    for word, row in found.composed.items():
        np.testing.assert_allclose(row, expected[word], rtol=1e-6)

"""Downloads of a corpus: verified, kept, alone in their folder. The server is on the loopback."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from seqtasks.datasets.download import check_mirror, download_corpus, folder_lock
from seqtasks.datasets.published import PublishedCorpus, PublishedFile
from seqtasks.datasets.transfer import DownloadError
from seqtasks.errors import UsageError
from tests.datasets.fetching import CONTENT, ONE_ATTEMPT, TWO_ATTEMPTS, get, left
from tests.datasets.published_server import PublishedServer, blob_id, corpus_of


def test_a_corpus_is_fetched_whole_with_its_progress(server: PublishedServer, tmp_path: Path) -> None:
    server.files["/own/mini/dev"] = b"small"
    steps: list[tuple[str, int, int]] = []
    files = get(corpus_of({"train": CONTENT, "dev": b"small"}), tmp_path / "new" / "mini", server, steps=steps)
    assert [path.read_bytes() for path in files] == [CONTENT, b"small"]
    assert left(tmp_path / "new" / "mini") == ["dev", "train"]
    assert steps[0] == ("train", 0, len(CONTENT))
    assert ("train", len(CONTENT), len(CONTENT)) in steps
    assert steps[-1] == ("dev", 5, 5)
    counts = [received for name, received, _ in steps if name == "train"]
    assert counts == sorted(counts)


def test_complete_files_are_not_fetched_again(server: PublishedServer, tmp_path: Path) -> None:
    corpus = corpus_of({"train": CONTENT})
    get(corpus, tmp_path, server)
    steps: list[tuple[str, int, int]] = []
    assert get(corpus, tmp_path, server, steps=steps) == [tmp_path / "train"]
    assert len(server.sent) == 1
    assert steps == [("train", len(CONTENT), len(CONTENT))]


def test_a_damaged_file_is_fetched_again(server: PublishedServer, tmp_path: Path) -> None:
    (tmp_path / "train").write_bytes(CONTENT[:-1])
    get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert (tmp_path / "train").read_bytes() == CONTENT


def test_a_part_of_another_version_under_the_same_name_tag_is_found_by_its_checksum(server: PublishedServer, tmp_path: Path) -> None:
    server.cuts = [100_000]
    with pytest.raises(DownloadError):
        get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    (tmp_path / "train.part").write_bytes(b"\0" * 100_000)
    get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert server.bodies == [100_000, 200_000, 300_000]


def test_a_complete_part_is_taken_without_a_request(server: PublishedServer, tmp_path: Path) -> None:
    server.cuts = [100_000]
    with pytest.raises(DownloadError):
        get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    (tmp_path / "train.part").write_bytes(CONTENT)
    get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert len(server.sent) == 1


def test_a_wrong_checksum_names_both_and_keeps_nothing(server: PublishedServer, tmp_path: Path) -> None:
    server.files["/own/mini/train"] = b"another text"
    with pytest.raises(DownloadError) as error:
        get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert str(error.value) == (
        f"{server.address}/own/mini/train: checksum mismatch: expected git blob {blob_id(CONTENT)}, found {blob_id(b'another text')} "
        "(12 bytes). Nothing of it was kept; the published file may have changed. "
        f"By hand: https://example.invalid/mini, into {tmp_path}."
    )
    assert left(tmp_path) == []


def test_a_file_without_a_known_checksum_is_taken_as_it_comes(server: PublishedServer, tmp_path: Path) -> None:
    entry = corpus_of({"train": CONTENT})
    file = PublishedFile(name="train", url_path="own/mini/train", blob=None, content_blob=None, size=None)
    unknown = PublishedCorpus(name="mini", title=entry.title, task="none", licence="CC0", page=entry.page, citation="Us.", files=(file,))
    get(unknown, tmp_path, server)
    assert (tmp_path / "train").read_bytes() == CONTENT
    get(unknown, tmp_path, server)
    assert len(server.sent) == 1


def test_a_folder_that_cannot_be_written_is_told_in_one_line(server: PublishedServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError) as error:
        get(corpus_of({"train": CONTENT}), tmp_path / "file" / "mini", server)
    assert str(error.value) == (
        f"{tmp_path}/file/mini: cannot be written (Not a directory). Make room there, or choose another place with --cache."
    )


def test_a_fault_of_the_disk_is_not_mistaken_for_one_of_the_network(server: PublishedServer, tmp_path: Path) -> None:
    (tmp_path / "train.part.json").mkdir()  # writing what is remembered fails
    with pytest.raises(DownloadError, match=rf"^{tmp_path}/train\.part\.json: cannot be written \(Is a directory\)\. Make room"):
        get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert len(server.sent) == 1


def test_two_downloads_at_once_fetch_each_file_once(server: PublishedServer, tmp_path: Path) -> None:
    server.stall = 0.2
    corpus, waited, errors = corpus_of({"train": CONTENT}), [], []

    def fetch() -> None:
        try:
            download_corpus(
                corpus,
                tmp_path,
                mirror=server.address,
                retry=TWO_ATTEMPTS,
                progress=lambda *step: None,
                waiting=lambda: waited.append(1),
            )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert len(server.sent) == 1
    assert len(waited) == 2


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    waited: list[int] = []
    with pytest.raises(ValueError, match="inside"), folder_lock(tmp_path, waiting=lambda: waited.append(1)):
        raise ValueError("inside")
    with folder_lock(tmp_path, waiting=lambda: waited.append(1)):
        pass
    assert waited == []


@pytest.mark.parametrize("mirror", ["ftp://host", "host", "http://", "http://host:port", "http://a b", "http://[::1", "http://h?x=1", ""])
def test_a_mirror_that_is_no_web_address_is_refused(mirror: str) -> None:
    with pytest.raises(UsageError) as error:
        check_mirror(mirror)
    assert str(error.value) == (
        f"mirror {mirror!r}: expected an address like https://raw.githubusercontent.com (--mirror or SEQTASKS_MIRROR)."
    )


def test_a_mirror_may_have_a_path_and_a_trailing_slash() -> None:
    assert check_mirror("http://127.0.0.1:80/copies/") == "http://127.0.0.1:80/copies"


def test_a_server_that_sends_more_than_the_file_has_is_stopped_there(server: PublishedServer, tmp_path: Path) -> None:
    corpus = corpus_of({"train": CONTENT})
    short = replace(corpus, files=(replace(corpus.files[0], size=100_000),))
    with pytest.raises(DownloadError, match="sends more than the 100,000 bytes that the file has. Nothing of it was kept") as caught:
        get(short, tmp_path, server)
    assert len(server.sent) == 1, caught.value
    assert left(tmp_path) == []

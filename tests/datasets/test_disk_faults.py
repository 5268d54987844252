"""A full disk and a kill at every write, rename and removal of a download: only a whole file has its name, and the next call ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqtasks.datasets.transfer import DownloadError
from tests.datasets.fetching import CONTENT, get, left
from tests.datasets.published_server import PublishedServer, corpus_of
from tests.miniature.disk import Disk, Killed, on

FILES = {"train": CONTENT, "dev": b"small"}


@pytest.fixture
def undisturbed(server: PublishedServer, tmp_path: Path) -> Disk:
    """How many writes and changes a download of two files makes."""
    server.files["/own/mini/dev"] = FILES["dev"]
    with on(Disk()) as disk:
        get(corpus_of(FILES), tmp_path / "whole", server)
    assert disk.changes > disk.writes > 5
    return disk


def ended(folder: Path, server: PublishedServer) -> None:
    """What has its own name is whole; the next call fetches the rest."""
    assert all(path.read_bytes() == FILES[path.name] for path in folder.glob("*") if path.name in FILES)
    assert [path.read_bytes() for path in get(corpus_of(FILES), folder, server)] == [*FILES.values()]
    assert left(folder) == ["dev", "train"]


def test_a_download_that_is_killed_anywhere_is_ended_by_the_next_one(undisturbed: Disk, server: PublishedServer, tmp_path: Path) -> None:
    for place in range(undisturbed.changes):
        folder = tmp_path / f"killed-{place}"
        with pytest.raises(Killed), on(Disk(killed_at=place)):
            get(corpus_of(FILES), folder, server)
        ended(folder, server)


def test_a_disk_that_fills_up_is_one_line_and_the_next_download_ends_it(undisturbed: Disk, server: PublishedServer, tmp_path: Path) -> None:
    for place in range(undisturbed.writes):
        folder = tmp_path / f"full-{place}"
        with pytest.raises(DownloadError) as caught, on(Disk(full_from=place)):
            get(corpus_of(FILES), folder, server)
        assert "cannot be written (No space left on device)" in str(caught.value)
        ended(folder, server)

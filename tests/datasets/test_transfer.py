"""Transfers: resumed where they broke off, patient with what may pass, clear about what will not. The server is on the loopback."""

import random
import socket
from pathlib import Path

import pytest

from seqtasks.datasets.download import download_corpus
from seqtasks.datasets.transfer import DownloadError, RetryPolicy
from tests.datasets.fetching import CONTENT, ONE_ATTEMPT, TWO_ATTEMPTS, get, left
from tests.datasets.published_server import PublishedServer, corpus_of


def test_a_cut_connection_is_continued_from_the_byte_it_had(server: PublishedServer, tmp_path: Path) -> None:
    server.cuts = [100_000]
    get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert server.bodies == [100_000, 200_000]
    assert [sent.range for sent in server.sent] == [None, "bytes=100000-"]
    assert left(tmp_path) == ["train"]


@pytest.mark.parametrize("weak", [False, True])
def test_a_later_call_continues_what_an_earlier_one_left(server: PublishedServer, tmp_path: Path, weak: bool) -> None:
    server.cuts, server.weak, server.honest_ranges = [70_000], weak, not weak
    with pytest.raises(DownloadError) as error:
        get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    assert str(error.value) == (
        f"{server.address}/own/mini/train: the connection was cut after 70000 of 300000 bytes (1 failed attempts in a row). "
        f"70000 bytes are kept; the next try continues there. By hand: https://example.invalid/mini, into {tmp_path}."
    )
    assert left(tmp_path) == ["train.part", "train.part.json"]
    get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert server.bodies == [70_000, 230_000]


def test_attempts_that_get_further_are_not_counted_as_failures(server: PublishedServer, tmp_path: Path) -> None:
    server.cuts = [50_000] * 5
    get(corpus_of({"train": CONTENT}), tmp_path, server, TWO_ATTEMPTS)
    assert server.bodies == [50_000] * 6


def test_a_server_without_ranges_sends_the_whole_file_again(server: PublishedServer, tmp_path: Path) -> None:
    server.ranges, server.cuts = False, [100_000]
    get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert server.bodies == [100_000, 300_000]


def test_a_server_that_names_no_versions_is_asked_for_the_whole_file_again(server: PublishedServer, tmp_path: Path) -> None:
    server.etags, server.cuts = False, [100_000]
    get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert [sent.range for sent in server.sent] == [None, None]


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("longer", [0, 9, -250_000])
def test_a_file_that_changed_meanwhile_starts_again(server: PublishedServer, tmp_path: Path, honest: bool, longer: int) -> None:
    server.cuts, server.honest_ranges = [100_000], honest
    old = corpus_of({"train": CONTENT})
    with pytest.raises(DownloadError):
        get(old, tmp_path, server, ONE_ATTEMPT)
    changed = random.Random(8).randbytes(len(CONTENT) + longer)
    server.files["/own/mini/train"] = changed
    get(corpus_of({"train": changed}), tmp_path, server, TWO_ATTEMPTS)
    assert (tmp_path / "train").read_bytes() == changed
    assert server.bodies[-1] == len(changed)


@pytest.mark.parametrize("memory", ["", "[]", "{", '{"url": 1}'])
def test_a_part_whose_memory_is_unreadable_starts_again(server: PublishedServer, tmp_path: Path, memory: str) -> None:
    (tmp_path / "train.part").write_bytes(b"rubbish")
    (tmp_path / "train.part.json").write_text(memory)
    get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert left(tmp_path) == ["train"]


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (403, "403 Forbidden")])
def test_a_refusal_is_final_and_told_in_one_line(server: PublishedServer, tmp_path: Path, status: int, words: str) -> None:
    server.statuses = [status]
    with pytest.raises(DownloadError) as error:
        get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert str(error.value) == (
        f"{server.address}/own/mini/train: the server answered {words}. Check the address (--mirror). "
        f"By hand: https://example.invalid/mini, into {tmp_path}."
    )
    assert len(server.sent) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server: PublishedServer, tmp_path: Path, status: int) -> None:
    server.statuses, server.retry_after = [status], "0"
    get(corpus_of({"train": CONTENT}), tmp_path, server)
    assert [sent.status for sent in server.sent] == [status, 200]


def test_a_server_that_stays_busy_is_given_up(server: PublishedServer, tmp_path: Path) -> None:
    server.statuses = [503] * 9
    with pytest.raises(
        DownloadError, match=r"/own/mini/train: the server answered 503 Service Unavailable \(3 failed attempts in a row\)\."
    ):
        get(corpus_of({"train": CONTENT}), tmp_path, server, RetryPolicy(timeout=2.0, attempts=3, pause=0.01))
    assert len(server.sent) == 3


def test_pauses_double_and_heed_what_the_server_asks(server: PublishedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("seqtasks.datasets.transfer.time.sleep", pauses.append)
    server.statuses = [500] * 3
    get(corpus_of({"train": CONTENT}), tmp_path / "a", server, RetryPolicy(timeout=2.0, attempts=4, pause=0.5))
    assert pauses == [0.5, 1.0, 2.0]
    server.statuses, server.retry_after = [503] * 2, "7"
    get(corpus_of({"train": CONTENT}), tmp_path / "b", server, RetryPolicy(timeout=2.0, attempts=4, pause=0.5))
    assert pauses[3:] == [7.0, 7.0]
    server.statuses, server.retry_after = [503], "86400"
    get(corpus_of({"train": CONTENT}), tmp_path / "c", server, RetryPolicy(timeout=2.0, attempts=4, pause=0.5))
    assert pauses[5:] == [60.0]


def test_a_silent_server_is_given_up_after_the_timeout(server: PublishedServer, tmp_path: Path) -> None:
    server.stall = 1.0
    with pytest.raises(DownloadError, match=r"/own/mini/train: no answer in time \(1 failed attempts in a row\)\. By hand:"):
        get(corpus_of({"train": CONTENT}), tmp_path, server, RetryPolicy(timeout=0.1, attempts=1, pause=0.01))


def test_a_server_that_falls_silent_is_given_up_and_what_came_is_kept(server: PublishedServer, tmp_path: Path) -> None:
    server.cuts, server.hang = [1000], 0.5
    with pytest.raises(DownloadError, match=r"/train: no data in time \(1 failed attempts in a row\)\. 1000 bytes are kept; the next try"):
        get(corpus_of({"train": CONTENT}), tmp_path, server, RetryPolicy(timeout=0.1, attempts=1, pause=0.01))
    server.hang = 0.0
    get(corpus_of({"train": CONTENT}), tmp_path, server, ONE_ATTEMPT)
    assert server.sent[1].range == "bytes=1000-"


def test_a_refused_connection_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(DownloadError) as error:
        get(corpus_of({"train": CONTENT}), tmp_path, PublishedServer(address=address))
    assert str(error.value).startswith(
        f"{address}/own/mini/train: the host refuses the connection. Check the network, the proxy and --mirror. By hand:"
    )


def test_an_unknown_host_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(DownloadError) as error:
        get(corpus_of({"train": CONTENT}), tmp_path, PublishedServer(address="http://nowhere.invalid"))
    assert str(error.value).startswith(
        "http://nowhere.invalid/own/mini/train: the host cannot be found (Name or service not known). "
        "Check the network, the proxy and --mirror. By hand:"
    )


def test_a_proxy_of_the_environment_is_used(server: PublishedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.address)
    download_corpus(
        corpus_of({"train": CONTENT}),
        tmp_path,
        mirror="http://published.invalid/",
        retry=TWO_ATTEMPTS,
        progress=lambda *step: None,
        waiting=lambda: None,
    )
    assert (tmp_path / "train").read_bytes() == CONTENT
    assert server.sent[0].path == "http://published.invalid/own/mini/train"

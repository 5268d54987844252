"""The server of published files, and the shared fixtures of the end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.datasets.fetching import CONTENT
from tests.datasets.published_server import PublishedServer, serving
from tests.miniature.fixtures import data_dir, finished, miniature, one_thread, plain_figures, sample_folder

__all__ = ["data_dir", "finished", "miniature", "one_thread", "plain_figures", "sample_folder"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PublishedServer]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(PublishedServer(files={"/own/mini/train": CONTENT})) as running:
        yield running

"""A small file that the loopback server publishes, and how the tests fetch it."""

from __future__ import annotations

import random
from pathlib import Path

from seqtasks.datasets.download import download_corpus
from seqtasks.datasets.published import PublishedCorpus
from seqtasks.datasets.transfer import RetryPolicy
from tests.datasets.published_server import PublishedServer

CONTENT = random.Random(7).randbytes(300_000)
TWO_ATTEMPTS = RetryPolicy(timeout=2.0, attempts=2, pause=0.01)
ONE_ATTEMPT = RetryPolicy(timeout=2.0, attempts=1, pause=0.01)


def get(
    corpus: PublishedCorpus, folder: Path, server: PublishedServer, retry: RetryPolicy = TWO_ATTEMPTS, steps: list | None = None
) -> list[Path]:
    return download_corpus(
        corpus,
        folder,
        mirror=server.address,
        retry=retry,
        progress=lambda *step: None if steps is None else steps.append(step),
        waiting=lambda: None,
    )


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())

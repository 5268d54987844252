"""Fixtures of the end-to-end tests: one thread, a cache of one's own, the miniature sample, and finished runs to look at."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from seqtasks.text.files import write_atomically
from tests.miniature.corpora import data_directory, sample
from tests.miniature.runs import train

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample(tmp_path_factory.mktemp("sample") / "data")


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A --data-dir with every miniature corpus, test parts too."""
    return data_directory(tmp_path_factory.mktemp("corpora"))


def in_miniature(patch: pytest.MonkeyPatch, folder: Path, cache: Path) -> None:
    """Let "sample/NAME" mean the miniature, and the cache an empty folder."""
    from seqtasks.tasks import locations

    real = locations.shipped
    patch.setattr(locations, "shipped", lambda name: folder if name == "data" else real(name))
    patch.setenv("SEQTASKS_CACHE", str(cache))


@pytest.fixture
def miniature(monkeypatch: pytest.MonkeyPatch, sample_folder: Path, tmp_path: Path) -> Path:
    """The miniature sample in place of the bundled one; the test stands in an empty folder."""
    in_miniature(monkeypatch, sample_folder, tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    return sample_folder


def without_figures(patch: pytest.MonkeyPatch) -> None:
    """Plots of one pixel: drawing takes longer than training here."""
    from seqtasks.runs import reporting

    for drawing in ("curves", "length_scores", "heatmap"):
        patch.setattr(reporting, drawing, lambda *given: write_atomically(given[-1], PIXEL))
    patch.setattr(reporting, "run_charts", lambda *given: [])


@pytest.fixture
def plain_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plots of one pixel, where a test is about something else."""
    without_figures(monkeypatch)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Callable[[str], Path]:
    """A finished tiny run of a task (a key of `runs.TINY`), trained when it is first asked for. Not to be changed."""
    runs: dict[str, Path] = {}

    def run(task: str) -> Path:
        if task not in runs:
            folder = tmp_path_factory.mktemp(f"finished-{task}")
            with pytest.MonkeyPatch.context() as patch:
                in_miniature(patch, sample_folder, folder / "cache")
                train(task, folder / "run")
            runs[task] = folder / "run"
        return runs[task]

    return run

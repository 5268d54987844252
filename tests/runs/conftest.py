"""The shared fixtures of the end-to-end tests."""

from pathlib import Path
from typing import Any

import pytest

import seqtasks
from tests.miniature.fixtures import data_dir, finished, miniature, one_thread, plain_figures, sample_folder

__all__ = ["data_dir", "finished", "miniature", "one_thread", "plain_figures", "sample_folder"]

RUNS = Path(__file__).parent / "format_1"


@pytest.fixture(scope="module")
def pos() -> Any:
    return seqtasks.load(RUNS / "pos")


@pytest.fixture(scope="module")
def mt() -> Any:
    return seqtasks.load(RUNS / "translation")

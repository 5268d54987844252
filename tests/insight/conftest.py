"""Kept runs with networks of a few units, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import seqtasks

RUNS = Path(__file__).resolve().parents[1] / "runs" / "format_1"


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def ner():
    return seqtasks.load(RUNS / "ner")


@pytest.fixture(scope="session")
def translation():
    return seqtasks.load(RUNS / "translation")

"""Settings of the whole suite: few threads that sleep while they wait, so that tests in parallel do not hold each other up."""

import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def pytest_addoption(parser):
    parser.addoption("--data-dir", type=Path, default=None, help="folder of the published corpora, for tests/real")
    parser.addoption("--run-dir", type=Path, default=None, help="finished run of a tagger, for tests/real/test_tagger_batches.py")

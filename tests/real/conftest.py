"""Checks on real corpora, run by hand: pytest tests/real --data-dir DIR, the folder that `seqtasks run --data-dir` takes."""

import pytest


@pytest.fixture(scope="session")
def data_dir(pytestconfig):
    if pytestconfig.getoption("--data-dir") is None:
        pytest.skip("needs --data-dir DIR with the published corpora")
    return pytestconfig.getoption("--data-dir")

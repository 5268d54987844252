"""The number of inputs of each target is shown at the end of `make fuzz`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.law import INPUTS, TRIED, summary
from tests.miniature.fixtures import one_thread

__all__ = ["one_thread"]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose files every input writes anew."""
    return tmp_path_factory.mktemp("fuzz")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if INPUTS and TRIED:
        terminalreporter.section("fuzz")
        for line in summary():
            terminalreporter.write_line(line)

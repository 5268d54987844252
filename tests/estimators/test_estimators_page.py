"""The manual's page on estimators runs as it stands."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_examples_of_the_page_give_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(
        str(ROOT / "docs" / "estimators.md"), module_relative=False, optionflags=doctest.REPORT_ONLY_FIRST_FAILURE
    )
    assert tried > 25
    assert failed == 0

"""The manual's tables stand in its pages as the code has them, and every key of a recipe is explained."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from seqtasks.recipes.keys import keys_of
from seqtasks.tasks.table import TASKS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    """docs/_ext/write_tables.py as a module."""
    spec = importlib.util.spec_from_file_location("write_tables", DOCS / "_ext" / "write_tables.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    return module


def test_the_tables_in_the_pages_are_those_that_the_code_gives(writer: ModuleType) -> None:
    stale = [path.name for path in writer.pages() if writer.written(path.read_text(encoding="utf-8")) != path.read_text(encoding="utf-8")]
    assert stale == [], "run: make tables"


def test_every_table_that_can_be_written_stands_in_a_page(writer: ModuleType) -> None:
    named = {name for path in writer.pages() for _, name, _ in writer.REGION.findall(path.read_text(encoding="utf-8"))}
    assert named == set(writer.TABLES)


@pytest.mark.parametrize("kind", TASKS)
def test_every_key_of_a_recipe_is_explained(kind: str) -> None:
    assert [key.place for key in keys_of(TASKS[kind].recipe) if not re.fullmatch(r".*\w.*\.", key.meaning)] == []


def test_the_readme_names_pages_that_there_are() -> None:
    links = re.findall(r"\]\((docs/[^)#]+)", (DOCS.parent / "README.md").read_text(encoding="utf-8"))
    assert len(links) > 15
    assert [link for link in links if not (DOCS.parent / link).is_file()] == []

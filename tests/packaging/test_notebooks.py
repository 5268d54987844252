"""The notebooks run from top to bottom, with the numbers that their text quotes, and are those of the scripts beside them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCRIPTS = sorted((DOCS / "notebooks").glob("*.py"))


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    """docs/_ext/write_notebooks.py as a module."""
    pytest.importorskip("jupytext", reason="the extra 'notebooks' is not installed")
    pytest.importorskip("ipykernel", reason="the extra 'notebooks' is not installed")
    spec = importlib.util.spec_from_file_location("write_notebooks", DOCS / "_ext" / "write_notebooks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_is_made_from_its_script(script: Path, writer: ModuleType) -> None:
    kept = writer.nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    assert writer.sources(kept) == writer.sources(writer.jupytext.read(script)), "run: make notebooks"


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_text_quotes_what_it_finds(script: Path, writer: ModuleType, tmp_path: Path) -> None:
    cells = writer.executed(script, tmp_path).cells
    shown = [output for cell in cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in shown)

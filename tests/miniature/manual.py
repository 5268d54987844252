"""What the manual's pages define: their code blocks run, and the objects they leave behind."""

from __future__ import annotations

import doctest
from functools import cache
from pathlib import Path
from typing import Any

import torch

DOCS = Path(__file__).resolve().parents[2] / "docs"


@cache
def objects_of(page: str) -> dict[str, Any]:
    """By name what the examples of docs/PAGE define. Raises AssertionError where an example does not print what the page says."""
    test = doctest.DocTestParser().get_doctest((DOCS / page).read_text(encoding="utf-8"), {}, page, page, 0)
    with torch.random.fork_rng():
        assert doctest.DocTestRunner(verbose=False).run(test, clear_globs=False).failed == 0, f"docs/{page}: an example is wrong"
    return test.globs

"""A translator that has diverged is told in one line, before its translations are searched for."""

from __future__ import annotations

from pathlib import Path

from tests.miniature.runs import invoke, settings


def test_a_run_that_has_diverged_ends_with_one_line_instead_of_a_search_without_end(miniature: Path, plain_figures: None) -> None:
    changes: dict[str, object] = {
        "training.learning_rate": 20.0,
        "training.clip_norm": 0,
        "training.select_by": "last",
        "training.epochs": 3,
    }
    result = invoke("run", "translation", "--out", "run", "--device", "cpu", *settings("translation", changes))
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.output
    assert result.stderr.startswith("Error: training has diverged: ")
    assert result.stderr.endswith("Lower training.learning_rate or training.clip_norm.\n")
    assert not Path("run/predictions").exists()

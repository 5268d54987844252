"""A full disk and a kill at every write, rename and removal of a run, of its resuming, of `predict --out` and of `data get`.

What was whole before is whole afterwards, a fault is one line, and the run goes on to the very weights of an undisturbed one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seqtasks.text.files import is_temporary
from tests.miniature.disk import Disk, Killed, on
from tests.miniature.runs import invoke, settings, sha256

STEP = 1 if os.environ.get("SEQTASKS_FUZZ") else 12  # every twelfth place in the suite, each of them in `make fuzz`
RUN = Path(__file__).parent / "format_1" / "hmm"
OTHERS = {"own.txt": "mine", "runs/notes.txt": "mine too"}
LEARNED = {"hmm": "hmm/counts.npz", "default": "model.safetensors"}


def arguments(recipe: str) -> list[str]:
    return ["run", "pos", recipe, "--device", "cpu", *(settings("pos", {"training.epochs": 2}) if recipe == "default" else [])]


@pytest.fixture(params=["hmm", "default"])
def recipe(request: pytest.FixtureRequest, miniature: Path, plain_figures: None) -> Iterator[str]:
    """The name of a recipe; beside its run lie files of the user's, which stay."""
    for name, text in OTHERS.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    yield str(request.param)
    assert {name: Path(name).read_text(encoding="utf-8") for name in OTHERS} == OTHERS


def undisturbed(recipe: str) -> tuple[Disk, str]:
    """How many writes and changes a run makes, and the checksum of what it learns."""
    with on(Disk()) as disk:
        assert invoke(*arguments(recipe), "--out", "whole").exit_code == 0
    return disk, sha256(Path("whole") / LEARNED[recipe])


def gone_on(recipe: str, expected: str) -> None:
    """The run in `runs/mine` is resumed, or begun again where it had not begun, to equal weights; nothing of a killed write stays."""
    run = Path("runs/mine")
    how = ["--resume"] if (run / "run.json").is_file() else ["--overwrite"]
    result = invoke(*(arguments(recipe)[:3] if how == ["--resume"] else arguments(recipe)), "--out", run, *how)
    assert result.exit_code == 0, result.output
    assert sha256(run / LEARNED[recipe]) == expected
    assert not [file for file in run.rglob("*") if is_temporary(file.name)]
    assert invoke("predict", run, input="a dog\n").exit_code == 0
    shutil.rmtree(run)


def killed(call: Callable[[], Any], place: int) -> bool:
    """Whether the call was killed before its change of that number."""
    try:
        with on(Disk(killed_at=place)):
            call()
    except Killed:
        return True
    return False


def test_a_run_that_is_killed_anywhere_goes_on_to_the_same_weights(recipe: str) -> None:
    disk, expected = undisturbed(recipe)
    assert disk.changes > 20
    for place in range(0, disk.changes, STEP):
        assert killed(lambda: invoke(*arguments(recipe), "--out", "runs/mine"), place)
        gone_on(recipe, expected)


def test_a_run_that_is_killed_again_while_it_is_resumed_goes_on_as_well(recipe: str) -> None:
    disk, expected = undisturbed(recipe)
    for place in range(disk.changes // 2, disk.changes, 3 * STEP):
        killed(lambda: invoke(*arguments(recipe), "--out", "runs/mine"), place)
        killed(lambda: invoke(*arguments(recipe)[:3], "--out", "runs/mine", "--resume"), place // 2)
        gone_on(recipe, expected)


def test_a_disk_that_fills_up_at_any_write_is_one_line_and_the_run_goes_on_later(recipe: str) -> None:
    disk, expected = undisturbed(recipe)
    assert disk.writes > 8
    for place in range(0, disk.writes, STEP):
        with on(Disk(full_from=place)):
            result = invoke(*arguments(recipe), "--out", "runs/mine")
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.stderr
        assert ": cannot write: No space left on device. Free some space or choose another --out." in result.stderr
        assert not [file for file in Path("runs").rglob("*") if is_temporary(file.name)]
        gone_on(recipe, expected)


@pytest.mark.parametrize("before", [None, "the answers of yesterday\n"])
def test_answers_are_written_whole_or_what_was_there_stays(before: str | None, tmp_path: Path) -> None:
    out = tmp_path / "answers"
    text = "The old teacher reads .\nAnna sleeps\n" * 3

    def answer() -> Any:
        return invoke("predict", RUN, "--out", out, input=text)

    with on(Disk()) as disk:
        assert answer().exit_code == 0
    whole = out.read_text(encoding="utf-8")
    for full in (False, True):
        for place in range(disk.writes if full else disk.changes):
            out.unlink()
            if before is not None:
                out.write_text(before, encoding="utf-8")
            if full:
                with on(Disk(full_from=place)):
                    result = answer()
                assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
                assert result.stderr.startswith(f"Error: {out}: cannot write: No space left on device.")
            else:
                assert killed(answer, place)
            assert (out.read_text(encoding="utf-8") if out.exists() else None) in (before, whole)
            assert answer().exit_code == 0
            assert out.read_text(encoding="utf-8") == whole

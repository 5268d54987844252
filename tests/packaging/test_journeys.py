"""How many files one answer goes through: counted by tracing it, and as the manual's page "One sentence, file by file" lists them."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

import seqtasks

PACKAGE = Path(seqtasks.__file__).resolve().parent
PAGE = PACKAGE.parent / "docs" / "journeys.md"
LINE = "A dog sees the boat in the garden."
ROW = re.compile(r"^\| `(?P<file>[\w/]+\.py)` \| (?P<functions>.*?) \|", re.MULTILINE)
MOST = {"A line to translate": 16, "A sentence to tag": 12}  # files; more means that a journey has become longer


def journey(finished, title: str) -> Callable[[], object]:
    """What answers one sentence, of a predictor that is loaded and has answered before."""
    if title == "A line to translate":
        translator = seqtasks.load(finished("translation"), decoding={"beams": 5})
        return lambda: translator.translate([LINE])
    tagger = seqtasks.load(finished("pos"))
    return lambda: tagger.tag(LINE)


def entered(call: Callable[[], object]) -> dict[str, set[str]]:
    """{file of the package: its functions that a call enters}, in the order in which the files are first entered."""
    found: dict[str, set[str]] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and frame.f_code.co_name != "<module>" and path.is_relative_to(PACKAGE):
            found.setdefault(path.relative_to(PACKAGE).as_posix(), set()).add(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return found


def listed(title: str) -> dict[str, list[str]]:
    """{file: functions} in the page's table under this heading."""
    (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return {row["file"]: re.findall(r"`([^`]+)`", row["functions"]) for row in ROW.finditer(section)}


@pytest.mark.parametrize("title", MOST)
def test_an_answer_goes_through_the_files_that_the_manual_lists_in_that_order(finished, title: str) -> None:
    answer = journey(finished, title)
    answer()
    found, told = entered(answer), listed(title)
    assert list(told) == list(found)
    assert len(found) <= MOST[title]
    for file, functions in told.items():
        assert functions, file
        assert {name.rpartition(".")[2] for name in functions} <= found[file], file


def test_answering_loads_of_training_only_what_knows_the_machine() -> None:
    code = "import sys, seqtasks.inference.tagger, seqtasks.inference.translator\nprint(*(n for n in sys.modules if '.training.' in n))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert [name for name in ended.stdout.split() if name.startswith("seqtasks")] == ["seqtasks.training.devices"]

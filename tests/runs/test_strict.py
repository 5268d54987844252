"""`--strict`: a note on the data is an error, and nothing is left behind; what is no fault is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.miniature.runs import invoke

ROWS = "".join(f"Ada{number}\tB-PER\nslept\tO\n.\tO\n\n" for number in range(30))
LOOSE = "I-PER\tI-PER\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(path: Path) -> tuple[int, str, bool]:
    result = invoke("run", "ner", "hmm", "--set", f"data.train={path}", "--out", "out", "--strict")
    return result.exit_code, result.stderr.strip(), Path("out").exists()


def test_a_run_with_a_note_on_its_data_ends_before_it_begins(here: Path) -> None:
    path = here / "a.bio"
    path.write_text(ROWS.replace("Ada7\tB-PER", "Ada7\tI-PER"))
    code, told, made = run(path)
    assert (code, made) == (1, False)
    assert told == (
        f"Error: --strict: a note on the data, the first: {path}: repaired 1 illegal tags in layer ner (first at line 29). "
        "Mend the data, or leave --strict out."
    )
    path.write_text(ROWS)
    assert run(path)[0] == 0


def test_what_is_no_fault_ends_no_run(here: Path) -> None:
    path = here / "a.jsonl"
    entry = '{{"text": "Now Ada{} slept here .", "spans": [{{"start": 4, "end": {}, "label": "PER"}}]}}\n'
    path.write_text("".join(entry.format(number, 7 + len(str(number))) for number in range(30)))
    code, told, _ = run(path)
    assert (code, told) == (0, "")
    assert "offsets of spans are read as characters" in invoke("data", "check", path).stdout


def test_a_check_tells_everything_and_ends_with_one(here: Path) -> None:
    train, dev = here / "train.bio", here / "dev.bio"
    train.write_text(ROWS.replace("Ada7\tB-PER", "Ada7\tI-PER"))
    dev.write_text("Ulm\tB-LOC\n")
    result = invoke("data", "check", "--scheme", "BIO", train, dev, "--strict")
    assert result.exit_code == 1
    assert "never in" in result.stdout
    assert result.stderr.strip() == "Error: --strict: 2 faults in the data. Mend them, or leave --strict out."
    assert invoke("data", "check", "--scheme", "BIO", train, dev).exit_code == 0

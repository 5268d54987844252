"""`data check` of labelled texts: the counts of every format, what parts share, and faults by their line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seqtasks.errors import DataError, UsageError
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke

ROWS = [("does it rain", "asks"), ("it rains here", "states"), ("it rains here", "states")]


def files(folder: Path) -> dict[str, Path]:
    """The same texts in every format."""
    for number, (text, label) in enumerate(ROWS):
        write(folder / "texts" / label / f"{number}.txt", f"{text}\n")
    return {
        "tsv": write(folder / "a.tsv", "text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in ROWS)),
        "csv": write(folder / "a.csv", "text,label\n" + "".join(f'"{text}",{label}\n' for text, label in ROWS)),
        "jsonl": write(folder / "a.jsonl", "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS)),
        "folders": folder / "texts",
    }


@pytest.mark.parametrize("form", ["tsv", "csv", "jsonl", "folders"])
def test_every_format_is_counted_alike(form: str, tmp_path: Path) -> None:
    path = files(tmp_path)[form]
    printed = done("data", "check", path, "--label-column", "label").stdout.splitlines()
    assert printed[0] == f"{path} ({form})"
    assert [" ".join(line.split()) for line in printed[1:4]] == [
        "texts 3 (2 distinct)",
        "words 9 (5 distinct), longest sentence 3 words at line 1" if form == "folders" else printed_words(form),
        "label 2 labels: states 2 asks 1",
    ]


def printed_words(form: str) -> str:
    return f"words 9 (5 distinct), longest sentence 3 words at line {1 if form == 'jsonl' else 2}"


def test_a_csv_file_and_folders_need_no_column_and_several_labels_a_separator(tmp_path: Path) -> None:
    found = files(tmp_path)
    assert "label 2 labels" in " ".join(done("data", "check", found["csv"]).stdout.split())
    assert "label 2 labels" in " ".join(done("data", "check", found["folders"], "--format", "folders").stdout.split())
    several = write(tmp_path / "several.tsv", "it rains\ta;b\nit snows\ta\nthe sun\t\n")
    printed = done("data", "check", several, "--text-column", "0", "--label-column", "-1", "--label-separator", ";").stdout
    assert "label 2 labels: a 2 b 1" in " ".join(printed.split())


def test_what_parts_share_and_new_labels_are_told(tmp_path: Path) -> None:
    found = files(tmp_path)
    dev = write(tmp_path / "dev.tsv", "text\tlabel\nit rains here\tsays\n")
    printed = done("data", "check", found["tsv"], dev, "--label-column", "label").stdout
    assert f"1 of the 1 texts of {dev} also occur in {found['tsv']}\n" in printed
    assert f"label 'says' (label) occurs 1 times in {dev} and never in {found['tsv']}\n" in printed


def test_notes_on_the_data_are_told(tmp_path: Path) -> None:
    rows = "".join(f"text number {number}\t{'Yes' if number else 'yes'}\n" for number in range(30))
    path = write(tmp_path / "a.tsv", f"text\tlabel\n{rows}")
    printed = done("data", "check", path, "--label-column", "label").stdout
    assert "  note: 1 label is seen once: yes (line 2)\n" in printed
    assert "  note: labels 'Yes', 'yes' differ in case or spaces only: are they one?\n" in printed


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        (["a.tsv", "--label-column", "lable"], DataError, "a.tsv:1: no column 'lable' in the header, which has text, label."),
        (["a.tsv", "--label-column", "1", "--format", "tvs"], UsageError, "--format tvs: no format of labelled texts; did you mean 'tsv'?"),
        (
            ["a.xml", "--label-column", "1"],
            UsageError,
            "a.xml: its suffix 'xml' does not tell its format; add --format tsv|csv|jsonl|folders.",
        ),
    ],
)
def test_faults_are_one_line(
    line: list[str], error: type[Exception], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files(tmp_path)
    result = invoke("data", "check", *line)
    assert result.exit_code == (1 if error is DataError else 2)
    assert result.stderr.startswith(f"Error: {message}")

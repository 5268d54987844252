"""`seqtasks inspect` on kept runs: what it prints, its JSON, and what it refuses in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqtasks.cli.inspect import inspect
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke

RUNS = Path(__file__).resolve().parents[1] / "runs" / "format_1"
DEV = Path(__file__).resolve().parents[2] / "data" / "ner" / "dev.bio"
LINE = "Madrid United will win the Battle of Tolva."


def printed(*arguments: object) -> str:
    result = CliRunner().invoke(inspect, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def annotated(tmp_path: Path) -> Path:
    """The first 40 sentences of the sample's dev part."""
    return write(tmp_path / "some.bio", "\n\n".join(DEV.read_text(encoding="utf-8").split("\n\n")[:40]) + "\n")


def test_a_tagger_prints_a_row_a_word_for_each_layer_and_its_saturation() -> None:
    blocks = printed(RUNS / "ner", LINE).rstrip("\n").split("\n\n")
    assert blocks[0] == LINE
    assert " ".join(blocks[1].splitlines()[0].split()) == "layer 1 ahead (lstm, 4) ner input forget output strongest cells"
    assert [row.split()[0] for row in blocks[1].splitlines()[1:]] == [*LINE[:-1].split(), "."]
    assert blocks[2].startswith("layer 1 back (lstm, 4)")
    assert [row.split("  ")[0] for row in blocks[3].splitlines()] == ["saturation", "layer 1 ahead", "layer 1 back"]


def test_json_has_every_number_of_a_file_a_line_each(tmp_path: Path) -> None:
    file = write(tmp_path / "lines.txt", f"{LINE}\n\nAnna sings.\n")
    rows = [json.loads(line) for line in printed(RUNS / "ner", "--file", file, "--format", "json").splitlines()]
    assert [row["line"] for row in rows] == [LINE, "Anna sings."]
    for row in rows:
        (side,) = row["sides"]
        assert len(row["tags"]["ner"]) == len(side["words"])
        for layer in side["layers"]:
            assert [len(layer["cells"]), len(layer["cells"][0])] == [len(side["words"]), 4]
            means = [sum(gates) / 4 for gates in layer["gates"]["forget"]]
            assert layer["gate_means"]["forget"] == pytest.approx(means, abs=1e-4)


def test_a_translator_prints_both_sides_and_what_each_target_word_hangs_on() -> None:
    text = printed(RUNS / "translation", "A dog sees the boat.")
    assert text.startswith("A dog sees the boat.\nUn ")
    assert "\n\nencoder layer 1 back (lstm, 4)" in text and "\n\ndecoder layer 1 (lstm, 8)" in text
    (table,) = [block for block in text.split("\n\n") if block.startswith("target word")]
    assert table.splitlines()[0].split("  ")[0] == "target word"
    assert table.splitlines()[-1].startswith("same word first: ")
    row = json.loads(printed(RUNS / "translation", "A dog sees the boat.", "--format", "json"))
    found = row["influence"]
    assert [len(found["drops"]), len(found["drops"][0])] == [len(found["target"]), len(found["source"])]
    assert sum(row["log_probabilities"]) < 0


def test_cells_are_told_with_their_controls(annotated: Path) -> None:
    text = printed(RUNS / "ner", "--cells", "--file", annotated)
    assert text.startswith(f"{annotated}: 40 sentences, ")
    assert [line for line in text.splitlines() if line.startswith("inside an entity")]
    found = json.loads(printed(RUNS / "ner", "--cells", "--file", annotated, "--format", "json"))
    labels = {one["label"]: one for one in found["labels"]}
    assert {"words to the end", "inside an entity", "entity goes on (I-)"} <= labels.keys()
    assert all(-1 <= one["within_form"]["correlation"] <= 1 for one in labels.values())
    assert all(one["any_word"]["untrained"] is not None for one in labels.values())


def test_cells_of_an_encoder_follow_the_text(tmp_path: Path) -> None:
    lines = [f"{'A dog' if number % 2 else 'The old man'} sees {number} boats." for number in range(30)]
    text = printed(RUNS / "translation", "--cells", "--file", write(tmp_path / "lines.en", "\n".join(lines) + "\n"))
    assert [line for line in text.splitlines() if line.startswith("words from the start")]
    assert "entity" not in text


def test_without_a_file_cells_are_sought_on_the_runs_own_dev_part() -> None:
    assert printed(RUNS / "translation", "--cells").startswith(str(DEV.parents[1] / "translation" / "dev"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hmm", LINE), "inspect looks into networks, but this run is an HMM: its tables of counts are files of its run directory."),
        (("ner",), 'inspect takes a sentence in quotes or --file FILE, one of the two: seqtasks inspect RUN_DIR "A sentence."'),
        (("ner", LINE, "--head", "ner"), "--head and --data-dir go with --cells."),
        (
            ("ner", LINE, "--cells"),
            "--cells reads whole files: give --file, or nothing for the run's own dev part, and no sentence or --tokens.",
        ),
        (("multitask", "--cells", "--head", "chunks"), "no head 'chunks'; choose from upos, ner."),
    ],
)
def test_what_does_not_go_together_is_told_in_a_line(arguments: tuple[str, ...], message: str) -> None:
    result = invoke("inspect", RUNS / arguments[0], *arguments[1:])
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")


def test_too_few_sentences_are_told_in_a_line(tmp_path: Path) -> None:
    file = write(tmp_path / "few.bio", "Anna\tB-PER\nsings\tO\n")
    result = invoke("inspect", RUNS / "ner", "--cells", "--file", file)
    assert result.stderr == f"Error: {file}: 1 sentences are too few to look for cells on. Give a file with at least 20.\n"


def test_the_command_is_listed() -> None:
    assert "inspect" in done("--help").stdout

"""`seqtasks study` on tiny settings: tables, JSON, pictures, and what it refuses in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.miniature.runs import done, invoke

TINY = ("--seeds", "1", "--parameters", "700", "--updates", "2")


def test_gradients_prints_a_row_a_network() -> None:
    result = done("study", "gradients", "--networks", "rnn,lstm-chrono", "--seeds", "2", "--length", "12", "--hidden", "4")
    rows = result.stdout.splitlines()
    assert rows[0].split() == ["words", "back", "1", "2", "5", "10", "11"]
    assert [row.split()[0] for row in rows[1:3]] == ["rnn", "lstm-chrono"]
    assert rows[-1] == "2 seeds, 4 units, untrained, chrono for 12 words."


def test_json_has_every_number(tmp_path: Path) -> None:
    result = done("study", "gradients", "--networks", "gru", "--seeds", "2", "--length", "5", "--hidden", "4", "--json")
    found = json.loads(result.stdout)
    assert (found["networks"], found["seeds"], found["hidden_size"]) == (["gru"], [1, 2], 4)
    assert [len(found["relative"]), len(found["relative"][0]), len(found["relative"][0][0])] == [1, 2, 5]
    assert found["relative"][0][0][0] == 1.0


@pytest.mark.parametrize("form", ["svg", "png"])
def test_memory_writes_its_pictures_and_numbers(form: str, tmp_path: Path) -> None:
    out = tmp_path / "pictures"
    given = (
        "study",
        "memory",
        "--networks",
        "rnn,attention",
        "--distances",
        "4,2",
        *TINY,
        "--out",
        out,
        "--format",
        form,
        "--theme",
        "dark",
    )
    result = done(*given)
    assert result.stdout.splitlines()[0].split() == ["recall:", "accuracy", "(%)", "parameters", "2", "words", "4", "words"]
    assert "1 seed; guessing gives 12.5 %." in result.stdout
    assert "rnn, 2 words, seed 1: accuracy 0." in result.stderr
    written = {path.name for path in out.iterdir()}
    assert written - {f"recall_learnability.{form}"} == {f"recall.{form}", "study.json"}
    assert json.loads((out / "study.json").read_text())["distances"] == [2, 4]


@pytest.mark.parametrize(("task", "chance"), [("copy", "12.5 %"), ("adding", "0.167"), ("agreement", "50.0 %")])
def test_every_task_is_measured(task: str, chance: str) -> None:
    distances = () if task == "agreement" else ("--distances", "6")
    result = done("study", "memory", "--task", task, "--networks", "gru", *distances, *TINY)
    assert result.stdout.startswith(f"{task}: ") and f"1 seed; guessing gives {chance}." in result.stdout


def test_clipping_prints_both_trainings_of_each_seed(tmp_path: Path) -> None:
    given = ("study", "clipping", "--seeds", "2", "--distance", "6", "--updates", "5", "--out", tmp_path)
    rows = done(*given).stdout.splitlines()
    assert [row.split("  ")[0] for row in rows[1:5]] == ["with clipping", "with clipping", "without", "without"]
    assert (tmp_path / "clipping.svg").exists()


@pytest.mark.slow
def test_trained_gradients_stand_beside_influence(tmp_path: Path) -> None:
    result = done("study", "gradients", "--trained", "--networks", "transformer", "--seeds", "1", "--out", tmp_path)
    blocks = result.stdout.split("\n\n")
    assert [block.split("  ")[0] for block in blocks[:3]] == ["accuracy (%)", "relative gradient", "influence (nats)"]
    assert {path.name for path in tmp_path.iterdir()} == {"trained_gradients.svg", "influence.svg", "study.json"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gradients", "--networks", "lstn"), "no network 'lstn'; did you mean 'lstm'? Networks: rnn, "),
        (("gradients", "--trained", "--learnability"), "--trained and --learnability are two studies. Give one of them."),
        (("gradients", "--trained", "--hidden", "8"), "--length, --hidden and --scale are of untrained networks. Leave them out."),
        (("memory", "--distances", "ten"), "--distances 'ten' is no list of whole numbers from 1 to 1000. Give them as 10,20,40."),
        (("memory", "--distances", "10,99999999999999999999"), "is no list of whole numbers from 1 to 1000."),
        (("memory", "--task", "copy", "--distances", "2"), "copy has no distance 2: it begins at 3 words. Give longer --distances."),
        (
            ("memory", "--task", "agreement", "--distances", "5"),
            "agreement is asked at the distances of its sentences: 1, 5, 9, ... words.",
        ),
    ],
)
def test_wrong_usage_is_one_line(arguments: tuple[str, ...], message: str) -> None:
    result = invoke("study", *arguments)
    assert result.exit_code == 2 and message in result.stderr and result.stderr.count("\n") == 1

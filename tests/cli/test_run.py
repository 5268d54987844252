"""`seqtasks run` on an HMM and own data, in a second: what it prints is what it wrote; and how it is stopped."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqtasks.cli.run import run, show, tell_stop
from seqtasks.evaluation.controls import Controlled
from seqtasks.evaluation.score import Score
from seqtasks.recipes.load import find_recipe
from seqtasks.runs.run import RunResult
from seqtasks.runs.stopping import stop_on_signal
from seqtasks.tasks.outcome import HeldOutExample, Outcome
from tests.miniature.corpora import columns, write
from tests.miniature.runs import invoke, metrics
from tests.miniature.sentences import tagged


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that name own files, in the folder where the test stands."""
    monkeypatch.chdir(tmp_path)
    for split, size, seed in (("train", 20, 1), ("dev", 4, 2), ("test", 12, 3)):
        write(Path(f"{split}.bio"), columns(tagged(size, seed=seed)))
    return [part for split in ("train", "dev", "test") for part in ("--set", f"data.{split}={split}.bio")]


def test_the_scores_printed_are_those_written(own: list[str]) -> None:
    result = CliRunner().invoke(run, ["ner", "hmm", "--out", "out", *own])
    assert result.exit_code == 0, result.output
    found = metrics(Path("out"))
    lines = result.stdout.splitlines()
    assert lines[0] == f"recipe: {find_recipe('ner', 'hmm')}"
    assert f"scores (weights selected on {found['selected_on']}):" in lines
    for score in found["scores"]:
        low, high = score["interval"] or (0.0, 0.0)
        interval = f" ({low:.2f} to {high:.2f})" if score["interval"] else ""
        entry = f"{score['name']} = {score['value']:.2f}{interval} [{score['signature']}]"
        assert f"  {score['split']:<12}{score['head']:<12}{entry}" in lines
    assert {score["split"] for score in found["scores"] if score["interval"]} == {"test"}  # dev has too few sentences
    assert lines[-2:] == ["report: out/report.html", "run directory: out"]
    pairs = [row.split("\t")[1:] for row in Path("out/predictions/test.conll").read_text(encoding="utf-8").splitlines() if row]
    (accuracy,) = [score["value"] for score in found["scores"] if (score["split"], score["name"]) == ("test", "accuracy")]
    assert accuracy == pytest.approx(100 * sum(gold == tag for gold, tag in pairs) / len(pairs))


def test_notes_examples_and_controls_are_shown_beside_the_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = [
        Score("accuracy", 91.5, "test", "upos", "tokens:200", (90.0, 93.25)),
        Score("perplexity", 3.0, "test", "upos", "base:e", None),
    ]
    controls = [Controlled("test", "upos", "accuracy", 91.5, 90.25, 1.25, (-0.5, 3.0), 0.04)]
    examples = [HeldOutExample(f"in {number}", f"out {number}", f"gold {number}") for number in range(1, 8)]
    fault = {"name": "repetition", "lines": 2, "share": 40.0, "to_try": ["decoding.block_ngrams=3"]}
    diagnosis = {"test": {"lines": 5, "faulty": 2, "faults": [fault]}}
    outcome = Outcome(scores=scores, examples=examples, notes=["mind this"], controls=controls)
    show(RunResult(tmp_path, outcome, {"selected_on": "dev", "diagnosis": diagnosis}))
    printed = capsys.readouterr().out
    assert printed.startswith("note: mind this\n\nexample 1\n  input:     in 1\n  output:    out 1\n  reference: gold 1\n")
    assert "example 5\n" in printed and "example 6" not in printed
    assert printed.endswith(
        "\nscores (weights selected on dev):\n"
        "  test        upos        accuracy = 91.50 (90.00 to 93.25) | alone 90.25, difference +1.25 (-0.50 to +3.00) [tokens:200]\n"
        "  test        upos        perplexity = 3.00 [base:e]\n"
        "\nfaults of test, in 2 of 5 lines:\n"
        "  repetition                        2 (40.0 %); --set decoding.block_ngrams=3 may help\n"
        f"run directory: {tmp_path}\n"
    )


def test_the_first_signal_asks_to_stop_and_the_second_stops_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(KeyboardInterrupt), stop_on_signal(lambda: True, tell_stop) as stopped:
        assert stopped == []
        signal.raise_signal(signal.SIGTERM)
        assert stopped == [signal.SIGTERM]
        assert capsys.readouterr().err == "Stopping after this update, then saving. Press Ctrl-C again to stop at once.\n"
        signal.raise_signal(signal.SIGINT)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize("option", [["--seeds", "2"], ["--overwrite"], ["--from", "other"]])
def test_resuming_goes_with_out_and_set_only(option: list[str], own: list[str]) -> None:
    result = invoke("run", "ner", "hmm", "--resume", "--out", "out", *option)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: --resume goes with --out and --set only, not with --from, --seeds or --overwrite.\n"
    assert not Path("out").exists()


def test_a_wrong_line_of_own_data_is_told_with_its_place(own: list[str]) -> None:
    write(Path("dev.bio"), "Mara\tB-PER\nalone\n")
    result = invoke("run", "ner", "hmm", "--out", "out", *own)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {Path('dev.bio').absolute()}:2: ") and result.stderr.count("\n") == 1

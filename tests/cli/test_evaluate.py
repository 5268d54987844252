"""`seqtasks evaluate` on kept runs: the scores they recorded, on the terminal and as JSON, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqtasks.cli.evaluate import evaluate
from tests.miniature.runs import invoke, metrics

FORMAT_1 = Path(__file__).resolve().parents[1] / "runs" / "format_1"
FILES = {"hmm": ["pos/test.conllu"], "ner": ["ner/test.bio"], "translation": ["translation/test.en", "translation/test.fr"]}


def files_of(name: str, sample_folder: Path) -> list[str]:
    return [str(sample_folder / file) for file in FILES[name]]


@pytest.mark.parametrize("name", FILES)
def test_a_part_gets_the_scores_that_were_recorded(name: str, sample_folder: Path) -> None:
    result = CliRunner().invoke(evaluate, [str(FORMAT_1 / name), *files_of(name, sample_folder), "--json"])
    assert result.exit_code == 0
    found = {score["name"]: score for score in json.loads(result.stdout)["scores"]}
    recorded = {score["name"]: score for score in metrics(FORMAT_1 / name)["scores"] if score["split"] == "test"}
    shared = [key for key in recorded if key in found]
    assert shared and set(recorded) - set(found) <= {"perplexity"}
    assert [found[key]["value"] for key in shared] == pytest.approx([recorded[key]["value"] for key in shared], abs=1e-4)
    assert all(found[key]["interval"] is None or found[key]["interval"] == pytest.approx(recorded[key]["interval"]) for key in shared)


def test_a_line_says_the_score_and_its_settings_and_of_five_sentences_no_interval(sample_folder: Path) -> None:
    result = CliRunner().invoke(evaluate, [str(FORMAT_1 / "hmm"), *files_of("hmm", sample_folder)])
    (line,) = result.stdout.splitlines()
    assert line.endswith("  upos  accuracy = 100.00 [tokens:33|sentences:5]")


def test_faults_of_translations_stand_below_the_scores(sample_folder: Path) -> None:
    result = CliRunner().invoke(evaluate, [str(FORMAT_1 / "translation"), *files_of("translation", sample_folder)])
    assert "in 5 of 5 lines:" in result.stdout
    assert [line.split() for line in result.stdout.splitlines() if line.startswith("  truncation")] == [["truncation", "5", "(100.0", "%)"]]


def test_another_part_than_the_tagger_reads_is_told_in_a_line(sample_folder: Path) -> None:
    result = invoke("evaluate", FORMAT_1 / "hmm", sample_folder / "translation" / "test.en")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {sample_folder}/translation/test.en:1: ")
    assert result.stderr.count("\n") == 1


def test_options_of_translations_mean_nothing_for_a_tagger(sample_folder: Path) -> None:
    result = invoke("evaluate", FORMAT_1 / "hmm", *files_of("hmm", sample_folder), "--beams", "3")
    assert result.exit_code == 2
    assert "no translation run. Ensembles and settings of the search are for translation runs." in result.stderr
    alone = invoke("evaluate", FORMAT_1 / "translation", "a", "b", "--average", "probabilities")
    assert (alone.exit_code, alone.stderr) == (2, "Error: --average says what an ensemble averages; it needs --ensemble RUN_DIR.\n")


def test_a_damaged_metrics_file_is_told_before_scoring(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(FORMAT_1 / "pos", copy)
    (copy / "metrics.json").write_text("{}", encoding="utf-8")
    message = f"{copy}/metrics.json: damaged (it lacks format, task, selected_on). Restore it from a copy."
    assert invoke("evaluate", copy, "any.conllu").stderr == f"Error: {message}\n"

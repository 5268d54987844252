"""`seqtasks score` on a kept run: the perplexity it recorded, token by token, and what it refuses."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqtasks.cli.score import score
from tests.miniature.corpora import write
from tests.miniature.runs import invoke, metrics

FORMAT_1 = Path(__file__).resolve().parents[1] / "runs" / "format_1"
RUN = FORMAT_1 / "translation"


def scored(*arguments: object) -> Result:
    result = CliRunner().invoke(score, [str(RUN), *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def files(sample_folder: Path) -> list[Path]:
    return [sample_folder / "translation" / f"test.{language}" for language in ("en", "fr")]


def test_the_perplexity_of_a_part_is_the_one_recorded(files: list[Path]) -> None:
    result = scored(*files)
    recorded = next(entry for entry in metrics(RUN)["scores"] if (entry["split"], entry["name"]) == ("test", "perplexity"))
    assert result.stderr == f"perplexity = {recorded['value']:.2f} over 104 tokens\n"
    total = sum(map(float, result.stdout.split()))
    assert math.exp(-total / 104) == pytest.approx(recorded["value"], abs=1e-4)


def test_a_line_is_the_sum_of_its_tokens_the_end_counted(files: list[Path]) -> None:
    lines = [float(line) for line in scored(*files).stdout.splitlines()]
    rows = [json.loads(line) for line in scored(*files, "--format", "jsonl").stdout.splitlines()]
    sources, targets = (path.read_text(encoding="utf-8").splitlines() for path in files)
    assert [(row["source"], row["target"]) for row in rows] == list(zip(sources, targets, strict=True))
    for row, line in zip(rows, lines, strict=True):
        numbers = [number for _, number in row["tokens"]]
        assert row["log_probability"] == pytest.approx(sum(numbers), abs=1e-4) == pytest.approx(line, abs=1e-4)
        assert row["perplexity"] == pytest.approx(math.exp(-sum(numbers) / len(numbers)), rel=1e-5)
    assert sum(len(row["tokens"]) for row in rows) == 104


def test_an_answer_of_the_run_is_as_probable_as_it_said_or_less_spelled_otherwise(tmp_path: Path) -> None:
    answers = [json.loads(line) for line in (RUN / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    sides = [write(tmp_path / key, "".join(f"{row[key]}\n" for row in answers)) for key in ("text", "translation")]
    found = [float(line) for line in scored(*sides).stdout.splitlines()]
    assert found[1] == pytest.approx(answers[1]["log_probability"], abs=1e-3)
    assert all(number <= row["log_probability"] + 1e-3 for number, row in zip(found, answers, strict=True))


def test_an_ensemble_of_the_run_with_itself_scores_the_same(files: list[Path]) -> None:
    for average in ("probabilities", "log_probabilities"):
        both = [float(line) for line in scored(*files, "--ensemble", RUN, "--average", average).stdout.split()]
        assert both == pytest.approx([float(line) for line in scored(*files).stdout.split()], abs=1e-3)


def test_files_of_other_lengths_and_taggers_are_told_in_a_line(files: list[Path], tmp_path: Path) -> None:
    short = write(tmp_path / "short", "Un chien.\n")
    result = invoke("score", RUN, files[0], short)
    assert result.exit_code != 0 and result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1
    tagger = invoke("score", FORMAT_1 / "hmm", *files)
    assert (tagger.exit_code, tagger.stderr) == (
        2,
        f"Error: {FORMAT_1}/hmm: no translation run and no language model. score is for these.\n",
    )


def test_a_line_too_long_to_be_scored_is_refused_with_its_number(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text("a\nb\n", encoding="utf-8")
    target.write_text(f"a\n{'Le chien voit . ' * 5001}\n", encoding="utf-8")
    result = invoke("score", FORMAT_1 / "translation", source, target)
    assert result.exit_code == 2
    assert re.fullmatch(r"Error: line 2: [\d,]+ tokens, but a pair is scored up to 5,000 a side\. Cut it into sentences\.\n", result.stderr)

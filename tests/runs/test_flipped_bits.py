"""A flipped bit anywhere in a run directory is noticed by whatever reads the file, or changes nothing of what it gives."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.errors import SeqtasksError
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.runs.doctor import checksums
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.training.history import History
from seqtasks.training.weights import read_tensors
from tests.miniature.runs import done, invoke

LINES = ["The old teacher reads a letter .", "Anna sees the dog"]
DRAWS = 100  # over all files of a run


def answers(run: Path) -> object:
    return list(seqtasks.load(run).written(LINES, PredictionOptions(form="jsonl")))


def told(run: Path) -> object:
    """What the results of a run say, and that they are whole."""
    directory = RunDirectory.open(run)
    checksums(directory)
    return read_json(directory.result(directory.metrics)), directory.facts()


def history(run: Path) -> object:
    found = History(run / "history.jsonl")
    found.restore(10**9)
    return found.rows


def tensors(path: Path) -> object:
    found, facts = read_tensors(path)
    return {name: tensor.tolist() for name, tensor in found.items()}, facts


def counted_sentences(run: Path) -> object:
    """The tagger of sentences that an HMM keeps to count more, with one more counted."""
    tagger = HMMTagger.load(run / "hmm").partial_fit([["A", "dog"]], [["DET", "NOUN"]])
    return tagger.tags_of([line.split() for line in LINES])


def readers(run: Path, file: Path) -> list[Callable[[], object]]:
    """What reads a file of a run."""
    if file.parent.name == "checkpoints":
        return [lambda: tensors(file)]
    found: list[Callable[[], object]] = [lambda: answers(run), lambda: told(run)]
    if file.name == "history.jsonl":
        found.append(lambda: history(run))
    return [lambda: counted_sentences(run)] if file.name == "sentences.npz" else found


@pytest.fixture
def copied(finished: Callable[[str], Path], miniature: Path, plain_figures: None, tmp_path: Path) -> Callable[[str], Path]:
    def copy(task: str) -> Path:
        if task == "hmm":
            done("run", "pos", "hmm", "--out", "run")
            return Path("run")
        return Path(shutil.copytree(finished(task), tmp_path / "copy"))

    return copy


@pytest.mark.parametrize("task", ["hmm", "pos", "translation", "language_model"])
def test_a_hundred_of_a_hundred_flipped_bits_are_noticed_or_change_nothing(task: str, copied: Callable[[str], Path]) -> None:
    run, generator = copied(task), random.Random(len(task))
    files = sorted(file for file in run.rglob("*") if file.is_file() and file.stat().st_size)
    expected = {file: [read() for read in readers(run, file)] for file in files}
    noticed = 0
    for draw in range(DRAWS):
        file = files[draw % len(files)]
        content = file.read_bytes()
        flipped = bytearray(content)
        flipped[generator.randrange(len(flipped))] ^= 1 << generator.randrange(8)
        file.write_bytes(flipped)
        for read, before in zip(readers(run, file), expected[file], strict=True):
            try:
                assert read() == before, file
            except SeqtasksError as fault:
                assert "\n" not in str(fault)
                noticed += 1
        file.write_bytes(content)
    assert noticed >= 0.9 * DRAWS
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize("name", ["metrics.json", "predictions/test.conll"])
def test_a_comparison_notices_results_that_are_not_those_of_the_run(name: str, copied: Callable[[str], Path]) -> None:
    run = copied("pos")
    other = shutil.copytree(run, "other")
    text = (run / name).read_text(encoding="utf-8")
    (run / name).write_text(text.replace("NOUN", "VERB", 1) if "NOUN" in text else text.replace("1", "2", 1), encoding="utf-8")
    result = invoke("compare", other, run, "--out", "comparison")
    assert result.stderr.startswith(f"Error: {run / name}: damaged or changed (its checksum is not that in run.json). Restore it")


def test_what_run_json_says_is_what_the_run_wrote(copied: Callable[[str], Path]) -> None:
    run = copied("pos")
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert list(facts)[-3:] == ["sha256", "results", "checksum"]
    (run / "run.json").write_text(json.dumps(facts | {"device": "cuda"}), encoding="utf-8")
    result = invoke("predict", run, input="A dog\n")
    assert result.stderr == f"Error: {run / 'run.json'}: damaged or changed (its checksum differs). Restore it from a copy.\n"

"""Run directories with files that are flipped, cut and swapped: the run answers, or says one line.

The kept runs have no checksums, so what is damaged reaches the readers of each file; with checksums nothing else may answer.
"""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import seqtasks
from seqtasks.errors import SeqtasksError
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.tasks.contract import PredictionOptions
from seqtasks.training.checkpoints import Checkpoints, Progress
from seqtasks.training.history import History
from seqtasks.training.weights import read_tensors
from tests.fuzz.law import fuzzed, lawful
from tests.fuzz.mutations import EDIT, edited, nearly, variants

RUNS = Path(__file__).parents[1] / "runs" / "format_1"
EDITS = st.lists(EDIT, min_size=1, max_size=4)


@lru_cache
def files(name: str) -> tuple[str, ...]:
    """What a prediction of this run needs."""
    directory = RunDirectory.open(RUNS / name)
    return ("run.json", "recipe.toml", *(file.relative_to(directory.path).as_posix() for file in directory.learned()))


@lru_cache
def copy_of(place: Path, name: str, closed: bool) -> Path:
    run = Path(shutil.copytree(RUNS / name, place / f"{name}-{closed}", dirs_exist_ok=True))
    if closed:
        RunDirectory.open(run).close_files()
    return run


def answers(run: Path) -> list[str]:
    return [*seqtasks.load(run).written(["The old teacher reads a letter.", "Anna"], PredictionOptions())]


def damaged(run: Path, name: str, file: int, other: int | None, edits: list[tuple[str, int, bytes]], target: str) -> None:
    """Answer with one file edited, or with another's bytes in its place."""
    names = files(name)
    path = run / names[file % len(names)]
    content = path.read_bytes()
    try:
        path.write_bytes(edited((run / names[other % len(names)]).read_bytes() if other is not None else content, edits))
        lawful(target, lambda: answers(run))
    finally:
        path.write_bytes(content)


FILE, OTHER = st.integers(0, 99), st.one_of(st.none(), st.none(), st.integers(0, 99))


@given(FILE, OTHER, EDITS)
@fuzzed(share=0.4)
def test_an_hmm(place: Path, file: int, other: int | None, edits: list[tuple[str, int, bytes]]) -> None:
    damaged(copy_of(place, "hmm", False), "hmm", file, other, edits, "run directory (HMM)")


@given(st.sampled_from(["pos", "ner", "multitask", "translation"]), FILE, OTHER, EDITS)
@fuzzed(10, share=0.1)
def test_networks(place: Path, name: str, file: int, other: int | None, edits: list[tuple[str, int, bytes]]) -> None:
    damaged(copy_of(place, name, False), name, file, other, edits, "run directory (networks)")


@given(FILE, OTHER, EDITS)
@fuzzed(share=0.2)
def test_with_checksums_a_run_answers_as_before_or_not_at_all(
    place: Path, file: int, other: int | None, edits: list[tuple[str, int, bytes]]
) -> None:
    run = copy_of(place, "hmm", True)
    expected = expected_of(run)

    def same() -> None:
        assert answers(run) == expected

    names = ("run.json", "recipe.toml", *(path.relative_to(run).as_posix() for path in RunDirectory(run).learned()))
    path = run / names[file % len(names)]
    content = path.read_bytes()
    try:
        path.write_bytes(edited(content, edits))
        lawful("run directory with checksums", same)
    finally:
        path.write_bytes(content)


@lru_cache
def expected_of(run: Path) -> list[str]:
    return answers(run)


@given(nearly(*((RUNS / "hmm" / "hmm" / name).read_bytes() for name in ("tagger.json", "counts.npz"))), st.booleans())
@fuzzed(share=0.3)
def test_a_tagger_that_is_counted_further(place: Path, data: bytes, head: bool) -> None:
    folder = copy_of(place, "hmm", False) / "hmm"
    path = folder / ("tagger.json" if head else "counts.npz")
    content = path.read_bytes()
    try:
        path.write_bytes(data)
        lawful("HMM, counted further", lambda: HMMTagger.load(folder).partial_fit([["a"]], [["NOUN"]]).predict([["a", "b"]]))
    finally:
        path.write_bytes(content)


@lru_cache
def checkpoint(place: Path) -> tuple[Path, bytes]:
    model, checkpoints = tiny(place)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    path = checkpoints.save(model, optimizer, Progress(update=1, sums={"a": [1.0, 2.0, 1.0]}), torch.device("cpu"))
    return path, path.read_bytes()


def tiny(place: Path) -> tuple[nn.Module, Checkpoints]:
    (place / "resumed").mkdir(exist_ok=True)
    return nn.Linear(2, 2), Checkpoints(place / "resumed" / "checkpoints", keep=1, machine={"torch": "x"})


@given(EDITS)
@fuzzed()
def test_checkpoints(place: Path, edits: list[tuple[str, int, bytes]]) -> None:
    path, content = checkpoint(place)
    model, checkpoints = tiny(place)
    for some in variants(edited(content, edits)):
        path.write_bytes(some)
        lawful("checkpoints", lambda: checkpoints.resume(model, torch.optim.Adam(model.parameters()), torch.device("cpu")))
        lawful("weights", lambda: read_tensors(path))


ROW = {"epoch": 1, "update": 1, "train_loss": 1.0, "train_accuracy": 50.0, "dev_loss": None, "dev_accuracy": None, "learning_rate": 0.1}


@given(EDITS)
@fuzzed()
def test_histories(place: Path, edits: list[tuple[str, int, bytes]]) -> None:
    path = place / "history.jsonl"
    path.unlink(missing_ok=True)
    history = History(path)
    for epoch in (1, 2):
        history.append(ROW | {"epoch": epoch, "seconds": 1.0, "tokens_per_second": 5.0, "scores": {"f1": 1.0}})
    for some in variants(edited(path.read_bytes(), edits)):
        path.write_bytes(some)
        lawful("histories", lambda: History(path).restore(9))


@given(nearly((RUNS / "pos" / "run.json").read_bytes(), (RUNS / "pos" / "metrics.json").read_bytes()))
@fuzzed()
def test_facts(place: Path, data: bytes) -> None:
    (place / "facts").mkdir(exist_ok=True)
    for some in variants(data):
        (place / "facts" / "run.json").write_bytes(some)
        lawful("run.json", lambda: RunDirectory.open(place / "facts").finished())
        lawful("JSON of a run", lambda: read_json(place / "facts" / "run.json"))


def test_the_kept_runs_answer(place: Path) -> None:
    for name in ("hmm", "pos"):
        try:
            assert len(answers(copy_of(place, name, False))) == 2
        except SeqtasksError as error:
            raise AssertionError(name) from error

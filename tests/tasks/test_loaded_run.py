"""A predictor in other processes and in several threads gives the answers that it gives alone."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

import seqtasks
from seqtasks.errors import RunDirectoryError, UsageError
from seqtasks.tasks.loaded_run import LoadedRun
from tests.miniature.runs import one_thread

RUNS = Path(__file__).resolve().parents[1] / "runs" / "format_1"
LINES = ["The old dog sees the boat.", "Mara Ekberg reads a letter in Tessel.", "", "A lamp finds the boat in the garden.", "Why?"]


def texts(answers: Any) -> list[str]:
    return [answer.text for answer in answers]


def tags(answers: Any) -> list[dict[str, list[str]]]:
    return [answer.tags for answer in answers]


@pytest.mark.parametrize("name", ["pos", "ner", "multitask", "hmm", "translation", "language_model"])
def test_a_pickled_predictor_is_a_path_and_answers_alike(name: str) -> None:
    predictor = seqtasks.load(RUNS / name)
    pickled = pickle.dumps(predictor)
    assert len(pickled) < 10_000 < sum(file.stat().st_size for file in (RUNS / name).rglob("*"))
    again = pickle.loads(pickled)  # noqa: S301 (our own, made above)
    assert again is not predictor
    assert again is pickle.loads(pickled)  # noqa: S301 (loaded once)
    assert again.run_dir == predictor.run_dir == (RUNS / name).absolute()
    if name == "translation":
        assert texts(again.translate(LINES)) == texts(predictor.translate(LINES))
    elif name == "language_model":
        assert again.write(LINES) == predictor.write(LINES) == copy.deepcopy(predictor).write(LINES)
    else:
        assert again.tag_lines(LINES) == predictor.tag_lines(LINES) == copy.deepcopy(predictor).tag_lines(LINES)


def test_options_and_ensembles_go_along() -> None:
    run = RUNS / "translation"
    predictor = seqtasks.load([run, run], decoding={"beams": 3}, average="log_probabilities")
    again = pickle.loads(pickle.dumps(predictor))  # noqa: S301
    assert again is not pickle.loads(pickle.dumps(seqtasks.load(run)))  # noqa: S301
    assert again.recipe.decoding.beams == 3
    found, expected = (one.translate(LINES[0], n_best=3) for one in (again, predictor))
    assert [best.to_dict() for best in (found, expected)] == [expected.to_dict()] * 2


def test_a_run_that_was_trained_anew_is_loaded_anew_and_one_that_is_gone_is_told(tmp_path: Path) -> None:
    shutil.copytree(RUNS / "pos", tmp_path / "run")
    pickled = pickle.dumps(seqtasks.load(tmp_path / "run"))
    before = pickle.loads(pickled)  # noqa: S301
    weights = tmp_path / "run" / "model.safetensors"
    weights.write_bytes(weights.read_bytes())
    assert pickle.loads(pickled) is not before  # noqa: S301
    shutil.rmtree(tmp_path / "run")
    message = f"^{tmp_path / 'run'}: is gone. Put the run back there, or load it from where it lies now.$"
    with pytest.raises(RunDirectoryError, match=message):
        pickle.loads(pickled)  # noqa: S301


def test_a_predictor_without_a_run_cannot_be_sent() -> None:
    with pytest.raises(UsageError, match=r"^this predictor was not loaded from a run directory, so it has none and cannot go to another"):
        pickle.dumps(LoadedRun())


POOL = """
import multiprocessing, sys
import seqtasks
from tests.tasks.test_loaded_run import LINES, RUNS, tags, texts
if __name__ == "__main__":
    translator, tagger = seqtasks.load(RUNS / "translation"), seqtasks.load(RUNS / "ner")
    expected = texts(translator.translate(LINES)), tags(tagger.tag_lines(LINES))
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        assert texts(pool.map(translator.translate, LINES)) == expected[0]
        assert tags(pool.map(tagger.tag, LINES)) == expected[1]
    print("alike")
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_pool_of_two_processes_answers_alike(method: str, tmp_path: Path) -> None:
    """Also after a parent that has computed with several threads."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    (tmp_path / "pool.py").write_text(POOL)
    root = RUNS.parents[2]
    environment = {**one_thread(), "OMP_NUM_THREADS": "2", "PYTHONPATH": str(root)}
    line = [sys.executable, str(tmp_path / "pool.py"), method]
    ended = subprocess.run(line, capture_output=True, text=True, env=environment, cwd=root, timeout=180, check=False)
    assert ended.stdout == "alike\n", ended.stderr


def test_how_a_language_model_writes_goes_along() -> None:
    predictor = seqtasks.load(RUNS / "language_model", decoding={"samples": 2, "seed": 7})
    again = pickle.loads(pickle.dumps(predictor))  # noqa: S301
    assert again.write(LINES[:1]) == predictor.write(LINES[:1]) != seqtasks.load(RUNS / "language_model").write(LINES[:1])


@pytest.mark.parametrize("threads_of_torch", [1, 2])
@pytest.mark.parametrize("name", ["multitask", "hmm", "translation"])
def test_several_threads_get_the_answers_that_each_gets_alone(name: str, threads_of_torch: int) -> None:
    predictor = seqtasks.load(RUNS / name)
    ask = predictor.translate if name == "translation" else partial(predictor.tag_lines, confidences=True)
    batches = [LINES[number:] + LINES[:number] for number in range(len(LINES))] * 4
    before = torch.get_num_threads()
    torch.set_num_threads(threads_of_torch)
    try:
        alone = [ask(batch) for batch in batches]
        predictor = seqtasks.load(RUNS / name)  # nothing remembered yet
        ask = predictor.translate if name == "translation" else partial(predictor.tag_lines, confidences=True)
        with ThreadPoolExecutor(6) as pool:
            together = list(pool.map(ask, batches))
    finally:
        torch.set_num_threads(before)
    for one, other in zip(alone, together, strict=True):
        if name == "translation":
            assert texts(one) == texts(other)
            assert [best[0].score for best in one] == pytest.approx([best[0].score for best in other], abs=1e-4)
        else:
            assert tags(one) == tags(other)
            for left, right in zip(one, other, strict=True):
                assert all(left.confidences[head] == pytest.approx(right.confidences[head], abs=1e-5) for head in left.tags)

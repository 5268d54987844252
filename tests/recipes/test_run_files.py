"""A run directory belongs to the run that writes it: nothing else is deleted, one writer at a time, and every file has its checksum."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

import seqtasks
from seqtasks.errors import DataError, RecipeError, RunDirectoryError
from seqtasks.recipes.run_directory import RunDirectory, default_path, refuse_existing
from seqtasks.recipes.run_files import only_writer, remove_run, written_and_foreign
from seqtasks.training.checkpoints import Checkpoints, Progress
from seqtasks.training.history import History
from seqtasks.training.weights import load_weights, read_tensors, save_weights, write_tensors

FORMAT_1 = Path(__file__).parents[1] / "runs" / "format_1"
NAMES = ("hmm", "pos", "translation")


def written(path: Path, text: str = "{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def closed(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A finished run with checksums."""
    run = tmp_path / "run"
    shutil.copytree(FORMAT_1 / request.param, run)
    RunDirectory.open(run).close_files()
    return run


@pytest.mark.parametrize(
    "name", ["thesis/chapter.tex", "notes.txt", "text/notes.txt", "predictions/of/mine.txt", "seed-1/notes.txt", ".env"]
)
def test_what_no_run_wrote_refuses_to_be_overwritten(tmp_path: Path, name: str) -> None:
    written(tmp_path / "run.json")
    foreign = written(tmp_path / name)
    with pytest.raises(RunDirectoryError) as caught:
        refuse_existing(tmp_path, overwrite=True)
    assert str(caught.value).startswith(f"{foreign}: no run wrote this, so --overwrite does not touch {tmp_path}. ")


def test_an_empty_folder_of_the_users_refuses_too(tmp_path: Path) -> None:
    written(tmp_path / "run.json")
    (tmp_path / "thesis").mkdir()
    with pytest.raises(RunDirectoryError, match="thesis: no run wrote this"):
        refuse_existing(tmp_path, overwrite=True)


@pytest.mark.parametrize("name", ["multitask", *NAMES])
def test_all_that_a_run_wrote_may_be_overwritten(tmp_path: Path, name: str) -> None:
    run = tmp_path / "run"
    shutil.copytree(FORMAT_1 / name, run)
    for kept in ("inputs.txt", "answers.jsonl"):  # what the tests keep beside a run
        (run / kept).unlink()
    shutil.copytree(run, run / "seed-1" / "controls" / "upos")
    refuse_existing(run, overwrite=True)
    remove_run(run)
    assert list(run.iterdir()) == []


def test_run_json_is_removed_last_so_that_a_removal_that_was_killed_can_be_repeated(tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(FORMAT_1 / "pos", run)
    removed: list[Path] = []
    unlink = Path.unlink
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "unlink", lambda file, missing_ok=False: (removed.append(file), unlink(file)))
        remove_run(run)
    assert removed[-1] == run / "run.json"
    assert len(removed) > 5


def test_links_in_a_run_directory_are_removed_and_never_followed(tmp_path: Path) -> None:
    precious = written(tmp_path / "elsewhere" / "model.safetensors", "weights")
    run = tmp_path / "run"
    written(run / "run.json")
    (run / "model.safetensors").symlink_to(precious)
    (run / "predictions").symlink_to(precious.parent)
    assert written_and_foreign(run)[1] == [run / "predictions"]
    remove_run(run)
    assert precious.read_text() == "weights"


def test_a_run_that_was_killed_before_run_json_starts_again_with_overwrite(tmp_path: Path) -> None:
    written(tmp_path / "recipe.toml", "")
    written(tmp_path / ".run.json.abcd1234.tmp")
    with pytest.raises(RunDirectoryError, match="exists. Use --resume"):
        refuse_existing(tmp_path, overwrite=False)
    refuse_existing(tmp_path, overwrite=True)
    (tmp_path / "recipe.toml").unlink()
    refuse_existing(tmp_path, overwrite=False)  # what killed writes leave is nothing


def test_a_second_writer_is_one_line_and_the_first_one_goes_on(tmp_path: Path) -> None:
    run = tmp_path / "new" / "run"
    with only_writer(run):
        with pytest.raises(RunDirectoryError) as caught, only_writer(run):
            raise AssertionError
        assert str(caught.value) == f"{run}: another run is writing to it. Wait for it to end, or choose another --out."
        written(run / "run.json")
        written(run / "text" / ".words.txt.abcd1234.tmp")
    with only_writer(run):
        assert {path.name for path in run.rglob("*")} == {".lock", "run.json", "text"}
    assert {path.name for path in run.iterdir()} == {"run.json", "text"}


def test_a_writer_that_wrote_nothing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError), only_writer(tmp_path / "a" / "b"):
        raise DataError("x", 0, "no such file", "Check the path")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt), only_writer(default_path("pos", "hmm"), new=True):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_run_directory_that_is_gone_stops_at_the_next_checkpoint(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    checkpoints = Checkpoints(run / "checkpoints", keep=1, machine={})
    checkpoints.save(model, optimizer, Progress(), torch.device("cpu"))
    shutil.rmtree(run)
    for again in (False, True):
        if again:
            run.mkdir()  # another run took the name
        with pytest.raises(RunDirectoryError) as caught:
            checkpoints.save(model, optimizer, Progress(), torch.device("cpu"))
        assert str(caught.value) == f"{run}: was removed or replaced while it was written to. Start again with another --out."
    shutil.rmtree(run)
    with pytest.raises(RunDirectoryError, match="No such file or directory"):
        History(run / "history.jsonl").append({})
    assert not run.exists()


def answers(run: Path) -> list[str]:
    """What the run says of a few of its inputs."""
    texts = (run / "inputs.txt").read_text(encoding="utf-8").splitlines()[:2]
    from seqtasks.tasks.contract import PredictionOptions

    return list(seqtasks.load(run).written(texts, PredictionOptions(form="jsonl")))


@pytest.mark.parametrize("closed", ["hmm", "pos"], indirect=True)
def test_a_flipped_bit_in_any_file_is_noticed_or_changes_no_answer(closed: Path) -> None:
    generator, expected, noticed = random.Random(3), answers(closed), 0
    files = [closed / name for name in json.loads((closed / "run.json").read_text())["sha256"]] + [closed / "run.json"]
    assert {"recipe.toml", "run.json", "seen.txt"} < {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        for _ in range(4 if file.name == "run.json" else 2):
            changed = bytearray(content)
            changed[generator.randrange(len(changed))] ^= 1 << generator.randrange(8)
            file.write_bytes(changed)
            try:
                assert answers(closed) == expected, file
            except (RunDirectoryError, RecipeError):
                noticed += 1
        file.write_bytes(content)
    assert noticed >= 2 * (len(files) - 1)


@pytest.mark.parametrize("closed", ["translation"], indirect=True)
def test_files_that_were_swapped_taken_or_added_are_named(closed: Path) -> None:
    words = closed / "text" / "source.txt"
    before = words.read_text(encoding="utf-8")
    lines = before.splitlines(keepends=True)
    words.write_text("".join([*lines[:-2], lines[-1], lines[-2]]), encoding="utf-8")
    with pytest.raises(RunDirectoryError) as caught:
        seqtasks.load(closed)
    assert str(caught.value) == f"{words}: damaged or changed (its checksum is not that in run.json). Restore it from a copy."
    words.write_text(before, encoding="utf-8")
    added = written(closed / "text" / "lexicon.npz")
    with pytest.raises(RunDirectoryError, match=r"lexicon\.npz: is no file of this run"):
        seqtasks.load(closed)
    added.unlink()
    words.unlink()
    with pytest.raises(RunDirectoryError, match=r"source\.txt: no such file, but the run had one"):
        seqtasks.load(closed)


@pytest.mark.parametrize("learned", [["/etc/passwd"], ["../run.json"], [7], ["text/../../x"]])
def test_run_json_names_no_file_outside_the_run_directory(tmp_path: Path, learned: list[object]) -> None:
    written(tmp_path / "run.json", json.dumps({"format": 1, "learned": learned}))
    with pytest.raises(RunDirectoryError, match=r"run\.json: damaged \(learned names"):
        RunDirectory.open(tmp_path).finished()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, value: float) -> None:
    model = nn.Linear(3, 2)
    with torch.no_grad():
        model.weight[1, 1] = value
    save_weights(model, tmp_path / "weights")
    with pytest.raises(RunDirectoryError, match=r"weights: damaged \(weight has numbers that are not finite\)"):
        load_weights(model, tmp_path / "weights")


def test_every_bit_of_a_file_of_weights_counts(tmp_path: Path) -> None:
    path, generator = tmp_path / "weights", random.Random(1)
    write_tensors(path, {"a": torch.arange(4.0), "b": torch.zeros(0), "c": torch.arange(3, dtype=torch.uint8)}, {"shared": {"d": "a"}})
    expected = read_tensors(path)
    content = path.read_bytes()
    for place in generator.sample(range(8, len(content)), 60):
        changed = bytearray(content)
        changed[place] ^= 1 << generator.randrange(7)
        path.write_bytes(changed)
        try:
            found = read_tensors(path)
        except RunDirectoryError:
            continue
        assert found[1] == expected[1]
        assert all(torch.equal(found[0][name], tensor) for name, tensor in expected[0].items())

"""`seqtasks observe`, and what a run tells of its curves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from seqtasks.diagnosis.observations.remedies import REMEDIES, to_try
from seqtasks.recipes.load import recipe_names, task_names
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.runs.observing import flat, observe_run
from seqtasks.tasks.table import kind_of, load_recipe
from tests.miniature.runs import done, invoke, metrics

RUNS = Path(__file__).resolve().parents[1] / "runs" / "format_1"
TRAINED = [(task, name) for task in task_names() for name in recipe_names(task) if load_recipe(task, name).recipe.kind != "hmm"]


@pytest.mark.usefixtures("miniature")
@pytest.mark.parametrize("task", ["translation", "pos", "classification", "language_model", "multitask"])
def test_a_run_and_its_directory_say_the_same(task: str, finished: Callable[[str], Path]) -> None:
    run = finished(task)
    stored = metrics(run)["observation"]
    again = observe_run(run)
    assert again.notes == []
    assert json.loads(json.dumps(again.observation.to_json())) == stored
    about = [one["about"] for one in stored["statements"]]
    assert {"update ratio", "shared sentences"} <= set(about)
    assert ("another line's source" in about) == (task == "translation")
    printed = done("observe", run).stdout
    assert printed.startswith(f"{stored['verdict']}: {stored['because'][:20]}")
    assert all(f"try --set {setting}" in printed for setting in stored["to_try"])
    assert json.loads(done("observe", run, "--json").stdout) == {**stored, "notes": []}
    assert stored["verdict"].capitalize() in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("miniature")
def test_runs_of_before_are_observed(finished: Callable[[str], Path], tmp_path: Path) -> None:
    run = shutil.copytree(finished("pos"), tmp_path / "run")
    rows = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    old = {"epoch", "update", "train_loss", "train_accuracy", "dev_loss", "dev_accuracy", "learning_rate"}
    old |= {"tokens_per_second", "seconds", "scores"}
    (run / "history.jsonl").write_text("".join(json.dumps({key: row[key] for key in old}) + "\n" for row in rows))
    printed = " ".join(done("observe", run).stdout.split())
    assert "training loss: No training sentences were scored as dev is" in printed
    assert "scale:" not in printed
    printed = " ".join(done("observe", run, "--curves-only").stdout.split())
    assert "scale: The entropy of the labels is not known here" in printed


@pytest.mark.usefixtures("miniature")
def test_a_run_whose_data_are_gone_or_changed_is_observed_from_its_curves(finished: Callable[[str], Path], tmp_path: Path) -> None:
    run = shutil.copytree(finished("pos"), tmp_path / "run")
    RunDirectory(run).open_files()  # as of before, without checksums
    facts = json.loads((run / "run.json").read_text())
    facts.pop("checksum")
    facts["data"] = dict.fromkeys(facts["data"], "0" * 64)
    (run / "run.json").write_text(json.dumps(facts))
    assert "What is told rests on curves alone: " in done("observe", run).stdout
    assert " has changed since the run." in done("observe", run).stdout
    (run / "model.safetensors").unlink()
    assert done("observe", run).stdout.startswith("The run has not been finished: what is told rests on its curves alone.")


def test_what_has_no_history_is_refused_in_a_line(tmp_path: Path) -> None:
    result = invoke("observe", tmp_path)
    assert (result.exit_code, result.stderr.startswith(f"Error: {tmp_path}: no run directory")) == (1, True)
    hmm = next(path for path in RUNS.iterdir() if (path / "hmm").is_dir())
    result = invoke("observe", hmm, "--curves-only")
    assert result.exit_code != 0
    assert "has no epoch in history.jsonl, so there is nothing to observe (an HMM is counted, not trained)." in result.stderr


@pytest.mark.parametrize(("task", "name"), TRAINED)
def test_what_is_advised_is_a_key_of_the_recipe_that_it_takes(task: str, name: str) -> None:
    recipe = load_recipe(task, name).recipe
    kind, settings = kind_of(recipe), flat(recipe.model_dump()) | {"updates": 1000}
    for verdict, remedy in REMEDIES.items():
        found = to_try(verdict, settings, lambda setting: kind.takes(recipe, setting))
        assert bool(found) == bool(remedy.changes), verdict
        for setting in found:
            load_recipe(task, name, [setting])

"""Single-task controls: ordinary runs of one task each, trained once, resumed where they were stopped, their scores shown beside."""

import re
import shlex
from pathlib import Path

import pytest

from seqtasks.cli.progress import TerminalWatcher
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.multitask.controls import beside_controls, control_recipes
from seqtasks.tasks.table import load_recipe, saved_recipe
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke, metrics, settings, sha256, train
from tests.tasks.multitask.test_multitask import EWT, job_of, tagged_of

HEADS = ("upos", "xpos")
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def weights(run: str) -> dict[str, str]:
    return {name: sha256(Path(run, folder, "model.safetensors")) for name, folder in places().items()}


def places() -> dict[str, str]:
    return {"together": ".", **{head: f"controls/{head}" for head in HEADS}}


def test_every_score_stands_beside_that_of_the_control(data_dir: Path) -> None:
    result = train("multitask", Path("run"), "--data-dir", data_dir, recipe=EWT)
    found = metrics(Path("run"))
    assert [(row["split"], row["head"], row["name"]) for row in found["controls"]] == [
        (score["split"], score["head"], score["name"]) for score in found["scores"]
    ]
    page = Path("run/report.html").read_text(encoding="utf-8")
    assert "Beside single-task controls" in page
    for row, score in zip(found["controls"], found["scores"], strict=True):
        (alone,) = [
            own["value"]
            for own in metrics(Path("run/controls") / row["head"])["scores"]
            if (own["split"], own["name"]) == (row["split"], row["name"])
        ]
        assert row["value"] == pytest.approx(score["value"]) and row["control"] == pytest.approx(alone)
        assert row["difference"] == pytest.approx(row["value"] - row["control"])
        own = " ({:.2f} to {:.2f})".format(*score["interval"]) if score["interval"] else ""  # few sentences give none
        line = f"  {row['split']:<12}{row['head']:<12}{row['name']} = {row['value']:.2f}{own} | alone {row['control']:.2f}, difference "
        assert re.search(rf"^{re.escape(line)}[+-]\d", result.stdout, re.MULTILINE)


def test_a_control_is_an_ordinary_run_of_its_task_with_the_settings_of_the_recipe(data_dir: Path) -> None:
    train("multitask", Path("run"), "--data-dir", data_dir, recipe=EWT, tasks__xpos__head__weight=0.5, tasks__xpos__head__layer=-1)
    for head in HEADS:
        control = RunDirectory.open(Path("run/controls") / head)
        recipe, whole = saved_recipe(control), saved_recipe(RunDirectory.open(Path("run")))
        assert recipe.kind == "tagging" and recipe.data == whole.tasks[head].data and recipe.head.weight == 1
        assert (recipe.words, recipe.characters, recipe.backbone, recipe.training) == (
            whole.words,
            whole.characters,
            whole.backbone,
            whole.training,
        )
        Path(f"{head}.toml").write_text((control.path / "recipe.toml").read_text(encoding="utf-8"), encoding="utf-8")
        done("run", "pos", f"{head}.toml", "--data-dir", data_dir, "--out", head, "--device", "cpu")
        assert sha256(Path(head, "model.safetensors")) == sha256(control.weights)


def test_the_recipe_can_leave_controls_out_and_the_shared_weights_are_the_same(data_dir: Path) -> None:
    for name, wanted in (("with", True), ("without", False)):
        train("multitask", Path(name), "--data-dir", data_dir, recipe=EWT, controls=wanted)
    assert sha256(Path("with/model.safetensors")) == sha256(Path("without/model.safetensors"))
    assert not Path("without/controls").exists()
    assert "controls" not in metrics(Path("without"))


def test_a_run_stopped_in_a_control_goes_on_there_and_ends_with_the_same_bits(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"training__epochs": 2, "training__batch_tokens": 40, "backbone__dropout": 0.3}
    train("multitask", Path("whole"), "--data-dir", data_dir, recipe=EWT, **options)
    begun: list[int] = []
    real = TerminalWatcher.updated

    def stopping(self: TerminalWatcher, progress, loss: float, speed: float) -> None:
        real(self, progress, loss, speed)
        begun.append(progress.update)
        if begun.count(3) == 3:  # the third update of the third training, the control of xpos
            raise KeyboardInterrupt

    line = ["run", "multitask", EWT, "--data-dir", data_dir, "--device", "cpu", "--out", "run"]
    line += settings("multitask", {key.replace("__", "."): value for key, value in options.items()} | {"training.checkpoint_every": 2})
    with monkeypatch.context() as patch:
        patch.setattr(TerminalWatcher, "updated", stopping)
        assert invoke(*line).exit_code == 130
    assert "controls" not in metrics(Path("run")) and Path("run/report.html").exists()
    resumed = done("run", "multitask", EWT, "--data-dir", data_dir, "--device", "cpu", "--out", "run", "--resume")
    assert "single-task control of upos: finished in run/controls/upos\n" in resumed.stdout
    assert "single-task control of xpos: run/controls/xpos\n" in resumed.stdout
    assert weights("run") == weights("whole")
    assert metrics(Path("run"))["controls"] == metrics(Path("whole"))["controls"]


def test_what_is_typed_after_a_stop_in_a_control_resumes_the_whole_run(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    begun: list[int] = []
    real = TerminalWatcher.updated

    def stopping(self: TerminalWatcher, progress, loss: float, speed: float) -> None:
        real(self, progress, loss, speed)
        begun.append(progress.update)
        if begun.count(1) == 2:
            signal.raise_signal(signal.SIGINT)

    line = ["run", "multitask", EWT, "--data-dir", data_dir, "--device", "cpu", "--out", "run", *settings("multitask")]
    with monkeypatch.context() as patch:
        patch.setattr(TerminalWatcher, "updated", stopping)
        stopped = invoke(*line)
    said = stopped.stderr.strip().splitlines()[-1]
    assert "saved run/controls/upos/checkpoints/update-" in said
    command = f"seqtasks run multitask {EWT} --data-dir {data_dir} --out run --device cpu --resume"
    assert said.endswith(f". Go on with: {command}")
    done(*shlex.split(command)[1:])
    assert len(metrics(Path("run"))["controls"]) > 0


def test_more_epochs_on_resume_train_the_controls_on_too(data_dir: Path) -> None:
    train("multitask", Path("run"), "--data-dir", data_dir, recipe=EWT)
    done("run", "multitask", EWT, "--data-dir", data_dir, "--out", "run", "--resume", "--set", "training.epochs=2")
    for folder in places().values():
        assert len(Path("run", folder, "history.jsonl").read_text().splitlines()) == 2


def test_a_fine_tuned_run_and_one_of_a_single_task_have_no_controls(data_dir: Path) -> None:
    train("multitask", Path("run"), "--data-dir", data_dir, recipe=EWT, controls=True)
    tuned = done("run", "multitask", EWT, "--data-dir", data_dir, "--from", "run", "--out", "tuned", "--set", "training.epochs=1")
    assert "note: no single-task controls: this run does not start from its seed.\n" in tuned.stdout
    assert not Path("tuned/controls").exists()
    text = Path("run/recipe.toml").read_text(encoding="utf-8")
    start, end = text.index("[tasks.xpos"), text.index("[words]")
    Path("one.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    done("run", "multitask", "one.toml", "--data-dir", data_dir, "--out", "one")
    assert not Path("one/controls").exists()


def test_several_seeds_show_the_median_difference_and_its_range(data_dir: Path) -> None:
    result = train("multitask", Path("run"), "--data-dir", data_dir, "--seeds", "3", recipe=EWT)
    rows = metrics(Path("run"))["controls"]
    every = [metrics(Path(f"run/seed-{number}"))["controls"] for number in (1, 2, 3)]
    for row, *single in zip(rows, *every, strict=True):
        differences = sorted(one["difference"] for one in single)
        assert (row["difference"], row["interval"], row["p"]) == (differences[1], [differences[0], differences[2]], None)
        assert row["control"] == sorted(one["control"] for one in single)[1]
        assert f"alone {row['control']:.2f}, difference " in result.stdout


def test_a_control_has_the_settings_of_the_recipe_but_for_the_other_tasks_and_its_weight() -> None:
    recipe = load_recipe("multitask", "default", ["tasks.ner.head.weight=0.5", "tasks.ner.data.train_fraction=0.5"]).recipe
    controls = control_recipes(recipe)
    assert list(controls) == ["upos", "ner"]
    for head, control in controls.items():
        task = recipe.tasks[head]
        assert control.head == task.head.model_copy(update={"weight": 1.0})
        assert (control.kind, control.data) == ("tagging", task.data)
        for table in ("words", "characters", "backbone", "training"):
            assert getattr(control, table) == getattr(recipe, table)
    assert control_recipes(load_recipe("multitask", "default", ["controls=false"]).recipe) == {}
    assert control_recipes(recipe.model_copy(update={"tasks": {"ner": recipe.tasks["ner"]}})) == {}


def test_scores_beside_controls_are_counted_from_the_answers_that_both_wrote() -> None:
    """Four words of dev: the run gets three tags right and its control two; Zed is a word that the training never showed."""
    task = job_of("default", controls=True)
    directory, recipes = RunDirectory(Path("run")), {"upos": control_recipes(load_recipe("multitask").recipe)["upos"]}
    scored = tagged_of(task).scored
    scored["upos"] = {"dev": scored["upos"]["dev"]}
    rows = [("the", "DET"), ("dog", "NOUN"), ("finds", "VERB"), ("Zed", "PROPN")]
    answers = {"run/predictions/upos-dev.conll": ("DET", "NOUN", "NOUN", "PROPN")}
    answers["run/controls/upos/predictions/dev.conll"] = ("DET", "NOUN", "NOUN", "NOUN")
    for path, tags in answers.items():
        write(Path(path), "".join(f"{word}\t{gold}\t{tag}\n" for (word, gold), tag in zip(rows, tags, strict=True)) + "\n")
    found = {row.name: row for row in beside_controls(task, directory, recipes)}
    assert {name: (row.value, row.control, row.difference) for name, row in found.items()} == {
        "accuracy": (75.0, 50.0, 25.0),
        "accuracy_oov": (100.0, 0.0, 100.0),
    }
    assert {(row.split, row.head) for row in found.values()} == {("dev", "upos")}

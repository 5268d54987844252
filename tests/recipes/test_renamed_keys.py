"""Keys that have other names now: told to a user, and read silently in what a run has saved."""

from pathlib import Path

import pytest

from seqtasks.recipes.load import RENAMED, with_new_names
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.table import saved_recipe
from tests.miniature.corpora import write
from tests.miniature.runs import invoke

OLD = [("pos", "default", "training.pool=9", "sort_window"), ("pos", "hmm", "hmm.back_rare=true", "backoff_rare")]


@pytest.mark.parametrize(("task", "recipe", "setting", "new"), [*OLD, ("ner", "default", "data.share=0.5", "train_fraction")])
def test_an_old_key_is_told_with_the_new_one(task: str, recipe: str, setting: str, new: str) -> None:
    result = invoke("recipes", "check", task, recipe, "--set", setting)
    key = setting.partition("=")[0].split(".")[1]
    assert result.exit_code == 2
    assert result.stderr == f"Error: --set {setting}: unknown key {key!r}: it is called {new!r} now.\n"


def test_a_saved_recipe_is_read_with_the_old_keys_in_every_table_that_had_them(tmp_path: Path) -> None:
    shown = invoke("recipes", "show", "multitask").output
    old = shown.replace("sort_window = ", "pool = ").replace("train_fraction = ", "share = ")
    assert old != shown
    write(tmp_path / "recipe.toml", old)
    recipe = saved_recipe(RunDirectory(tmp_path))
    write(tmp_path / "recipe.toml", shown)
    assert recipe == saved_recipe(RunDirectory(tmp_path))


def test_only_the_tables_that_had_a_key_are_renamed() -> None:
    assert with_new_names({"pool": 1, "data": {"pool": 2, "share": 3}, "tasks": {"upos": {"data": {"share": 4}}}}) == {
        "pool": 1,
        "data": {"pool": 2, "train_fraction": 3},
        "tasks": {"upos": {"data": {"train_fraction": 4}}},
    }
    assert set(RENAMED) == {"training", "data", "hmm"}

"""`seqtasks recipes`: every recipe with its summary, resolved, copied and checked; and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomllib
from click.testing import CliRunner, Result

from seqtasks.cli.recipes import recipes
from seqtasks.recipes.load import find_recipe, recipe_names, task_names
from seqtasks.tasks.table import load_recipe
from tests.miniature.runs import invoke


def done(*arguments: object) -> Result:
    result = CliRunner().invoke(recipes, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result


def test_every_recipe_is_listed_with_its_summary() -> None:
    rows = [line.split(maxsplit=2) for line in done("list").stdout.splitlines()]
    expected = [(task, name) for task in task_names() for name in recipe_names(task)]
    assert [tuple(row[:2]) for row in rows] == expected
    assert [row[2] for row in rows] == [load_recipe(*names).recipe.summary for names in expected]


@pytest.mark.parametrize(("task", "name"), [("pos", "hmm"), ("multitask", "default"), ("translation", "default")])
def test_a_recipe_is_shown_whole_with_the_change_asked_for(task: str, name: str) -> None:
    shown = tomllib.loads(done("show", task, name).stdout)
    assert shown == load_recipe(task, name).recipe.model_dump(exclude_none=True)
    key = "hmm.order=1" if name == "hmm" else "training.epochs=77"
    changed = tomllib.loads(done("show", task, name, "--set", key).stdout)
    table, entry = ("hmm", "order") if name == "hmm" else ("training", "epochs")
    assert changed[table].pop(entry) == int(key.partition("=")[2])
    del shown[table][entry]
    assert changed == shown


def test_a_copy_keeps_the_comments_or_writes_out_what_the_recipe_extends(tmp_path: Path) -> None:
    for task, name in (("translation", "default"), ("pos", "bilstm")):
        target = tmp_path / f"{name}.toml"
        assert done("copy", task, name, target).stdout == f"{target}: run it with: seqtasks run {task} {target}\n"
        assert load_recipe(task, str(target)).recipe == load_recipe(task, name).recipe
        text, source = target.read_text(encoding="utf-8"), find_recipe(task, name).read_text(encoding="utf-8")
        assert "extends" not in text
        assert (text == source) == ("extends" not in source)


def test_all_recipes_of_a_task_are_checked_or_the_one_that_is_named() -> None:
    for task in task_names():
        assert done("check", task).stdout == "".join(f"{find_recipe(task, name)}: correct\n" for name in recipe_names(task))
    assert done("check", "pos", "hmm").stdout == f"{find_recipe('pos', 'hmm')}: correct\n"


def test_a_fault_and_a_taken_name_are_told_in_lines(tmp_path: Path) -> None:
    wrong = invoke("recipes", "check", "pos", "lstm", "--set", "backbone.kind=lsmt", "--set", "head.layer=4")
    assert wrong.exit_code == 2
    first, second = wrong.stderr.splitlines()
    assert first.startswith("Error: no backbone 'lsmt'; did you mean 'lstm'? Known: ")
    assert second.startswith("head of upos: layer = 4, but the backbone has ")
    taken = tmp_path / "mine.toml"
    taken.write_text("mine", encoding="utf-8")
    refused = invoke("recipes", "copy", "pos", "hmm", taken)
    assert (refused.exit_code, refused.stderr) == (2, f"Error: {taken}: exists. Choose another name, or remove it.\n")
    assert taken.read_text(encoding="utf-8") == "mine"

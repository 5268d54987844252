"""What a comparison trains: the usual recipes, the settings that each takes, and the runs that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqtasks.comparison.trained_recipes import USUAL, kept, load_recipes, refuse_untrained, table_of, usual_recipes
from seqtasks.errors import RecipeError, RunDirectoryError, UsageError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.contract import Callbacks
from seqtasks.tasks.table import load_recipe


@pytest.mark.parametrize("task", ["pos", "ner"])
def test_the_usual_recipes_are_those_that_the_task_has(task: str) -> None:
    assert usual_recipes(task) == [name for name in USUAL if load_recipe(task, name)]


def test_a_task_without_usual_recipes_says_what_it_has() -> None:
    with pytest.raises(UsageError, match="^multitask: say what to compare: --recipes NAME,NAME. Recipes: default, texts, ud-english-ewt.$"):
        usual_recipes("multitask")


def test_recipes_of_translation_are_not_trained_to_be_compared() -> None:
    refuse_untrained("pos")
    with pytest.raises(
        UsageError, match="^translation: compare trains recipes of taggers and classifiers only. Train with `seqtasks run translation"
    ):
        refuse_untrained("translation")
    with pytest.raises(UsageError, match="default.toml: of kind 'multitask'; compare trains taggers with one head"):
        load_recipes("multitask", ["default"], [])


def test_a_setting_goes_to_the_recipes_that_have_its_table() -> None:
    settings = ["training.seed=9", "hmm.order=1", "data.train_fraction=0.5"]
    hmm, lstm = (loaded.recipe for loaded in load_recipes("pos", ["hmm", "lstm"], settings))
    assert (hmm.hmm.order, hmm.data.train_fraction, lstm.training.seed, lstm.data.train_fraction) == (1, 0.5, 9, 0.5)
    with pytest.raises(RecipeError, match="^--set training.seed=9: none of hmm has a table 'training'.$"):
        load_recipes("pos", ["hmm"], ["training.seed=9"])


@pytest.mark.parametrize(("override", "table"), [("a.b=c.d", "a"), (" a.b.c = 1", "a"), ("a=b", "a"), ("", "")])
def test_the_table_of_an_override_is_what_stands_before_its_first_dot(override: str, table: str) -> None:
    assert table_of(override) == table


def test_a_finished_run_of_the_same_recipe_is_kept_and_another_is_refused(tmp_path: Path) -> None:
    loaded, told = load_recipe("pos", "lstm"), []
    callbacks = Callbacks(told.append)
    assert not kept(tmp_path / "none", loaded, callbacks)
    directory = RunDirectory.create(tmp_path / "run", loaded.recipe, {}, overwrite=False)
    assert not kept(directory.path, loaded, callbacks)
    assert told == []
    directory.metrics.write_text("{}", encoding="utf-8")
    assert kept(directory.path, loaded, callbacks)
    assert told == [f"kept: {directory.path}"]
    with pytest.raises(RunDirectoryError, match=r"holds a run with training.seed = 1, here it is 2. Choose another --out, or remove it.$"):
        kept(directory.path, load_recipe("pos", "lstm", ["training.seed=2"]), callbacks)

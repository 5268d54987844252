"""Where the shipped recipes and the sample are: of this checkout, or of the installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.recipes.load import recipe_names, task_names
from seqtasks.recipes.shipped import shipped

CHECKOUT = Path(seqtasks.__file__).resolve().parents[1]


def test_a_checkout_answers_with_its_own_folders() -> None:
    assert shipped("tasks") == CHECKOUT / "tasks"
    assert shipped("data") == CHECKOUT / "data"


def test_every_recipe_stands_in_the_folder_of_recipes() -> None:
    found = {(path.parent.name, path.stem) for path in shipped("tasks").glob("*/*.toml")} - {(task, "base") for task in task_names()}
    assert found == {(task, name) for task in task_names() for name in recipe_names(task)}


def test_a_folder_that_the_installation_lacks_is_told_with_the_remedy() -> None:
    with pytest.raises(UsageError, match=r"^this installation of seqtasks has no nope/ folder\. Install it again from a wheel or"):
        shipped("nope")

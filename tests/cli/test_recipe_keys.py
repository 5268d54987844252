"""`seqtasks recipes keys` and `recipes show --explain`: what a recipe may say, on the terminal."""

from __future__ import annotations

import pytest
import tomllib

from seqtasks.recipes.keys import keys_of
from seqtasks.tasks.table import TASKS, load_recipe
from tests.miniature.runs import done, invoke


def test_every_key_of_every_kind_is_listed_with_values_default_and_meaning() -> None:
    lines = done("recipes", "keys").stdout.splitlines()
    told = {(line.partition(" [")[0], meaning.strip()) for line, meaning in zip(lines[::2], lines[1::2], strict=True)}
    for task in TASKS.values():
        for key in keys_of(task.recipe):
            default = " (required)" if key.required else f" = {key.default}" if key.default else ""
            assert (f"{key.place}{default}: {key.values()}".partition(" [")[0], key.meaning) in told


def test_a_table_or_the_name_of_a_key_narrows_the_list() -> None:
    assert done("recipes", "keys", "hmm").stdout.startswith("head.hmm = 0.0: number, at least 0, below 1 [tagging]\n")
    training = done("recipes", "keys", "training", "--task", "pos").stdout.splitlines()
    assert training[:2] == ["training.epochs (required): whole number, at least 1", "    Passes over the training part."]
    assert all(line.startswith(("training.", "    ")) for line in training)
    dropout = [line.partition(" ")[0] for line in done("recipes", "keys", "dropout").stdout.splitlines()[::2]]
    assert dropout == [
        "backbone.dropout",
        "decoder.dropout",
        "head.dropout",
        "head.dropout",
        "output.dropout",
        "tasks.NAME.head.dropout",
        "tasks.TEXTS.head.dropout",
        "text.dropout",
        "words.dropout",
    ]
    assert done("recipes", "keys", "decoder.attend").stdout.splitlines()[0] == 'decoder.attend = "top": "top" or "first" [translation]'


def test_a_table_that_is_none_is_told_with_the_nearest() -> None:
    result = invoke("recipes", "keys", "trainin", "--task", "pos")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: no table or key 'trainin'; did you mean 'training'? "
        "Tables: data, words, characters, backbone, head, head.language_model, training.\n"
    )


@pytest.mark.parametrize("task", ["pos", "multitask", "translation"])
def test_an_explained_recipe_is_the_recipe_with_a_meaning_on_every_line(task: str) -> None:
    text = done("recipes", "show", task, "--explain").stdout
    assert tomllib.loads(text) == tomllib.loads(done("recipes", "show", task).stdout)
    lines = [line for line in text.splitlines() if " = " in line.partition("#")[0]]
    assert all(line.partition("  # ")[2].endswith(".") for line in lines)
    assert len(lines) > len(list(load_recipe(task).recipe.model_fields_set))


def test_the_list_of_recipes_stands_in_columns() -> None:
    lines = done("recipes", "list").stdout.splitlines()
    starts = {len(line) - len(load_recipe(*line.split()[:2]).recipe.summary) for line in lines}
    assert len(starts) == 1

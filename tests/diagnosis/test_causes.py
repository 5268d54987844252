"""What is said to try exists: every key is a key of a translation recipe, and every setting is taken."""

import re

import pytest

from seqtasks.diagnosis.causes import CAUSES
from seqtasks.tasks.table import check_recipe, load_recipe
from seqtasks.tasks.translation.recipe import TranslationRecipe

KEY = re.compile(r"\b([a-z]+)\.([a-z_]+)\b")


@pytest.mark.parametrize("fault", CAUSES)
def test_the_settings_to_try_are_taken_by_a_recipe(fault: str) -> None:
    for setting in CAUSES[fault].settings:
        check_recipe(load_recipe("translation", overrides=[setting]).recipe)


@pytest.mark.parametrize("fault", CAUSES)
def test_every_key_that_is_named_exists(fault: str) -> None:
    named = KEY.findall(CAUSES[fault].advice(CAUSES[fault].settings))
    assert named
    for table, key in named:
        kind = TranslationRecipe.model_fields[table].annotation
        assert key in kind.model_fields, f"{table}.{key}"


def test_settings_are_shown_as_they_are_typed() -> None:
    cause = CAUSES["copied source"]
    assert cause.advice(["a.b=1", "c.d=2"]) == "--set a.b=1, --set c.d=2; remove training pairs whose two sides are alike."
    assert cause.advice([]) == "remove training pairs whose two sides are alike."

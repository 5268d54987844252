"""Recipes and --set, nearly right: a recipe or its faults, a line each."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seqtasks.recipes.shipped import shipped
from seqtasks.recipes.toml import parse_value
from seqtasks.tasks.table import check_recipe, load_recipe
from tests.fuzz.law import fuzzed, lawful
from tests.fuzz.mutations import nearly, nearly_text

RECIPES = {
    task: (shipped("tasks") / task / "default.toml").read_bytes() for task in ("pos", "multitask", "classification", "language_model")
}
RECIPES["hmm"] = (shipped("tasks") / "pos" / "hmm.toml").read_bytes()
RECIPES["translation"] = (shipped("tasks") / "translation" / "base.toml").read_bytes()
KEYS = ["training.epochs", "training.learning_rate", "data.train", "backbone.kind", "head.kind", "data", "words.size", "data.options.x"]
VALUES = ["5", "0.1", "true", "lstm", "[1, 2]", "{a = 1}", '"x"', "1979-05-27", "-1", "1e400", "0x10", "inf", "", " ", "''"]


def loaded(path: Path) -> None:
    check_recipe(load_recipe("pos", str(path)).recipe)


@given(nearly(*RECIPES.values()))
@fuzzed(share=0.4)
def test_recipes(place: Path, data: bytes) -> None:
    path = place / "mine.toml"
    path.write_bytes(data)
    lawful("recipes", lambda: loaded(path))


KEY = st.one_of(st.sampled_from(KEYS), nearly_text(*KEYS))
VALUE = st.one_of(st.sampled_from(VALUES), nearly_text(*VALUES))
SETTING = st.one_of(st.builds("{}={}".format, KEY, VALUE), nearly_text("training.epochs=5"))


@given(st.sampled_from(["pos", "translation", "classification"]), st.lists(SETTING, min_size=1, max_size=3))
@fuzzed(share=0.4)
def test_set(task: str, overrides: list[str]) -> None:
    lawful("--set", lambda: check_recipe(load_recipe(task, "default", overrides).recipe))


@given(nearly_text(*VALUES))
@fuzzed()
def test_values(text: str) -> None:
    lawful("values of --set", lambda: parse_value(text))

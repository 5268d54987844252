"""Resolved recipes are read again as they were written, whatever their names, paths and numbers hold."""

import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import RecipeError
from seqtasks.recipes.load import override, recipe_names, task_names
from seqtasks.recipes.toml import parse_value, read_toml, write_toml
from seqtasks.tasks.table import load_recipe
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = TEXT | st.integers(-(2**60), 2**60) | st.booleans() | FLOATS | st.lists(TEXT, max_size=3)
TABLES = st.dictionaries(TEXT, VALUES | st.dictionaries(TEXT, VALUES | st.dictionaries(TEXT, VALUES, max_size=2), max_size=3), max_size=3)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_what_is_written_is_read_again(tmp_path_factory, tables: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("toml") / "recipe.toml"
    path.write_bytes(write_toml(tables).encode())
    assert read_toml(path) == tables


def test_what_is_not_set_is_left_out() -> None:
    assert write_toml({"a": None, "b": {"c": None, "d": 1}}) == "[b]\nd = 1\n"


def test_a_resolved_recipe_is_laid_out_for_reading() -> None:
    """Plain values before tables, in the order of the recipe, a line for each; lists one item a line."""
    tables = {"kind": "tagging", "training": {"betas": (0.9, 0.98), "decay": 1e-05, "controls": {}, "ema": False}, "summary": 'Å "b"\\'}
    assert write_toml(tables) == (
        'kind = "tagging"\nsummary = "Å \\"b\\"\\\\"\n\n'
        "[training]\nbetas = [\n    0.9,\n    0.98,\n]\ndecay = 1e-05\nema = false\n\n[training.controls]\n"
    )


@pytest.mark.parametrize(("task", "name"), [(task, name) for task in task_names() for name in recipe_names(task)])
def test_a_resolved_recipe_is_the_same_recipe(task: str, name: str, tmp_path: Path) -> None:
    recipe = load_recipe(task, name).recipe
    write(tmp_path / "again.toml", write_toml(recipe.model_dump()))
    assert load_recipe(task, str(tmp_path / "again.toml")).recipe == recipe


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("true", True),
        ('["a", "b"]', ["a", "b"]),
        ("a b", "a b"),
        ("my.conllu", "my.conllu"),
        ("", ""),
        ('"3"', "3"),
    ],
)
def test_values_of_set_are_toml_where_they_read_as_toml_else_text(text: str, value: object) -> None:
    assert parse_value(text) == value


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'a = "\xe4"')
    with pytest.raises(RecipeError, match=r"latin\.toml: not UTF-8 at byte 5\. Save it as UTF-8\.$"):
        read_toml(tmp_path / "latin.toml")
    with pytest.raises(RecipeError, match=r": cannot read: Is a directory\.$"):
        read_toml(tmp_path)


MULTI = 'kind = "multitask"\n[words]\nsize = 8\n[backbone]\nkind = "gru"\nhidden_size = 8\n'
MULTI += "[training]\nepochs = 1\nbatch_tokens = 500\nlearning_rate = 0.1\n"


def task_called(name: str) -> str:
    data = f'[tasks.{name}.data]\ncorpus = "sample/ner"\nformat = "columns"\nlayer = "ner"\ntrain = "train.bio"\n'
    return f'{MULTI}{data}[tasks.{name}.head]\nkind = "crf"\n'


@pytest.mark.slow
@pytest.mark.usefixtures("miniature", "plain_figures")
def test_a_task_may_have_any_name_that_torch_and_the_file_system_allow() -> None:
    write(Path("own.toml"), task_called('"næring og navn"'))
    done("run", "multitask", "own.toml", "--out", "run")
    assert done("predict", "run", input=b"Mara sees.\n").stdout.count("/") == 3


@pytest.mark.usefixtures("miniature")
@pytest.mark.parametrize("name", ["a.b", "x/y", "", "items", "training"])
def test_a_name_that_no_head_can_have_is_told(name: str) -> None:
    write(Path("own.toml"), task_called(f'"{name}"'))
    result = invoke("run", "multitask", "own.toml", "--out", "run")
    message = f"Error: no head can be called {name!r}. Choose another name, of letters, digits, spaces, '-' and '_'.\n"
    assert (result.exit_code, result.stderr) == (2, message)


@pytest.mark.usefixtures("miniature", "plain_figures")
def test_a_layer_with_a_dot_names_a_head_without_one() -> None:
    done("run", "ner", "--out", "run", "--set", "data.layer=NER.v2", "--set", "training.epochs=1", "--set", "words.size=8")
    assert Path("run/text/labels-ner-v2.txt").is_file()


@pytest.mark.parametrize(
    ("given", "form"),
    [
        (["data.train=my.jsonl"], "jsonl"),
        (["data.train=my.jsonl.gz"], "jsonl"),
        (["data.train=my.conllu"], "conllu"),
        (["data.train=my.txt"], "columns"),
        (["data.train=my.jsonl", "data.format=columns"], "columns"),
        (["data.dev=my.jsonl"], "columns"),
    ],
)
def test_the_suffix_of_ones_own_training_file_says_its_format_where_none_is_set(given: list[str], form: str) -> None:
    tables = {"kind": "tagging", "data": {"format": "columns", "layer": "ner", "train": "train.bio"}}
    notes = override(tables, given)
    assert tables["data"]["format"] == form
    told = form != "columns"
    assert any(f"data.train is read as data.format = {form!r}, by its suffix" in note for note in notes) is told


@pytest.mark.parametrize(
    ("given", "form", "reason"),
    [
        (["data.train=my.csv"], "csv", "by its suffix"),
        (["data.train=my.jsonl.gz"], "jsonl", "by its suffix"),
        (["data.train=."], "folders", "by what it holds"),
        (["data.train=my.txt"], "tsv", ""),
        (["data.train=my.conllu"], "tsv", ""),
        (["data.train=my.csv", "data.format=tsv"], "tsv", ""),
        (["data.dev=my.csv"], "tsv", ""),
    ],
)
def test_so_does_that_of_labelled_texts_alone_or_among_several_tasks(given: list[str], form: str, reason: str) -> None:
    alone = {"kind": "classification", "data": {"format": "tsv", "train": "train.tsv"}}
    several = {"kind": "multitask", "tasks": {"asked": copy.deepcopy(alone)}}
    for tables, table, prefix in ((alone, alone, ""), (several, several["tasks"]["asked"], "tasks.asked.")):
        notes = override(tables, [f"{prefix}{one}" for one in given])
        assert table["data"]["format"] == form
        read = f"{prefix}data.train is read as {prefix}data.format = {form!r}, {reason}; --set {prefix}data.format=... says otherwise."
        assert (read in notes) is bool(reason)

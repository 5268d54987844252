"""What somebody types who knows other toolkits, or has not read the manual, is answered by what to type; each before torch is loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from seqtasks.errors import RecipeError
from seqtasks.registry import imported
from seqtasks.tasks.table import load_recipe
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = "Commands: run, predict, score, evaluate, compare, observe, inspect, doctor, study, align, recipes, data.\n"
TASKS = "Tasks: classification, language_model, multitask, ner, pos, translation.\n"
DROPOUTS = "backbone.dropout, head.dropout or words.dropout"
KEY = "it is a key of the recipe"
FILES = {"a.en": "a\n", "a.fr": "b\n", "pairs.txt": "a\tb\n", "lines.txt": "a\n", "mine/x.toml": "", "own.toml": 'extends = "default"\n'}
TYPED = [
    ("run pos --epochs 5", f"run has no option --epochs; {KEY}: --set training.epochs=5"),
    ("run pos bilstm --lr=0.1", f"run has no option --lr; {KEY}: --set training.learning_rate=0.1"),
    ("run --batch-size 64 pos", f"run has no option --batch-size; {KEY}: --set training.batch_tokens=64"),
    ("run translation --beam-size", f"run has no option --beam-size; {KEY}: --set decoding.beams=VALUE"),
    (
        "recipes show ner --dropout 0.1",
        f"show has no option --dropout; {KEY}: --set backbone.dropout=0.1, --set head.dropout=0.1 or --set words.dropout=0.1",
    ),
    ("run nothing --order 1", f"run has no option --order; {KEY}: --set hmm.order=1"),
    ("run pos training.epochs=5", "'training.epochs=5' is no recipe. To change one of its keys: --set training.epochs=5"),
    ("run pos hmm hmm.order=1", "unexpected argument 'hmm.order=1'. To change a key of the recipe: --set hmm.order=1"),
    ("run pos --set epochs=5", "--set epochs=5: unknown key 'epochs'; did you mean training.epochs?"),
    ("run pos --set epoch=5", "--set epoch=5: unknown key 'epoch'; did you mean training.epochs?"),
    ("run pos --set training.dropout=0.5", f"--set training.dropout=0.5: unknown key 'dropout'; did you mean {DROPOUTS}?"),
    ("run pos --set training.lr=0.1", "--set training.lr=0.1: unknown key 'lr'; did you mean 'learning_rate'?"),
    ("run pos --set model.hidden_size=64", "--set model.hidden_size=64: unknown key 'model'; did you mean backbone.hidden_size?"),
    ("run pos --set model.zzz=64", "--set model.zzz=64: unknown key 'model'."),
    (
        "run pos --set words.cell=lsmt",
        "--set words.cell=lsmt: unknown key 'cell'. Keys: size, min_count, max_size, dropout, rare_dropout, shapes, vectors, frozen.",
    ),
    ("run pos --set training.epochs=abc", "--set training.epochs=abc: input should be a valid integer."),
    ("run pos --set training.betas=[0.9,1.5]", "--set training.betas=[0.9,1.5]: input should be less than 1."),
    ("run mt", f"no task 'mt'; did you mean 'translation'? {TASKS}"),
    ("run tagging", f"no task 'tagging'; did you mean 'pos'? {TASKS}"),
    ("run translation --set data.train=.", "{here}: is a directory. Give the stem of two files in it: {here}/train means "),
    ("run pos --set data.train=.", "{here}: is a directory. Give a file."),
    (
        "run translation --set data.train=a.en",
        "{here}/a.en: is one side of the pairs. Give the stem of both: {here}/a means ",
    ),
    (
        "run translation --set data.train=a.fr",
        "{here}/a.fr: is one side of the pairs. Give the stem of both: {here}/a means ",
    ),
    ("run translation --set data.train=pairs.txt", "{here}/pairs.txt: holds pairs in columns, between tabs. Set data.format=tsv.\n"),
    (
        "run translation --set data.train=lines.txt",
        "{here}/lines.txt: is one file. Give the stem of two, such as lines for lines.en and lines.fr, or one file of pairs.\n",
    ),
    ("run pos --set data.train=nope", "{here}/nope: no such file. Check the path; a relative one is taken from the current directory.\n"),
    ("run pos --set backbone.kind=bilstn", "no backbone 'bilstn'; did you mean 'bilstm'? Known: rnn, birnn, gru, "),
    ("run translation --set decoder.attention=multihead", "no attention 'multihead'. Known: none, additive, dot, scaled, general, "),
]


def typed_in(folder: Path, line: str) -> tuple[str, bool]:
    """(what is told, whether torch was loaded) of a command line in a new process."""
    report = (
        "import sys\nfrom click.testing import CliRunner\nfrom seqtasks.cli.main import commands\n"
        f"print([CliRunner().invoke(commands, {line.split()!r}).stderr, 'torch' in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=folder)
    told, torch = ast.literal_eval(ended.stdout)
    return told, torch


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path / name, text)
    return tmp_path


@pytest.mark.parametrize(("line", "message"), TYPED, ids=[line for line, _ in TYPED])
def test_what_is_typed_as_elsewhere_is_answered_by_what_to_type_without_torch(line: str, message: str, here: Path) -> None:
    told, torch = typed_in(here, line)
    assert told.startswith(f"Error: {message.replace('{here}', str(here))}")
    assert told.count("\n") == 1
    assert not torch


@pytest.mark.parametrize(("typed", "meant"), [("train", "run"), ("test", "evaluate"), ("translate", "predict"), ("rum", "run")])
def test_a_command_of_another_toolkit_is_answered_by_ours(typed: str, meant: str) -> None:
    assert invoke(typed, "pos").stderr.endswith(f"Error: no command {typed!r}; did you mean {meant!r}? {COMMANDS}")


def test_an_option_that_is_no_key_either_stays_an_unknown_option() -> None:
    assert "Error: No such option '--zzz'." in invoke("run", "pos", "--zzz", "1").stderr


def test_a_fault_of_the_file_is_blamed_on_the_file_beside_one_of_an_option(here: Path) -> None:
    write(here / "mine.toml", (ROOT / "tasks" / "pos" / "hmm.toml").read_text(encoding="utf-8") + "\n[hmm]\nordre = 1\n")
    told = invoke("recipes", "check", "pos", str(here / "mine.toml"), "--set", "hmm.order=3").stderr
    assert told == (
        f"Error: --set hmm.order=3: input should be 1 or 2.\n{here / 'mine.toml'} [hmm]: unknown key 'ordre'; did you mean 'order'?\n"
    )


def test_a_part_that_cannot_be_imported_is_one_line_that_names_its_package() -> None:
    point = EntryPoint("broken", "no_such_module_at_all:part", "seqtasks.backbones")
    why = "ModuleNotFoundError: No module named 'no_such_module_at_all'"
    told = f"seqtasks.backbones 'broken' cannot be imported ({why}). Repair or uninstall it."
    with pytest.raises(RecipeError) as raised:
        imported(point)
    assert raised.value.faults == (told,)


def test_a_recipe_on_ones_own_data_names_no_corpus_of_the_sample(here: Path) -> None:
    own = load_recipe("translation", "default", [f"data.train={here / 'a'}"])
    assert (own.recipe.data.corpus, own.recipe.summary) == ("", "Recipe default on data of one's own")
    assert own.notes == ("data.train is yours, so the recipe's dev, test, test_unseen are left out.",)
    named = load_recipe("translation", "default", ["data.train=a", "data.corpus=multi30k", "summary=mine"]).recipe
    assert (named.data.corpus, named.summary) == ("multi30k", "mine")
    kept = load_recipe("pos", "default", ["data.dev=mine.conllu"])
    assert (kept.recipe.data.corpus, kept.recipe.data.train, kept.notes) == ("sample/pos", "train.conllu", ())
    several = load_recipe("multitask", "default", ["tasks.ner.data.train=mine.bio"]).recipe
    assert [task.data.corpus for task in several.tasks.values()] == ["sample/pos", ""]


def test_an_hmm_says_that_a_device_changes_nothing(miniature: Path) -> None:
    told = "note: --device cuda changes nothing: an HMM counts on the processor."
    assert told in done("run", "pos", "hmm", "--device", "cuda").stdout
    assert "changes nothing" not in done("run", "pos", "hmm", "--device", "cpu", "--out", "other").stdout

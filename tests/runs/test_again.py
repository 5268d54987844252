"""Runs that build on others: several seeds, fine-tuning, own data, and what each refuses."""

import re
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
import torch

import seqtasks
from seqtasks.errors import RecipeError, UsageError
from seqtasks.evaluation.score import Score
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.runs.again import fine_tuned_recipe, resumed_recipe
from seqtasks.runs.run import refuse_own_source
from seqtasks.runs.seeds import aggregate
from seqtasks.tasks.table import load_recipe, saved_recipe
from tests.miniature.corpora import columns, conllu, write
from tests.miniature.runs import done, invoke, metrics, settings, train
from tests.miniature.sentences import tagged

FORMAT_1 = Path(__file__).parent / "format_1"
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


def own_files(folder: Path = Path()) -> None:
    for split, size, seed in (("my", 20, 11), ("mydev", 5, 12)):
        write(folder / f"{split}.conllu", "".join(conllu(sentence, 1) for sentence in tagged(size, seed=seed)))


def test_a_score_that_one_of_several_seeds_lacks_is_left_out_of_the_aggregate() -> None:
    bleu, ter = (Score(name, 10.0, "test", "translation", "") for name in ("bleu", "ter"))
    assert [row["name"] for row in aggregate([[bleu, ter], [bleu]])] == ["bleu"]
    assert [row["name"] for row in aggregate([[bleu], [bleu, ter]])] == ["bleu"]
    assert [row["values"] for row in aggregate([[bleu, ter], [replace(bleu, value=12.0), ter]])] == [[10.0, 12.0], [10.0, 10.0]]


def test_two_seeds_make_two_runs_and_an_aggregate() -> None:
    result = train("pos", Path("both"), "--seeds", "2", training__seed=5)
    assert "seed 5 (1 of 2)\n" in result.stdout and "seed 6 (2 of 2)\n" in result.stdout
    first, second, both = metrics(Path("both/seed-1")), metrics(Path("both/seed-2")), metrics(Path("both"))
    assert (both["task"], both["seeds"], both["selected_on"]) == ("pos", [5, 6], "dev")
    assert seqtasks.load("both/seed-2").recipe.training.seed == 6
    for one, two, row in zip(first["scores"], second["scores"], both["scores"], strict=True):
        assert row["values"] == [one["value"], two["value"]]
        assert row["value"] == median(row["values"])
        assert (row["minimum"], row["maximum"]) == (min(row["values"]), max(row["values"]))
        assert row["signature"] == f"median (and range) of 2 seeds|{one['signature']}"
    weights = [seqtasks.load(f"both/seed-{number}").tagger.model.state_dict() for number in (1, 2)]
    assert any(not torch.equal(weights[0][key], weights[1][key]) for key in weights[0])
    assert result.stdout.splitlines()[-1] == "run directory: both"


def test_own_data_in_one_line_is_taken_from_where_the_user_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    own_files(Path("mine"))
    monkeypatch.chdir("mine")
    result = train("pos", Path("run"), data__train="my.conllu", data__dev="mydev.conllu")
    assert "note: data.train is yours, so the recipe's test, test_unseen are left out.\n" in result.stdout
    assert "note: No test part here: the scores are of dev.\n" in result.stdout
    found = metrics(Path("run"))
    assert [(part["split"], part["path"], part["sentences"]) for part in found["data"]] == [
        ("train", str(Path("my.conllu").absolute()), 20),
        ("dev", str(Path("mydev.conllu").absolute()), 5),
    ]
    assert found["selected_on"] == "held-out tenth of train"
    assert {score["split"] for score in found["scores"]} == {"dev"}


@pytest.mark.parametrize(("select_by", "selected_on"), [("accuracy", "dev"), ("last", "nothing")])
def test_with_train_alone_a_tenth_of_it_is_scored_as_dev(select_by: str, selected_on: str) -> None:
    own_files()
    result = train("pos", Path("run"), data__train="my.conllu", training__select_by=select_by)
    assert "note: data.train is yours, so the recipe's dev, test, test_unseen are left out.\n" in result.stdout
    assert "note: No dev or test part here: a tenth of train is held out as dev.\n" in result.stdout
    found = metrics(Path("run"))
    assert found["selected_on"] == selected_on
    assert {score["split"] for score in found["scores"]} == {"dev"}
    assert Path("run/predictions/dev.conll").read_text(encoding="utf-8").count("\n\n") == 1  # of 20, not all different


def test_own_dev_alone_replaces_only_dev() -> None:
    own_files()
    train("pos", Path("run"), data__dev="mydev.conllu")
    parts = {part["split"]: part["sentences"] for part in metrics(Path("run"))["data"]}
    assert parts == {"train": 24, "dev": 5, "test": 5, "test_unseen": 4}


def test_own_data_of_one_task_of_several() -> None:
    own_files()
    result = train("multitask", Path("run"), tasks__upos__data__train="my.conllu")
    assert "note: tasks.upos.data.train is yours, so the recipe's dev, test, test_unseen are left out.\n" in result.stdout
    parts = {part["split"]: part["sentences"] for part in metrics(Path("run"))["data"]}
    assert parts == {"upos train": 20, "ner train": 24, "ner dev": 6, "ner test": 5, "ner test_unseen": 4}


def test_fine_tuning_keeps_vocabularies_and_starts_from_the_weights(finished) -> None:
    own_files()
    source = finished("pos")
    rate = ["--set", "training.learning_rate=1e-9", "--set", "training.epochs=1", "--set", "data.train=my.conllu"]
    result = done("run", "pos", "--from", source, "--out", "tuned", "--device", "cpu", *rate)
    assert f"weights from {source}\n" in result.stdout
    for name in ("words.txt", "characters.txt", "labels-upos.txt"):
        assert (Path("tuned/text") / name).read_bytes() == (source / "text" / name).read_bytes()
    before, after = (seqtasks.load(run).tagger.model.state_dict() for run in (source, Path("tuned")))
    assert all(torch.allclose(before[key], after[key], atol=1e-6) for key in before)
    assert seqtasks.load("tuned").recipe.backbone == seqtasks.load(source).recipe.backbone


def test_a_translator_is_fine_tuned_with_its_own_subwords(finished) -> None:
    source = finished("translation")
    done("run", "translation", "--from", source, "--out", "tuned", "--device", "cpu", "--set", "training.epochs=1")
    assert Path("tuned/text/source-subwords.json").read_bytes() == (source / "text/source-subwords.json").read_bytes()
    assert seqtasks.load("tuned").recipe.text.size == 60


REFUSED = [
    ("ner", "pos", [], "--from {run}: its head is upos, the recipe's layer ner."),
    ("translation", "pos", [], "--from {run}: that is a run of kind tagging, the recipe {recipe} is of kind translation."),
    (
        "pos",
        "pos",
        ["backbone.hidden_size=9"],
        "--set backbone.hidden_size=9: the model comes from --from {run}; only data, training, decoding and tasks.NAME.data can be set.",
    ),
    (
        "translation",
        "translation",
        ["embedding_size=9"],
        "--set embedding_size=9: the model comes from --from {run}; only data, training, decoding and tasks.NAME.data can be set.",
    ),
]


@pytest.mark.parametrize(("task", "source", "overrides", "message"), REFUSED)
def test_fine_tuning_refuses_another_model(task: str, source: str, overrides: list[str], message: str, finished) -> None:
    from seqtasks.recipes.load import find_recipe

    run = finished(source)
    options = [part for text in overrides for part in ("--set", text)]
    result = invoke("run", task, "--from", run, "--out", "tuned", *options)
    assert result.exit_code == 2
    assert f"Error: {message.format(run=run, recipe=find_recipe(task, 'default'))}" in result.stderr
    assert not Path("tuned").exists()


def test_fine_tuning_a_head_refuses_to_change_it(finished) -> None:
    run = finished("multitask")
    result = invoke("run", "multitask", "--from", run, "--out", "tuned", "--set", "tasks.ner.head.kind=softmax")
    assert result.exit_code == 2
    assert f"Error: --set tasks.ner.head.kind=softmax: the model comes from --from {run}; only data, training, " in result.stderr


def test_fine_tuning_needs_data_for_every_head(finished) -> None:
    run = finished("multitask")
    own = '[tasks.chunk.data]\ncorpus = "sample/ner"\nformat = "columns"\nlayer = "ner"\ntrain = "train.bio"\n'
    own += '[tasks.chunk.head]\nkind = "crf"\n'
    text = 'kind = "multitask"\n[words]\nsize = 8\n[backbone]\nkind = "gru"\nhidden_size = 8\n' + own
    write(Path("own.toml"), text + "[training]\nepochs = 1\nbatch_tokens = 100\nlearning_rate = 0.1\n")
    result = invoke("run", "multitask", "own.toml", "--from", run, "--out", "tuned")
    assert result.exit_code == 2
    assert f"--from {run}: it has a head 'upos', for which the recipe has no data. Its heads: chunk." in result.stderr


def test_overwrite_replaces_a_run_and_nothing_else(finished) -> None:
    write(Path("run/run.json"), '{"format": 1}')
    write(Path("run/text/old.txt"), "old")
    write(Path("run/predictions/old.conll"), "old")
    result = invoke("run", "pos", "--out", "run", "--overwrite", *settings("pos"))
    assert result.exit_code == 1
    assert result.stderr.endswith(
        "Error: run/text/old.txt: no run wrote this, so --overwrite does not touch run. Move it, or choose another --out.\n"
    )
    Path("run/text/old.txt").unlink()
    train("pos", Path("run"), "--overwrite")
    assert not Path("run/predictions/old.conll").exists()
    write(Path("notes/thesis.txt"), "years of work")
    result = invoke("run", "pos", "--out", "notes", "--overwrite", *settings("pos"))
    assert result.exit_code == 1
    assert result.stderr.endswith("Error: notes: is no run directory, so --overwrite does not touch it. Choose another --out.\n")
    assert Path("notes/thesis.txt").read_text() == "years of work"


def test_a_recipe_file_of_ones_own_is_run_by_its_path() -> None:
    write(Path("train.bio"), columns(tagged(20, seed=4)))
    done("recipes", "copy", "ner", "default", "mine.toml")
    result = done("run", "ner", "mine.toml", "--out", "run", *settings("ner", {"data.train": "train.bio"}))
    assert result.stdout.startswith("recipe: mine.toml\n")


@pytest.mark.parametrize("source", ["one", "one/seed-1"])
def test_a_run_is_not_fine_tuned_into_the_directory_it_would_replace(source: str) -> None:
    message = f"--from {source}: lies in --out one, which would be replaced. Choose another --out."
    with pytest.raises(UsageError, match=re.escape(message)):
        refuse_own_source(Path(source), Path("one"))


def test_a_resumed_recipe_is_the_saved_one_with_what_may_change() -> None:
    directory = RunDirectory.open(FORMAT_1 / "pos")
    saved = saved_recipe(directory)
    loaded = resumed_recipe("pos", ["training.epochs=9", " training.patience = 3"], directory)
    assert loaded.recipe == saved.model_copy(update={"training": saved.training.model_copy(update={"epochs": 9, "patience": 3})})
    assert (loaded.task, loaded.name, loaded.path) == ("pos", "default", FORMAT_1 / "pos" / "recipe.toml")


def test_what_may_not_change_on_resume_is_told_all_at_once() -> None:
    changes = ["training.seed=2", "training.epochs=3", "backbone.kind=gru"]
    with pytest.raises(RecipeError) as raised:
        resumed_recipe("pos", changes, RunDirectory.open(FORMAT_1 / "pos"))
    only = "training.checkpoint_every, training.epochs, training.keep_checkpoints, training.patience"
    assert raised.value.faults == tuple(f"--set {text}: cannot change on --resume; only {only} can." for text in (changes[0], changes[2]))
    with pytest.raises(UsageError, match=r"^--resume: .*format_1/pos is a run of pos, not of ner\.$"):
        resumed_recipe("ner", [], RunDirectory.open(FORMAT_1 / "pos"))


def test_a_fine_tuned_recipe_has_the_model_of_the_run_and_the_training_of_the_recipe() -> None:
    changes = ["training.epochs=3", "training.learning_rate=0.5", "data.train_fraction=0.5"]
    loaded = load_recipe("pos", overrides=changes)
    tuned = fine_tuned_recipe(loaded, changes, FORMAT_1 / "pos").recipe
    saved = saved_recipe(RunDirectory.open(FORMAT_1 / "pos"))
    assert tuned == saved.model_copy(update={"data": loaded.recipe.data, "training": loaded.recipe.training})
    assert tuned.backbone != loaded.recipe.backbone and tuned.training.epochs == 3

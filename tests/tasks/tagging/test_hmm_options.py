"""Every value of every option of an HMM recipe is run: counted, saved, loaded again, and it answers the same."""

import inspect
from pathlib import Path

import pytest

import seqtasks
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.tasks.tagging.recipe import HMMSettings
from tests.miniature.runs import done, invoke, metrics, spelled, stored_answers
from tests.tasks.schema_values import missing_values

OPTIONS = [
    ("pos", {"hmm.order": 1, "hmm.smoothing": "deleted", "hmm.lexical_states": 0, "hmm.contextual": False, "hmm.unknown": "suffix"}),
    (
        "pos",
        {"hmm.word_classes": False, "hmm.lower_initial": False, "hmm.backoff_rare": False, "hmm.unknown": "prior"} | {"data.layer": "xpos"},
    ),
    ("pos", {"hmm.decoding": "posterior", "hmm.held_out": 0, "hmm.calibrate": False, "data.train_fraction": 0.5}),
    ("ner", {"hmm.decoding": "posterior", "hmm.lexical_states": 5, "hmm.held_out": 0.3}),
    ("ner", {"data.scheme": "IOB1", "data.separator": "tab"}),
    ("ner", {"data.separator": "space", "data.format": "columns"}),
]
READ_ELSEWHERE = {
    "data.format",
    "data.scheme",
    "data.separator",
    "data.offsets",
}  # run by the recipes of networks


@pytest.mark.parametrize(("task", "options"), OPTIONS, ids=[",".join(row) for _, row in OPTIONS])
@pytest.mark.usefixtures("miniature")
def test_option_counts_saves_loads_and_answers(task: str, options: dict[str, object]) -> None:
    if options.get("data.separator") == "space":
        path = Path("spaced.bio")
        source = Path(seqtasks.tasks.locations.shipped("data")) / "ner" / "train.bio"  # the miniature's
        path.write_text(source.read_text(encoding="utf-8").replace("\t", " "), encoding="utf-8")
        options = options | {"data.train": str(path), "data.test": str(path)}
    overrides = [part for key, value in options.items() for part in ("--set", f"{key}={spelled(value)}")]
    done("run", task, "hmm", "--out", "run", *overrides)
    predictor = seqtasks.load("run")
    blocks = Path("run/predictions/test.conll").read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    words = [[line.split("\t")[0] for line in block.split("\n")] for block in blocks]
    head = next(iter(predictor.data))
    assert [answer.tags[head] for answer in predictor.tag_words(words)] == stored_answers(Path("run"), "test.conll")


def test_every_value_of_every_choice_is_run() -> None:
    missing = missing_values("hmm", [options for _, options in OPTIONS])
    assert [text for text in missing if text.split(" ")[0] not in READ_ELSEWHERE] == []


def test_the_recipe_has_the_defaults_of_the_tagger() -> None:
    parameters = inspect.signature(HMMTagger).parameters
    ours = {name: field.default for name, field in HMMSettings.model_fields.items()}
    assert ours == {name: parameter.default for name, parameter in parameters.items() if name not in ("scheme", "random_state")}


@pytest.mark.usefixtures("miniature")
def test_counts_of_two_runs_add_up() -> None:
    sample = Path(seqtasks.tasks.locations.shipped("data")) / "pos"
    text = (sample / "train.conllu").read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    Path("first.conllu").write_text("\n\n".join(text[:10]) + "\n\n", encoding="utf-8")
    Path("second.conllu").write_text("\n\n".join(text[10:]) + "\n\n", encoding="utf-8")
    test = ["--set", f"data.test={sample / 'test.conllu'}"]
    done("run", "pos", "hmm", "--out", "first", "--set", "data.train=first.conllu", *test)
    done("run", "pos", "hmm", "--out", "both", "--from", "first", "--set", "data.train=second.conllu", *test)
    done("run", "pos", "hmm", "--out", "whole")
    assert stored_answers(Path("both"), "test.conll") == stored_answers(Path("whole"), "test.conll")


@pytest.mark.usefixtures("miniature")
def test_seeds_of_an_hmm_are_refused() -> None:
    result = invoke("run", "pos", "hmm", "--seeds", "3")
    assert result.exit_code == 2
    assert result.stderr.strip().endswith("is of kind 'hmm', which draws nothing: every seed would give the same. Leave it out.")


@pytest.mark.usefixtures("miniature")
def test_an_hmm_is_no_start_for_a_network() -> None:
    done("run", "pos", "hmm", "--out", "run")
    result = invoke("run", "pos", "--from", "run")
    assert result.exit_code == 2
    assert "that is a run of kind hmm, the recipe" in result.stderr


@pytest.mark.usefixtures("miniature")
def test_a_damaged_hmm_is_named() -> None:
    done("run", "pos", "hmm", "--out", "run")
    Path("run/hmm/counts.npz").write_bytes(b"nothing")
    result = invoke("predict", "run", input="Mara sees the dog .\n")
    assert result.exit_code == 1
    assert "run/hmm/counts.npz: damaged" in result.stderr


@pytest.mark.usefixtures("miniature")
def test_a_run_of_an_hmm_is_evaluated_like_any_other() -> None:
    done("run", "pos", "hmm", "--out", "run")
    test = Path(seqtasks.tasks.locations.shipped("data")) / "pos" / "test.conllu"
    printed = done("evaluate", "run", test).stdout
    value = next(score["value"] for score in metrics(Path("run"))["scores"] if (score["split"], score["name"]) == ("test", "accuracy"))
    assert f"accuracy = {value:.2f}" in printed or f'"value": {value}' in printed

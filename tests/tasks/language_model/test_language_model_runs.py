"""Language models from recipe to answers: every option is run, what does not fit is told, lines are scored and written on."""

import json
import math
import warnings
from pathlib import Path

import pytest

import seqtasks
from seqtasks.errors import SeqtasksWarning
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke, metrics, spelled, train
from tests.tasks.schema_values import missing_values

OPTIONS = [
    {"backbone.kind": "rnn", "data.context": "sentence", "text.tokenizer": "word", "training.select_by": "perplexity"},
    {"backbone.kind": "gru", "data.context": "text", "text.tokenizer": "character", "training.select_by": "bits_per_character"}
    | {"output.tied": False, "training.bptt": 7, "training.checkpoint_every": 1},
    {"backbone.kind": "lstm", "backbone.layers": 2, "backbone.residual": True, "text.tokenizer": "bpe", "text.size": 60}
    | {"training.select_by": "word_perplexity", "training.precision": "bf16", "training.schedule": "constant"},
    {"backbone.highway": True, "backbone.layers": 2, "data.context": "text", "text.tokenizer": "unigram", "text.size": 60}
    | {"training.select_by": "loss", "training.precision": "bf16", "training.optimizer": "sgd", "training.schedule": "linear"},
    {"backbone.recurrent_dropout": 0.3, "backbone.dropout": 0.2, "data.context": "text", "training.accumulate": 2}
    | {"training.select_by": "accuracy", "training.schedule": "inverse_square_root", "training.optimizer": "adam", "training.ema": 0.9}
    | {"training.precision": "auto"},
    {"text.tokenizer": "whitespace", "text.lowercase": True, "training.select_by": "last", "training.label_smoothing": 0.1}
    | {"training.average_checkpoints": 1, "training.precision": "float32", "training.optimizer": "adamw", "training.schedule": "cosine"}
    | {"decoding.samples": 3, "decoding.temperature": 0.7, "decoding.top_k": 5, "decoding.top_p": 0.9, "decoding.seed": 4},
]
NOT_OURS = ("backbone.kind",)  # most of them read what comes later, and are refused
pytestmark = pytest.mark.usefixtures("plain_figures", "miniature")


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: str(list(options.values())[:3]))
def test_option_trains_saves_loads_and_scores_the_same(options: dict[str, object]) -> None:
    train("language_model", Path("run"), **options)
    predictor = seqtasks.load("run")
    found = {(score["split"], score["name"]): score for score in metrics(Path("run"))["scores"]}
    names = {name for _, name in found}
    assert {"perplexity", "bits_per_character", "accuracy"} <= names
    of_words = options.get("text.tokenizer", "word") in ("word", "whitespace")
    assert ("word_perplexity" in names) is not of_words
    stored = Path("run/predictions/test.log-probabilities").read_text(encoding="utf-8").split()
    lines = part("test")
    assert [f"{scored.log_probability:.4f}" for scored in predictor.score(lines)] == stored
    score = found["test", "perplexity"]
    tokens = sum(len(scored.tokens) for scored in predictor.score(lines))
    total = sum(scored.log_probability for scored in predictor.score(lines))
    assert score["value"] == pytest.approx(math.exp(-total / tokens), rel=1e-5)
    for sign in (f"tokens:{tokens}", "eos:counted", "unk:one word", f"context:{options.get('data.context', 'sentence')}"):
        assert f"|{sign}|" in score["signature"]
    assert len(predictor.write(["Mara sees"])[0]) == options.get("decoding.samples", 1)


def part(split: str) -> list[str]:
    """The lines of the miniature's English."""
    from seqtasks.tasks import locations

    folder = locations.shipped("data") / "translation"
    return (folder / f"{split}.en").read_text(encoding="utf-8").split("\n")[:-1]


def test_every_value_of_the_schema_is_run() -> None:
    assert [line for line in missing_values("language_model", OPTIONS) if not line.startswith(NOT_OURS)] == []


FAULTS = [
    (
        {"backbone.kind": "bilstm"},
        "backbone.kind = 'bilstm' reads the words that a language model is to predict. Use one from left to right: rnn, gru or lstm.",
    ),
    (
        {"backbone.kind": "transformer"},
        "backbone.kind = 'transformer' reads the words that a language model is to predict. Use one from left to right: rnn, gru or lstm.",
    ),
    ({"backbone.kind": "lstn"}, "no backbone 'lstn'; did you mean 'lstm'? Known: rnn, birnn,"),
    ({"training.bptt": 7}, "training.bptt has no meaning with data.context = 'sentence'. Leave it out, or use 'text'."),
    (
        {"data.context": "text", "training.sort_window": 7},
        "training.sort_window has no meaning with data.context = 'text'. Leave it out, or use 'sentence'.",
    ),
    (
        {"training.select_by": "perplexty"},
        "training.select_by = 'perplexty'; did you mean 'perplexity'? "
        "Known: loss, accuracy, last, perplexity, word_perplexity, bits_per_character.",
    ),
]


@pytest.mark.parametrize(("options", "message"), FAULTS)
def test_what_does_not_fit_is_told_in_one_line(options: dict[str, object], message: str) -> None:
    given = [part for key, value in options.items() for part in ("--set", f"{key}={spelled(value)}")]
    result = invoke("run", "language_model", "--out", "run", *given)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {message}")
    assert result.stderr.count("\n") == 1


def test_lines_are_written_on_from_the_command_line(finished) -> None:
    run, lines = finished("language_model"), "Mara sees\n\nThe old Zebra\n"
    text = done("predict", run, "--length", 4, "--seed", 2, input=lines).stdout.split("\n")[:-1]
    assert len(text) == 3
    assert text[0].startswith("Mara sees")
    assert text[2].startswith("The old Zebra")
    given = ["--format", "jsonl", "--n-best", 3, "--samples", 3, "--temperature", 0.5, "--top-k", 9, "--top-p", 0.9, "--length", 4]
    rows = [json.loads(row) for row in done("predict", run, *given, input=lines).stdout.splitlines()]
    assert [row["text"] for row in rows] == ["Mara sees", "", "The old Zebra"]
    assert all(len(row["n_best"]) == 3 and len(row["continuation"]) <= 4 for row in rows)
    assert all(row["n_best"][0]["written"] == row["written"] for row in rows)
    assert done("predict", run, "--seed", 2, "--length", 4, input=lines).stdout == "".join(f"{line}\n" for line in text)


def test_given_lines_are_scored_from_the_command_line(finished) -> None:
    run = finished("language_model")
    write(Path("lines.txt"), "Mara sees the dog .\n\nThe Zebra .\n")
    result = done("score", run, "lines.txt", "--format", "jsonl")
    rows = [json.loads(row) for row in result.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["Mara sees the dog .", "", "The Zebra ."]
    assert rows[0]["tokens"][-1][0] == "<eos>"
    assert rows[1] == {"text": "", "log_probability": 0.0, "tokens": [], "perplexity": None}
    assert rows[2]["tokens"][1][0] == "<unk>"
    count = sum(len(row["tokens"]) for row in rows)
    perplexity = math.exp(-sum(row["log_probability"] for row in rows) / count)
    note = "note: 2 of them are unknown for a space beside them, as in 'dog .'. Give text as it is written: 'dog.'\n"
    assert result.stderr == f"perplexity = {perplexity:.2f} over {count} tokens\n{note}"
    shown = done("evaluate", run, "lines.txt").stdout
    assert f"lines.txt  text  perplexity = {perplexity:.2f} [tokenizer:" in shown
    assert "|sentences:2]\n" in shown  # too few for an interval, and the signature says of how many
    unknown = sum(token == "<unk>" for row in rows for token, _ in row["tokens"])
    assert f"|unknown:{unknown}|" in shown


def test_marks_are_counted_as_apart_where_the_model_knows_them_attached(finished) -> None:
    predictor = seqtasks.load(finished("language_model"))
    known = predictor.language.vocabulary.words()
    assert "\uffed." in known
    assert "." not in known
    assert [predictor.marks_apart(line) for line in ("the dog .", ". dog .", "the dog.", "the dog ! Zebra", "")] == [1, 2, 0, 0, 0]
    with pytest.warns(SeqtasksWarning, match=r"^score: 3 tokens are unknown for a space beside them, as in 'dog \.'\. Give text as it is"):
        predictor.score(["the dog .", "the dog.", ". dog ."])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predictor.score(["the dog.", "the dog ! Zebra"])


WRONG = [
    (["predict", "RUN", "--alignments"], "--alignments is not for language models: each line is the beginning of what they write."),
    (["predict", "RUN", "--tokens"], "--tokens is not for language models: each line is the beginning of what they write."),
    (["predict", "RUN", "--format", "html"], "--format html is for tagging runs. Use text or jsonl."),
    (["predict", "RUN", "--n-best", "2"], "--n-best above 1 needs --format jsonl, since text keeps one line for each line."),
    (["predict", "RUN", "--n-best", "2", "--format", "jsonl"], "n_best 2 (--n-best) needs at least as many samples (--samples)."),
    (["predict", "RUN", "--beams", "2"], "decoding: unknown key 'beams'"),
    (["predict", "RUN", "--precision", "bf16"], "RUN: a language model answers in float32. Leave precision 'bf16' out."),
    (["predict", "RUN", "--ensemble", "RUN"], "RUN: no translation run. Ensembles are of translation runs."),
    (["score", "RUN", "a", "b"], "score takes a SOURCE and a TARGET for a translation run, and one file for a language model."),
    (["score", "TRANSLATION", "a"], "score takes a SOURCE and a TARGET for a translation run, and one file for a language model."),
    (["score", "POS", "a"], "POS: no translation run and no language model. score is for these."),
    (["evaluate", "RUN", "nothing.txt"], "nothing.txt: no such file. Check the path"),
]


@pytest.mark.parametrize(("typed", "message"), WRONG)
def test_wrong_usage_is_told_in_one_line(typed: list[str], message: str, finished) -> None:
    names = {"RUN": "language_model", "TRANSLATION": "translation", "POS": "pos"}
    known = {name: str(finished(task)) for name, task in names.items() if name in typed}
    result = invoke(*[known.get(word, word) for word in typed])
    for name, path in known.items():
        message = message.replace(name, path)
    assert result.exit_code != 0
    assert result.stderr.startswith(f"Error: {message}")
    assert result.stderr.count("\n") == 1


def test_a_language_model_is_fine_tuned_with_its_own_vocabulary(finished) -> None:
    write(Path("own.en"), "".join(f"the dog number {number} sees Mara .\n" for number in range(30)))
    given = ["--set", "data.train=own.en", "--set", "training.epochs=1", "--set", "training.batch_tokens=99"]
    result = done("run", "language_model", "--from", finished("language_model"), "--out", "tuned", "--device", "cpu", *given)
    assert f"weights from {finished('language_model')}\n" in result.stdout
    tuned, first = seqtasks.load("tuned"), seqtasks.load(finished("language_model"))
    assert tuned.language.vocabulary == first.language.vocabulary


def test_several_seeds_and_blank_lines_and_several_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(Path(f"{name}.txt"), f"Mara sees the {name} .\n\n" * 12)
    given = ["--set", "data.train=['one.txt', 'two.txt']", "--set", "training.select_by=loss"]
    result = train("language_model", Path("run"), *given, "--seeds", 2)
    assert "note: " + str(Path("one.txt").absolute()) + ": left out 24 blank lines" in result.stdout
    assert {score["split"] for score in metrics(Path("run"))["scores"]} == {"dev"}


def test_language_models_are_not_compared_yet_and_it_is_said_in_one_line(finished) -> None:
    import shutil

    run = finished("language_model")
    shutil.copytree(run, "other")
    result = invoke("compare", run, "other", "--out", "comparison")
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: {run}: holds a run of kind 'language_model'; runs of taggers are expected here.\n",
    )
    result = invoke("compare", run, finished("pos"))
    assert result.stderr == f"Error: {finished('pos')}: holds a tagger, {run} a language model. Only runs of one kind can be compared.\n"

"""A package of somebody else (tests/plugins/package), installed by pip: its parts and its kind of task do all that ours do.

Everything is asked of one process of its own, which has the package on its path; the tests look at what that process answered.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.miniature.corpora import write
from tests.miniature.runs import TINY_TAGGING, metrics, one_thread
from tests.miniature.sentences import tagged

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
WORDS = ["Zyx", "sees", "the", "dog", "."]
RECIPE = """kind = "most_frequent"
[data]
format = "slashed"
layer = "upos"
train = "train.txt"
dev = "dev.txt"
test = "test.txt"
[data.options]
mark = "|"
"""
DRIVER = """
import json, sys
from click.testing import CliRunner
from seqtasks.cli.main import commands
found = {}
for name, arguments in json.loads(sys.argv[1]).items():
    result = CliRunner().invoke(commands, arguments, prog_name="seqtasks", input=sys.argv[2] + "\\n")
    found[name] = [result.exit_code, result.stdout, result.stderr]
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
from seqtasks import NeuralTagger
words, tags = [["a", "b"], ["b"]] * 4, [["X", "Y"], ["Y"]] * 4
tagger = NeuralTagger(backbone="neighbours", head="margin", hidden_size=4, epochs=40, learning_rate=0.05, warmup_updates=1).fit(words, tags)
found["estimator"] = [type(tagger.model_.head("tags")).__name__, tagger.predict([["b", "a"]]), ""]
tagger.save("estimator")
found["loaded"] = [0, NeuralTagger.load("estimator").predict([["b", "a"]]), ""]
print(json.dumps(found))
"""
PARTS = {
    **TINY_TAGGING,
    "backbone.kind": "neighbours",
    "backbone.options.reach": 2,
    "head.kind": "margin",
    "head.options.margin": 0.5,
    "training.select_by": "sentence_accuracy",
    "data.corpus": "",
    "data.format": "slashed",
    "data.options.mark": "|",
    **{f"data.{part}": f"{part}.txt" for part in ("train", "dev", "test")},
}


def changed(changes: dict[str, object]) -> list[str]:
    """`run pos` with the parts of the package, and changes."""
    given = [part for key, value in (PARTS | changes).items() for part in ("--set", f"{key}={value}")]
    return ["run", "pos", "--device", "cpu", *given]


COMMANDS = {
    "run": [*changed({}), "--out", "parts"],
    "predict": ["predict", "parts", "--tokens", "--confidence", "--format", "jsonl"],
    "evaluate": ["evaluate", "parts", "test.txt", "--json"],
    "check": ["data", "check", "train.txt", "test.txt", "--format", "slashed", "--option", "mark=|"],
    "run kind": ["run", "pos", "theirs.toml", "--out", "kind"],
    "predict kind": ["predict", "kind", "--tokens"],
    "evaluate kind": ["evaluate", "kind", "test.txt", "--json"],
    "check kind": ["recipes", "check", "pos", "theirs.toml"],
    "compare": ["compare", "parts", "kind", "--out", "compared"],
    "k best": ["predict", "kind", "--k-best", "2"],
    "several seeds": ["run", "pos", "theirs.toml", "--seeds", "2", "--out", "seeds"],
    "fine-tuned": ["run", "pos", "theirs.toml", "--from", "kind", "--out", "tuned"],
    "wrong backbone option": [*changed({"backbone.options.rech": 3}), "--out", "wrong"],
    "wrong head option": [*changed({"head.options.margn": 0.5}), "--out", "wrong"],
    "wrong data option": [*changed({"data.options.marks": 3}), "--out", "wrong"],
    "wrong key of the kind": ["run", "pos", "theirs.toml", "--set", "counting.lowercas=true", "--out", "wrong"],
    "wrong kind": ["run", "pos", "theirs.toml", "--set", "kind=most_frequents", "--out", "wrong"],
    "wrong format": ["data", "check", "train.txt", "--format", "slashd"],
    "wrong option of a format": ["data", "check", "train.txt", "--format", "slashed", "--option", "marks=|"],
    "no value": ["data", "check", "train.txt", "--format", "slashed", "--option", "mark"],
}


@dataclass(frozen=True)
class Answered:
    """What the process answered, and the folder in which it ran."""

    folder: Path
    found: dict[str, Any]

    def __call__(self, name: str) -> tuple[int, str, str]:
        code, output, fault = self.found[name]
        return code, output, fault


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    source, parts, folder = (tmp_path_factory.mktemp(name) for name in ("source", "installed", "work"))
    shutil.copytree(ROOT / "tests" / "plugins" / "package", source, dirs_exist_ok=True)
    line = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "-q", "--target", parts, source]
    installed = subprocess.run([*map(str, line)], capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stderr
    for number, (split, size) in enumerate({"train": 40, "dev": 8, "test": 8}.items()):
        rows = tagged(size, seed=number)
        lines = [" ".join(f"{word}|{tag}" for word, tag in zip(row.words, row.upos, strict=True)) for row in rows]
        write(folder / f"{split}.txt", "".join(f"{line}\n" for line in lines))
    write(folder / "theirs.toml", RECIPE)
    environment = {**one_thread(), "PYTHONPATH": f"{parts}:{ROOT}"}
    command = [sys.executable, "-c", DRIVER, json.dumps(COMMANDS), " ".join(WORDS)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Answered(folder, json.loads(done.stdout.splitlines()[-1]))


def rows_of(file: Path) -> list[list[tuple[str, str]]]:
    """(word, tag) of each sentence of a slashed file."""
    return [[(pair.split("|")[0], pair.split("|")[1]) for pair in line.split()] for line in file.read_text().splitlines()]


def test_their_backbone_head_and_reader_train_and_answer_with_their_own_options(answered: Answered) -> None:
    assert answered("run")[0] == 0, answered("run")[2]
    kept = (answered.folder / "parts" / "recipe.toml").read_text(encoding="utf-8")
    for table, option in (("backbone", "reach = 2"), ("head", "margin = 0.5"), ("data", 'mark = "|"')):
        assert f"[{table}.options]\n{option}\n" in kept
    answer = json.loads(answered("predict")[1])
    assert answer["tokens"] == WORDS
    assert len(answer["tags"]["upos"]) == len(answer["confidences"]["upos"]) == 5
    scores = {score["split"]: score["value"] for score in metrics(answered.folder / "parts")["scores"] if score["name"] == "accuracy"}
    assert json.loads(answered("evaluate")[1])["scores"][0]["value"] == pytest.approx(scores["test"])


def test_data_check_counts_a_file_in_their_format(answered: Answered) -> None:
    code, output, _ = answered("check")
    train, test = (rows_of(answered.folder / f"{part}.txt") for part in ("train", "test"))
    words = [[word for word, _ in row] for row in train]
    shared = sum([word for word, _ in row] in words for row in test)
    assert code == 0
    assert output.startswith("train.txt (slashed)\n  sentences  40 (")
    assert f"  words      {sum(map(len, words)):,} (" in output
    assert f"NOUN {sum(tag == 'NOUN' for row in train for _, tag in row):,}" in output
    assert f"{shared} of the 8 sentences of test.txt also occur in train.txt" in output


def test_their_kind_of_task_answers_the_most_frequent_tags_and_is_scored_by_them(answered: Answered) -> None:
    train = [pair for row in rows_of(answered.folder / "train.txt") for pair in row]
    tags = sorted({tag for _, tag in train})

    def best(word: str) -> str:
        known = [tag for one, tag in train if one == word] or [tag for _, tag in train]
        return max(tags, key=known.count)

    assert answered("run kind")[0] == answered("check kind")[0] == 0, answered("run kind")[2]
    assert answered("predict kind")[1] == " ".join(f"{word}/{best(word)}" for word in WORDS) + "\n"
    test = [pair for row in rows_of(answered.folder / "test.txt") for pair in row]
    right = 100 * sum(best(word) == tag for word, tag in test) / len(test)
    assert json.loads(answered("evaluate kind")[1])["scores"][0]["value"] == pytest.approx(right)
    assert not (answered.folder / "kind" / "model.safetensors").exists()


def test_their_kind_is_compared_with_a_network(answered: Answered) -> None:
    assert answered("compare")[0] == 0, answered("compare")[2]
    found = json.loads((answered.folder / "compared" / "comparison.json").read_text(encoding="utf-8"))
    assert [system["name"] for system in found["systems"]] == ["default", "theirs"]
    scores = [score for run in ("parts", "kind") for score in metrics(answered.folder / run)["scores"]]
    values = [score["value"] for score in scores if (score["split"], score["name"]) == ("test", "accuracy")]
    assert [system["score"]["value"] for system in found["systems"]] == pytest.approx(values)
    assert found["systems"][1]["cost"]["bytes_on_disk"] == (answered.folder / "kind" / "tags.json").stat().st_size


def test_estimators_take_their_backbone_and_head(answered: Answered) -> None:
    assert answered("estimator")[:2] == ("MarginHead", [["Y", "X"]])
    assert answered("loaded")[1] == [["Y", "X"]]


FAULTS = {
    "k best": "a tagger of kind 'most_frequent' has one answer. Leave --k-best out.",
    "several seeds": "--seeds: theirs.toml is of kind 'most_frequent', which draws nothing: every seed would give the same. Leave it out.",
    "fine-tuned": "--from kind: a recipe of kind 'most_frequent' counts anew. Leave it out.",
    "wrong backbone option": "backbone.options: unknown key 'rech'; did you mean 'reach'?",
    "wrong head option": "head of upos: head.options: unknown key 'margn'; did you mean 'margin'?",
    "wrong data option": "data.options: unknown key 'marks'; did you mean 'mark'?",
    "wrong key of the kind": "--set counting.lowercas=true: unknown key 'lowercas'; did you mean 'lowercase'?",
    "wrong kind": "theirs.toml: kind = 'most_frequents'; did you mean 'most_frequent'? "
    "Expected one of translation, tagging, multitask, hmm, classification, language_model, most_frequent.",
    "wrong format": "--format slashd: no such format; did you mean 'slashed'? "
    "Known: parallel, tsv, csv, tmx, conllu, columns, jsonl, brat, slashed.",
    "wrong option of a format": "data.options: unknown key 'marks'; did you mean 'mark'?",
    "no value": "--option mark: expected KEY=VALUE.",
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_fit_is_told_in_one_line(answered: Answered, name: str) -> None:
    code, _, fault = answered(name)
    assert (code, fault) == (2, f"Error: {FAULTS[name]}\n")


def test_their_measure_selects_weights_and_stands_among_the_scores_of_runs_and_of_evaluate(answered: Answered) -> None:
    rows = [json.loads(line) for line in (answered.folder / "parts" / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all("upos sentence_accuracy" in row["scores"] for row in rows)
    scored = {(score["split"], score["name"]): score["value"] for score in metrics(answered.folder / "parts")["scores"]}
    evaluated = {score["name"]: score["value"] for score in json.loads(answered("evaluate")[1])["scores"]}
    assert evaluated["sentence_accuracy"] == scored["test", "sentence_accuracy"]
    lines = (answered.folder / "parts" / "predictions" / "test.conll").read_text(encoding="utf-8").strip().split("\n\n")
    right = [all(row.split("\t")[1] == row.split("\t")[2] for row in block.split("\n")) for block in lines]
    assert scored["test", "sentence_accuracy"] == pytest.approx(100 * sum(right) / len(right))

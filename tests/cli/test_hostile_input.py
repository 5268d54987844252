"""Names, recipes and files made to mislead end as one line, and cost neither minutes nor gigabytes."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from seqtasks.align.lexicon import Entries, Lexicon
from seqtasks.errors import DataError, RecipeError, RunDirectoryError, SeqtasksError, UsageError, did_you_mean, in_short
from seqtasks.hmm.storage import COUNTS, HEAD
from seqtasks.hmm.tagger import HMMTagger
from seqtasks.recipes.run_directory import RunDirectory, read_json
from seqtasks.recipes.toml import parse_value, read_toml
from seqtasks.tasks.table import load_recipe
from seqtasks.text.files import home_path, write_atomically
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.training.checkpoints import Checkpoints, Progress
from seqtasks.training.history import History
from seqtasks.training.weights import read_tensors, write_tensors
from tests.miniature.runs import invoke

RUN = Path(__file__).parents[1] / "runs" / "format_1" / "hmm"
LONG = "n" * 300
DEEP = "[" * 100_000


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "pos", "hmm", "--out", LONG],
        ["run", "pos", f"{LONG}.toml"],
        ["predict", LONG],
        ["predict", str(RUN), LONG],
        ["evaluate", str(RUN), LONG],
        ["compare", LONG],
        ["align", LONG, LONG],
        ["data", "check", f"{LONG}.conllu"],
        ["recipes", "check", "pos", "--set", f"hmm.order={DEEP}"],
        ["recipes", "check", "pos", "--set", f"training.epochs={'9' * 5000}"],
        ["recipes", "check", "pos", "--set", f"training.epochs=0x{'f' * 6000}"],
        ["recipes", "check", "pos", "--set", f"{'a.' * 60}b=1"],
        ["recipes", "check", "pos", "--set", "data.train=x", "--set", "data=5"],
        ["recipes", "check", "pos", "--set", f"{'a' * 100_000}=1"],
        ["run", "pos", "hmm", "--set", "data.train=~nobody-of-that-name/x"],
        ["run", "pos", "hmm", "--out", "/dev/null/x"],
    ],
)
def test_hostile_arguments_are_one_short_line(arguments: list[str]) -> None:
    result = invoke(*arguments)
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1
    assert len(result.stderr) < 1500


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'extends = "a\\u0000b"\n', "embedded null byte"),
        (b"x = " + DEEP.encode(), "nested too deeply"),
        (b"a." * 50_000 + b"b = 1", "mine.toml:1: a key of more than 50 parts"),
        (b"x = 1\n[" + b"a." * 50_000 + b"b]", "mine.toml:2: a key of more than 50 parts"),
        (b"x = " + b"9" * 5000, "no valid TOML"),
        (b"#" * 1_000_001, "more than 1,000,000 bytes"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_hostile_recipe_is_one_line(content: bytes, problem: str) -> None:
    Path("mine.toml").write_bytes(content)
    with pytest.raises(RecipeError, match=problem):
        load_recipe("pos", "./mine.toml")


def test_numbers_in_lists_are_no_keys() -> None:
    Path("mine.toml").write_text(f"x = [{', '.join(['0.5'] * 1000)}]\ny = [\n{'1.5,' * 1000}\n]\n")
    assert [len(row) for row in read_toml(Path("mine.toml")).values()] == [1000, 1000]
    assert parse_value(DEEP) == DEEP


def test_long_values_are_shown_short() -> None:
    assert in_short(10**5000) == "a int that is too long to show"
    assert len(in_short("x" * 10**6)) < 110
    assert did_you_mean("x" * 10**6, ["x" * 10**6]) == "."
    assert home_path("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")
    with pytest.raises(RunDirectoryError, match="a name holds no NUL character"):
        write_atomically("a\0b", "")
    write_atomically("n" * 250, "x")  # the temporary name is no longer than a name may be


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_an_endless_line_is_refused_with_its_number(pack) -> None:
    Path("lines").write_bytes(pack(b"a\nb\n" + b"c" * 1_000_001))
    result = invoke("predict", RUN, "lines", "--out", "answers")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("Error: lines:3: a line of more than 1,000,000 bytes.")
    assert not Path("answers").exists()


def damaged(content: bytes, generator: random.Random) -> bytes:
    """The file with a byte changed, cut off, or taken out."""
    place = generator.randrange(len(content))
    other = bytes([generator.randrange(256)])
    return content[:place] + generator.choice([b"", other + content[place + 1 :], content[place + 1 :]])


def entries(words: int) -> Entries:
    return Entries(np.arange(words + 1), np.zeros(words, dtype=np.int32), np.full(words, 0.5))


def test_a_damaged_lexicon_loads_as_it_was_or_is_one_line() -> None:
    lexicon = Lexicon(Vocabulary(["a", "b"]), Vocabulary(["x", "y"]), entries(2), entries(2))
    lexicon.save("lexicon.npz")
    content, generator = Path("lexicon.npz").read_bytes(), random.Random(5)
    for _ in range(300):
        Path("lexicon.npz").write_bytes(damaged(content, generator))
        try:
            assert Lexicon.load("lexicon.npz") == lexicon
        except DataError as fault:
            assert str(fault).startswith("lexicon.npz: ")


@pytest.mark.parametrize(
    "changes",
    [{"words_C": np.array([7, 0], np.int32)}, {"words_C": np.array([-1, 0], np.int32)}, {"first_U1": np.array([0, 2, 1])},
     {"first_U1": np.array([0])}, {"probabilities_C": np.array([2.0, 0.5])}, {"probabilities_C": np.array([np.nan, 0.5])},
     {"probabilities_C": np.array(["a", "b"])}],
)  # fmt: skip
def test_a_lexicon_whose_entries_are_none_of_its_words_is_refused(changes: dict[str, np.ndarray]) -> None:
    forward = Entries(**(vars(entries(2)) | changes))
    Lexicon(Vocabulary(["a", "b"]), Vocabulary(["x", "y"]), forward, entries(2)).save("lexicon.npz")
    with pytest.raises(DataError, match=r"lexicon\.npz: is no seqtasks lexicon, or damaged"):
        Lexicon.load("lexicon.npz")


@pytest.mark.parametrize("name", ["state_tags", "cell_tags", "pair_tags", "known_words_U", "guess_prior", "trigram_places"])
def test_counts_with_a_checksum_that_fits_them_are_looked_at_too(name: str) -> None:
    import hashlib

    shutil.copytree(RUN / "hmm", "hmm")
    with np.load(f"hmm/{COUNTS}") as archive:
        arrays = dict(archive)
    for strange in (np.array(["a"]), np.zeros((2, 3)), np.zeros(0, dtype=np.int64)):
        buffer = io.BytesIO()
        np.savez(buffer, **(arrays | {name: strange}))
        Path(f"hmm/{COUNTS}").write_bytes(buffer.getvalue())
        head = json.loads(Path(f"hmm/{HEAD}").read_text()) | {"counts_sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}
        Path(f"hmm/{HEAD}").write_text(json.dumps(head))
        try:
            HMMTagger.load("hmm").predict([["a", "b"]])
        except SeqtasksError as fault:
            assert "hmm" in str(fault)


@pytest.mark.parametrize("text", [DEEP, '{"a":' * 100_000, f'{{"format": {"9" * 5000}}}', "[]", "nul", "\udcff"])
def test_deep_and_huge_json_is_one_line(text: str) -> None:
    Path("run.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RunDirectoryError, match=r"run\.json: damaged"):
        read_json(Path("run.json"))


@pytest.mark.parametrize(
    "facts", [{"data": 5}, {"data": {"a": 1}}, {"from": 3}, {"task": []}, {"command": None}, {"sha256": []}, {"seeds": "x"}]
)
def test_facts_of_other_types_are_named(facts: dict[str, object]) -> None:
    Path("run.json").write_text(json.dumps({"format": 1, **facts}))
    with pytest.raises(RunDirectoryError, match=rf"run\.json: damaged \({next(iter(facts))} = "):
        RunDirectory.open(Path())


@pytest.mark.parametrize(
    "row", [5, {}, {"update": "x"}, {"epoch": 1, "update": 1, "train_loss": "x", "seconds": 1, "tokens_per_second": 1, "scores": {}}]
)
def test_rows_of_a_history_that_training_never_writes_are_refused(row: object) -> None:
    Path("history.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(RunDirectoryError, match=r"history\.jsonl: damaged"):
        History(Path("history.jsonl")).restore(10**12)


@pytest.mark.parametrize(
    "facts",
    [{"progress": 5}, {"progress": {"epoch": 1}}, {"progress": {"epoch": "x"}}, {"machine": []}, {"optimizer": 5}, {"optimizer": [{}]}],
)
def test_a_crafted_checkpoint_is_one_line(facts: dict[str, object]) -> None:
    model = nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    checkpoints = Checkpoints(Path("checkpoints"), keep=1, machine={})
    path = checkpoints.save(model, optimizer, Progress(), torch.device("cpu"))
    tensors, before = read_tensors(path)
    write_tensors(path, tensors, before | facts)
    with pytest.raises(RunDirectoryError, match=r"safetensors: damaged"):
        checkpoints.resume(model, optimizer, torch.device("cpu"))


@pytest.mark.parametrize("facts", ["[]", "5", DEEP, '{"format": "x"}', '{"format": {}}', "{"])
def test_crafted_facts_of_weights_are_one_line(facts: str) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, "weights", metadata={"facts": facts})
    with pytest.raises(RunDirectoryError, match="weights: damaged"):
        read_tensors(Path("weights"))


def test_a_vocabulary_that_writes_a_token_in_two_ways_is_one_line() -> None:
    Path("words.txt").write_text("<pad>\n<unk>\na\n\\<pad>\n<pad>\n")
    with pytest.raises(DataError, match=r"words\.txt:"):
        Vocabulary.load(Path("words.txt"))
    Path("words.txt").write_text("a\n\\<pad>\n<pad>\n")
    with pytest.raises(DataError, match="has duplicates"):
        Vocabulary.load(Path("words.txt"))


def test_a_part_that_is_blank_throughout_is_not_scored_as_zero() -> None:
    for name, text in {"train.en": "a b\n" * 40, "train.fr": "c d\n" * 40, "dev.en": "\n\n", "dev.fr": "\n\n"}.items():
        Path(name).write_text(text)
    result = invoke("run", "translation", "--out", "run", "--set", "data.train=train", "--set", "data.dev=dev", "--set", "text.size=20")
    assert result.exit_code == 1
    assert "no pair of dev has text on both sides, so nothing could be scored" in result.stderr
    assert not Path("run").exists()


def test_perfect_answers_without_an_entity_are_told_to_be_no_measure() -> None:
    Path("train.bio").write_text("Anna\tB-PER\nsaw\tO\n\nit\tO\nrains\tO\n\n" * 20)
    Path("dev.bio").write_text("it\tO\nrains\tO\n\n" * 12)
    settings = ["--set", "data.train=train.bio", "--set", "data.dev=dev.bio"]
    result = invoke("run", "ner", "hmm", "--out", "run", *settings)
    assert result.exit_code == 0, result.stderr
    assert "no entity is marked in it, so F1, precision and recall say nothing of the answers." in result.stdout


def test_an_unknown_name_of_vectors_is_told_before_anything_is_fetched() -> None:
    from seqtasks.datasets.vectors import published_vectors

    with pytest.raises(UsageError, match="no published name"):
        published_vectors("../../etc/passwd")


def test_a_joint_vocabulary_whose_halves_differ_is_one_line() -> None:
    run = Path(shutil.copytree(RUN.parent / "translation", "run"))
    words = run / "text" / "target.txt"
    words.write_bytes(words.read_bytes()[:23])
    result = invoke("predict", run, input="The old teacher reads a letter.\n")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith(f"Error: {words}: damaged (text.joint, but it is not source.txt). ")

"""What is wrong with a user's data ends in one line that names file, line, problem and remedy. The whole message is asserted."""

import gzip
from pathlib import Path

import pytest

from seqtasks.text.corpora.lines import TO_UTF8
from tests.miniature.corpora import columns, conllu, write
from tests.miniature.runs import invoke, settings
from tests.miniature.sentences import pairs, tagged

OTHER = "1\ta\ta\tZZ\t_\t_\t0\troot\t_\t_\n\n"
FILES: dict[str, bytes] = {
    "short.en": b"a\nb\n",
    "short.fr": b"x\n",
    "three.conllu": b"1\tMara\tNOUN\n\n",
    "range.conllu": b"one\t" + b"_\t" * 8 + b"_\n",
    "untagged.conllu": b"1\tMara\t" + b"_\t" * 7 + b"_\n",
    "scheme.bio": b"Mara B-PER\nsees X-WHAT\n",
    "one.bio": b"Mara O\n\nMara\n",
    "notag.bio": b"Mara\tO\nsees\t\n",
    "other.conllu": OTHER.encode(),
    "empty.conllu": b"",
    "blank.conllu": b"\n\n\t\n",
    "empty.en": b"",
    "empty.fr": b"",
    "oneside.en": b"a\n\n",
    "oneside.fr": b"\nb\n",
    "latin.conllu": b"# ok\n1\tMar\xe4\n",
    "cut.conllu.gz": gzip.compress(b"abc" * 1000)[:30],
    "bad.jsonl": b"\n{bad\n",
    "list.jsonl": b"[1]\n",
    "nowords.jsonl": b'{"tags": ["O"]}\n',
    "uneven.jsonl": b'{"tokens": ["a", "b"], "tags": ["O"]}\n',
    "beyond.jsonl": b'{"tokens": ["a"], "spans": [{"start": 0, "end": 2, "label": "X"}]}\n',
    "pair.tsv": b"a\tb\nc\n",
    "three.vec": b"a 1 2 3\n",
    "text.vec": b"a 1 2\nb 1 x\n",
    "none.vec": b"",
}
JSONL = {"data.format": "jsonl"}
WRONG: list[tuple[str, dict[str, object], int, str]] = [
    (
        "pos",
        {"data.train": "nope.conllu"},
        1,
        "{here}/nope.conllu: no such file. Check the path; a relative one is taken from the current directory.",
    ),
    (
        "translation",
        {"data.train": "nope"},
        1,
        "{here}/nope.en: no such file. Check the path; a relative one is taken from the current directory.",
    ),
    (
        "translation",
        {"data.train": "short"},
        1,
        "{here}/short.en:2: 2 lines here but 1 in {here}/short.fr. Parallel files need a line for a line.",
    ),
    (
        "pos",
        {"data.train": "three.conllu"},
        1,
        "{here}/three.conllu:1: expected 10 tab-separated columns, found 3: '1\\tMara\\tNOUN'. "
        'Check that it is CoNLL-U; words with tags in columns are data.format = "columns".',
    ),
    (
        "pos",
        {"data.train": "range.conllu"},
        1,
        "{here}/range.conllu:1: expected a word's number in the first column, found 'one'. Check that it is CoNLL-U.",
    ),
    (
        "pos",
        {"data.train": "untagged.conllu"},
        1,
        "{here}/untagged.conllu:1: no upos for 'Mara'. Annotate it, or choose another layer than upos.",
    ),
    (
        "ner",
        {"data.train": "scheme.bio"},
        1,
        "{here}/scheme.bio:2: 'X-WHAT' is no BIO tag. Expected O or one of B-LABEL, I-LABEL; check data.tag_column.",
    ),
    (
        "ner",
        {"data.train": "one.bio"},
        1,
        "{here}/one.bio:3: expected at least 2 columns, found 1: 'Mara'. "
        "Use one word per line with its tag, and a blank line between sentences.",
    ),
    ("pos", {"data.dev": "other.conllu"}, 1, "{here}/other.conllu: labels ZZ ... of upos, none of them among the trained "),
    ("pos", {"data.train": "empty.conllu"}, 1, "{here}/empty.conllu: no sentences in it. Check the file and the recipe's data.format."),
    ("pos", {"data.train": "blank.conllu"}, 1, "{here}/blank.conllu: no sentences in it. Check the file and the recipe's data.format."),
    ("pos", {"data.dev": "empty.conllu"}, 1, "{here}/empty.conllu: no sentences in it. Check the file and the recipe's data.format."),
    ("translation", {"data.train": "empty"}, 1, "{here}/empty.en: no sentences in it. Check the file and the recipe's data.format."),
    ("translation", {"data.train": "oneside"}, 1, "{here}/oneside.en: no pair has text on both sides. Check the two files."),
    ("translation", {"data.max_length": 1}, 1, "{here}/train.en: no training pair has at most 1 tokens a side. Raise data.max_length."),
    (
        "pos",
        {"data.train": "latin.conllu"},
        1,
        f"{{here}}/latin.conllu:2: not UTF-8: byte 0xe4 at position 6. {TO_UTF8}.",
    ),
    (
        "pos",
        {"data.train": "cut.conllu.gz"},
        1,
        "{here}/cut.conllu.gz: damaged gzip file (Compressed file ended before the end-of-stream marker was reached). Fetch it again.",
    ),
    (
        "ner",
        {"data.train": "bad.jsonl", **JSONL},
        1,
        "{here}/bad.jsonl:2: no valid JSON (Expecting property name enclosed in double quotes at column 2). Write one object a line.",
    ),
    ("ner", {"data.train": "uneven.jsonl", **JSONL}, 1, "{here}/uneven.jsonl:1: 2 words but 1 tags. "),
    ("ner", {"data.train": "beyond.jsonl", **JSONL}, 1, "{here}/beyond.jsonl:1: span 0 to 2 in a sentence of 1 words. "),
    (
        "translation",
        {"data.train": "pair.tsv"},
        1,
        "{here}/pair.tsv:2: expected at least 2 tab-separated columns, found 1: 'c'. Separate by one tab.",
    ),
    (
        "pos",
        {"data.layer": "nope"},
        2,
        "{here}/train.conllu: no CoNLL-U layer 'nope'. Layers (data.layer): lemma, upos, xpos, feats, deprel, misc:KEY.",
    ),
    ("pos", {"data.train": '["train.conllu"]'}, 2, "data: ['{here}/train.conllu']: a tagged part is one file. Join the files first."),
    (
        "translation",
        {"data.train": '["train.en"]'},
        2,
        "data: ['{here}/train.en']: expected two files, source and target, of format 'parallel'.",
    ),
    ("pos", {"data.corpus": "sample/nope", "data.train": "x"}, 1, "{here}/x: no such file. "),
    ("ner", {"words.vectors": "nope.vec"}, 2, "words.vectors = 'nope.vec': no such file, and no published name. Known: glove.6B.50d, "),
    ("ner", {"words.vectors": "three.vec"}, 2, "words.size = 8, but the vectors of three.vec have 3. Make them equal."),
    ("ner", {"words.vectors": "text.vec"}, 1, "text.vec:2: expected a word and 2 numbers: 'b 1 x'. Use a text file of vectors."),
    ("ner", {"words.vectors": "none.vec"}, 1, "none.vec: no vectors in it. Use a text file of vectors."),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEQTASKS_CACHE", str(tmp_path / "cache"))
    for name, content in FILES.items():
        Path(name).write_bytes(content)
    rows = pairs(12, seed=1)
    write(Path("train.en"), "".join(f"{row[0]}\n" for row in rows))
    write(Path("train.fr"), "".join(f"{row[2]}\n" for row in rows))
    write(Path("train.conllu"), "".join(conllu(sentence, 1) for sentence in tagged(12, seed=1)))
    write(Path("train.bio"), columns(tagged(12, seed=1)))
    return tmp_path


@pytest.mark.parametrize(("task", "changes", "code", "message"), WRONG, ids=[f"{task}-{message[:40]}" for task, _, _, message in WRONG])
def test_fault_in_the_data_is_one_line(task: str, changes: dict[str, object], code: int, message: str, here: Path) -> None:
    train = {"pos": "train.conllu", "ner": "train.bio", "translation": "train"}[task]
    result = invoke("run", task, "--out", "run", "--device", "cpu", *settings(task, {"data.train": train} | changes))
    assert result.exit_code == code
    assert result.stderr.startswith(f"Error: {message.format(here=here)}")
    assert result.stderr.count("\n") == 1
    assert result.stderr.rstrip().endswith(".") or message.endswith("...")
    assert "Traceback" not in result.output


def test_a_corpus_that_is_nowhere_names_the_places(here: Path) -> None:
    result = invoke("run", "ner", "wnut17", "--data-dir", here, "--out", "run")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: corpus 'wnut17' was not found; looked in {here}/wnut17, {here}, {here}/cache/wnut17. "
        "Run 'seqtasks data get wnut17', or name its folder with data_dir (--data-dir).\n"
    )


def test_a_corpus_without_its_train_part_says_so(here: Path) -> None:
    write(here / "wnut17" / "emerging.dev.conll", "Mara\tB-person\n")
    result = invoke("run", "ner", "wnut17", "--data-dir", here, "--out", "run")
    assert result.exit_code == 1
    assert (
        result.stderr == f"Error: {here}/wnut17: no training part 'wnut17train.conll' in it. Check data_dir (--data-dir) and data.train.\n"
    )


def test_a_loss_that_is_no_number_stops_training_before_it_is_saved(here: Path) -> None:
    wild = {"data.train": "train.conllu", "training.learning_rate": 3e38, "training.optimizer": "sgd", "training.clip_norm": 0}
    result = invoke("run", "pos", "--out", "run", *settings("pos", wild | {"training.batch_tokens": 10, "training.epochs": 9}))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the loss of upos became ")
    assert "Lower training.learning_rate or training.clip_norm; the last checkpoint is from before.\n" in result.stderr
    assert not Path("run/model.safetensors").exists()

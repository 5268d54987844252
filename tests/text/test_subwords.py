"""Subwords: exact, deterministic across processes, the same after saving; unseen characters survive."""

import json
import math
import random
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seqtasks.errors import DataError, UsageError
from seqtasks.text.subwords import learn_subwords, load_subwords, probabilities
from seqtasks.text.tokenizers import CHUNK, JOINER, SPACE

KINDS = ["bpe", "unigram"]
TRAP = [
    SPACE,
    JOINER,
    "%2581",
    "%ffed",
    "%0025",
    "<unk>",
    "<pad>",
    "e\u0301",
    "漢",
    "🙂",
    "👩‍💻",
    "שלום",
    "\u200d",
    "_",
    "\0",
    "a",
    "house",
]
TRAP += [" ", "\x1c", "\u00a0"]


def corpus(seed=0, lines=200):
    """Words of a few letters, with many rare characters that occur equally often."""
    draw = random.Random(seed)
    words = ["".join(draw.choice("abcdefg") for _ in range(draw.randint(1, 6))) for _ in range(60)]
    rare = [chr(0x4E00 + number) for number in range(lines)]
    return [f"{' '.join(draw.choices(words, k=6))} {rare[line]}, house." for line in range(lines)]


@pytest.fixture(scope="module", params=KINDS)
def tokenizer(request):
    return learn_subwords(corpus(), kind=request.param, size=150)


def single_spaced(text):
    return " ".join(text.split())


@given(line=st.lists(st.sampled_from(TRAP)).map("".join) | st.text())
@example(line=f"{SPACE} %2581 {SPACE}{JOINER} <unk> %ffed")
def test_joining_what_was_split_gives_the_single_spaced_line_back(tokenizer, line):
    pieces = tokenizer.split(line)
    assert tokenizer.join(pieces) == single_spaced(line)
    assert sum(piece.startswith(SPACE) for piece in pieces) == len(line.split())
    assert tokenizer.split(line) == pieces


def test_long_words_are_split_in_chunks(tokenizer):
    line = "abc漢" * CHUNK + " house"
    assert tokenizer.join(tokenizer.split(line)) == line


def test_frequent_words_are_one_piece_and_punctuation_stands_apart(tokenizer):
    assert tokenizer.split("house house.") == ["▁house", "▁house", "."]
    assert tokenizer.split(" ") == []


def test_at_most_as_many_pieces_as_asked_for_and_half_of_them_characters(tokenizer):
    known = tokenizer.backend.get_vocab()
    assert 100 <= len(known) <= 150
    single = {piece for piece in known if len(piece) == 1}
    assert set("▁abcdefg.,") <= single
    assert {chr(0x4E00 + number) for number in range(50)} <= single
    assert len(single) <= 75


def test_saved_and_loaded_it_is_the_same(tokenizer, tmp_path):
    path = tmp_path / "subwords.json"
    tokenizer.save(path)
    loaded = load_subwords(path)
    assert loaded.backend.to_str() == tokenizer.backend.to_str()
    assert [loaded.split(line) for line in corpus(seed=1)] == [tokenizer.split(line) for line in corpus(seed=1)]


def test_training_is_the_same_in_every_process(tmp_path):
    script = f"""
import sys
from pathlib import Path
from seqtasks.text.subwords import learn_subwords
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
for kind in {KINDS!r}:
    learn_subwords(lines, kind=kind, size=150).save(Path(sys.argv[2]) / kind)
"""
    (tmp_path / "lines").write_text("\n".join(corpus()), encoding="utf-8")
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "lines"), str(tmp_path)], check=True)
    for kind in KINDS:
        here = learn_subwords(corpus(), kind=kind, size=150)
        assert json.loads((tmp_path / kind).read_text(encoding="utf-8")) == json.loads(here.backend.to_str())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("texts", "size"), [([], 10), ([""], 10), (["a"], 1), (["a b"], 3), (["漢字 仮名"] * 3, 4), (corpus(), 12)])
def test_small_texts_and_sizes_train_too(kind, texts, size):
    tokenizer = learn_subwords(texts, kind=kind, size=size)
    assert tokenizer.join(tokenizer.split("so it goes 漢")) == "so it goes 漢"


def test_a_piece_that_explains_all_takes_all():
    found = probabilities(["a", "b", "ab"], {"ab": 1000})
    assert found["ab"] > 0.99
    assert sum(found.values()) == pytest.approx(1)


def test_unigram_probabilities_equal_an_enumeration_of_segmentations():
    pieces, units = ["a", "b", "ab", "ba", "aba"], {"abab": 3, "ba": 2, "aab": 1}

    def ways(unit):
        if not unit:
            yield ()
        for piece in pieces:
            if unit.startswith(piece):
                yield from ((piece, *rest) for rest in ways(unit[len(piece) :]))

    share = dict.fromkeys(pieces, 1 / len(pieces))
    for _ in range(4):
        expected = dict.fromkeys(pieces, 0.01)
        for unit, count in units.items():
            weights = {way: math.prod(share[piece] for piece in way) for way in ways(unit)}
            for way, weight in weights.items():
                for piece in way:
                    expected[piece] += count * weight / sum(weights.values())
        share = {piece: value / sum(expected.values()) for piece, value in expected.items()}
    assert probabilities(pieces, units) == pytest.approx(share)


def test_an_unknown_kind_is_named():
    with pytest.raises(UsageError) as caught:
        learn_subwords(["a"], kind="wordpiece", size=10)
    assert str(caught.value) == "no kind of subwords 'wordpiece'. Kinds: bpe, unigram."


def test_files_that_are_missing_or_no_model_are_named(tmp_path):
    path = tmp_path / "subwords.json"
    with pytest.raises(DataError) as caught:
        load_subwords(path)
    assert str(caught.value) == f"{path}: cannot be read (No such file or directory). Restore it from a copy."
    path.write_text("{")
    with pytest.raises(DataError) as caught:
        load_subwords(path)
    assert str(caught.value) == f"{path}: no subword model (EOF while parsing an object at line 1 column 1). Restore it from a copy."
    path.write_bytes(b"\xff")
    with pytest.raises(DataError) as caught:
        load_subwords(path)
    assert str(caught.value).startswith(f"{path}: no subword model ('utf-8' codec can't decode byte 0xff in position 0")

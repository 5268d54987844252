"""Vectors of local files: text, word2vec's and fastText's binary formats, gzipped or not; only those asked for; faults with their place."""

import gzip
import struct

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text import byte_reader, fasttext_files
from seqtasks.text.fasttext_files import hashed
from seqtasks.text.vector_files import read_vectors
from tests.oracles import vector_files as oracle

WORDS = ["the", "Straße", "日本", "</s>", "a-b", "👍", "x"]
ROWS = np.random.default_rng(1).normal(size=(len(WORDS), 5)).astype(np.float32)
SHAPE = {"buckets": 11, "shortest": 2, "longest": 4}
MATRIX = np.random.default_rng(2).normal(size=(len(WORDS) + 11, 5)).astype(np.float32)
FETCH = "Fetch it again, or write it with gensim's save_word2vec_format."
FETCH_MODEL = "Fetch it again, or use the model's .vec file."


@pytest.fixture
def file(tmp_path):
    def write(content, name="vectors"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def coded(words):
    return [word.encode() for word in words]


def table(found):
    assert all(row.dtype == np.float32 and row.shape == (found.size,) for row in found.rows.values())
    return {word: row.tolist() for word, row in found.rows.items()}


def fault_of(path, words=("a", "b")):
    with pytest.raises(DataError) as caught:
        read_vectors(path, words)
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the 1 2 3\nof -1.5 0 1e-3\n", {"the": [1, 2, 3], "of": [-1.5, 0, np.float32(1e-3)]}),
        ("2 3\nthe 1 2 3 \nof 4 5 6", {"the": [1, 2, 3], "of": [4, 5, 6]}),
        ("a 1 2\nb 3 4\n\n", {"a": [1, 2], "b": [3, 4]}),
        ("2 2\n2 3 4\n7 5 6\n", {"2": [3, 4], "7": [5, 6]}),
        (". . . 1 2\nat name@domain 3 4\nx 5 6\n", {". . .": [1, 2], "at name@domain": [3, 4], "x": [5, 6]}),
        ("1 2 3\n", {"1": [2, 3]}),
        ("a 1 2\na 3 4\n", {"a": [1, 2]}),
        ("\ufeffa\u00a0b 1 2\n\u2028 3 4\nc\r 5 6\r\n", {"a\u00a0b": [1, 2], "\u2028": [3, 4], "c\r": [5, 6]}),
        ("nan 1 2\n", {"nan": [1, 2]}),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_words_of_a_text_file_get_their_numbers(file, text, expected, packed):
    content = gzip.compress(text.encode()) if packed else text
    found = read_vectors(file(content), [*expected, "not there"])
    assert table(found) == expected
    assert (found.composed, found.unreadable) == ({}, 0)


def test_text_vectors_equal_those_that_torchtext_reads(file, tmp_path):
    from torchtext.vocab import Vectors

    draw = np.random.default_rng(0).normal(size=(5, 4)).round(4)
    path = file("".join(f"w{row} {' '.join(map(str, numbers))}\n" for row, numbers in enumerate(draw)), "vectors.txt")
    theirs = Vectors(path.name, cache=str(tmp_path), unk_init=torch.Tensor.zero_)
    ours = read_vectors(path, theirs.itos)
    assert table(ours) == dict(zip(theirs.itos, theirs.vectors.tolist(), strict=True))


def test_only_words_asked_for_and_their_lower_cased_forms_are_kept(file):
    path = file("the 1 2\nThe 3 4\nof 5 6\nÉté 7 8\nété 9 9\n")
    assert table(read_vectors(path, ["The", "OF", "ÉTÉ"])) == {"The": [3, 4], "the": [1, 2], "of": [5, 6], "été": [9, 9]}
    assert read_vectors(path, []).size == 2


def test_words_that_are_no_utf_8_are_passed_over_and_counted(file):
    found = read_vectors(file(b"caf\xe9 1 2\na 3 4\n"), ["a"])
    assert (table(found), found.unreadable) == ({"a": [3, 4]}, 1)
    binary = oracle.word2vec_binary([b"caf\xe9", b"a"], np.array([[1, 2], [3, 4]]), line_feeds=True)
    found = read_vectors(file(binary), ["a"])
    assert (table(found), found.unreadable) == ({"a": [3, 4]}, 1)


@pytest.mark.parametrize("line_feeds", [True, False])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("piece", [3, 1 << 20])
def test_word2vec_binary_gives_the_numbers_that_were_written(file, monkeypatch, line_feeds, packed, piece):
    monkeypatch.setattr(byte_reader, "PIECE", piece)
    content = oracle.word2vec_binary([*coded(WORDS), b"the"], np.concatenate([ROWS, ROWS[:1] + 1]), line_feeds=line_feeds)
    found = read_vectors(file(gzip.compress(content) if packed else content), [*WORDS[2:], "THE", "new"])
    assert table(found) == {word: row.tolist() for word, row in zip(WORDS, ROWS, strict=True) if word != "Straße"}


@given(st.integers(0, 10**6), st.integers(1, 60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_binary_file_is_never_taken_for_text_nor_text_for_binary(tmp_path_factory, seed, size, line_feeds):
    path = tmp_path_factory.mktemp("drawn") / "vectors"
    draw = np.random.default_rng(seed)
    rows = (draw.normal(size=(3, size)) * draw.choice([1e-3, 1, 50])).astype(np.float32)
    expected = dict(zip("abc", rows.tolist(), strict=True))
    path.write_bytes(oracle.word2vec_binary([b"a", b"b", b"c"], rows, line_feeds=line_feeds))
    if size > 2:  # of one or two numbers every byte may be a letter
        assert table(read_vectors(path, "abc")) == expected
    path.write_text(f"3 {size}\n" + "".join(f"{word} {' '.join(map(repr, row))}\n" for word, row in expected.items()))
    assert table(read_vectors(path, "abc")) == expected


UNSEEN = ["them", "Strassen", "ÜBER", "日", "q", "xx", "</S>"]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("shape", [SHAPE, {**SHAPE, "shortest": 1, "longest": 6}, {**SHAPE, "shortest": 0}, {**SHAPE, "longest": 0}])
def test_fasttext_vectors_are_means_of_a_words_row_and_those_of_its_n_grams(file, shape, packed):
    content = oracle.fasttext_binary(coded(WORDS), MATRIX, labels=[b"__label__x"], **shape)
    found = read_vectors(file(gzip.compress(content) if packed else content), [*WORDS, *UNSEEN, "The", "__label__x"])
    assert set(found.rows) == set(WORDS)
    for word, row in found.rows.items():
        np.testing.assert_allclose(row, oracle.fasttext_vector(word.encode(), coded(WORDS), MATRIX, **shape), rtol=1e-5, atol=1e-7)
    composed = {word: oracle.fasttext_vector(word.encode(), coded(WORDS), MATRIX, **shape) for word in [*UNSEEN, "__label__x"]}
    expected = {word for word, row in composed.items() if row is not None and word.lower() not in WORDS}
    assert set(found.composed) == expected
    assert bool(expected) == bool(shape["longest"])
    for word in expected:
        np.testing.assert_allclose(found.composed[word], composed[word], rtol=1e-5, atol=1e-7)


@given(st.binary(max_size=30))
def test_the_hash_is_fasttexts(text):
    assert hashed(text) == oracle.fnv(text)


def test_the_hash_of_known_texts():
    assert [hashed(text) for text in (b"", b"a", b"foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]


def test_a_classifier_of_version_11_has_no_n_grams(file):
    found = read_vectors(file(oracle.fasttext_binary(coded(WORDS), MATRIX, version=11, model=3, **SHAPE)), ["the", "them"])
    assert (table(found), found.composed) == ({"the": MATRIX[0].tolist()}, {})


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("a 1 2\nb 1\n", ":2", "expected a word and 2 numbers: 'b 1'"),
        ("a 1 2\nc 1\n", ":2", "expected a word and 2 numbers: 'c 1'"),
        ("a 1 2\nb 1 x\n", ":2", "expected a word and 2 numbers: 'b 1 x'"),
        ("a 1 2\nc 1 x\n", ":2", "expected a word and 2 numbers: 'c 1 x'"),
        ("a 1 2\nb 1 nan\n", ":2", "expected a word and 2 numbers: 'b 1 nan'"),
        ("a 1 2\nb 1 1e39\n", ":2", "expected a word and 2 numbers: 'b 1 1e39'"),
        ("a 1 2\nb 1  2\n", ":2", "expected a word and 2 numbers: 'b 1  2'"),
        ("a 1 2\n 3 4\n", ":2", "expected a word and 2 numbers: ' 3 4'"),
        ("2 3\na 1 2\n", ":2", "expected a word and 3 numbers: 'a 1 2'"),
        ("a\t1\t2\n", ":1", "expected a word and its numbers, separated by spaces: 'a\\t1\\t2'"),
        ("only words here\n", ":1", "expected a word and its numbers, separated by spaces: 'only words here'"),
        ("", "", "no vectors in it"),
        ("2 3\n\n", "", "no vectors in it"),
    ],
)
def test_faults_of_a_text_file_are_named(file, text, place, problem):
    assert fault_of(file(text)) == f"{place}: {problem}. Use a text file of vectors."


def test_a_text_file_shorter_than_it_promises_is_named(file):
    assert fault_of(file("3 2\na 1 2\nb 3 4\n")) == ": its first line promises 3 words, but it has 2. Fetch it again."


PAIR = oracle.word2vec_binary([b"a", b"b"], np.array([[1.0, 2.0, 0.1], [4.0, np.inf, 6.0]]), line_feeds=True)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PAIR, ": byte 21: the vector of 'b' has numbers that are not finite"),
        (PAIR[:-3], ": byte 31: ends within the vector of word 2 of 2"),
        (PAIR[:20], ": byte 20: ends within word 2 of 2"),
        (PAIR.replace(b"2 3", b"1 3"), ": byte 19: more follows after the last of 1 words"),
        (b"1 3\n" + b"a" * 20_000 + PAIR, ": byte 4: word 1 of 1 does not end within 10,000 bytes"),
        (PAIR.replace(b"2 3", b"0 3"), ": no vectors in it"),
    ],
)
def test_faults_of_word2vec_binary_are_named_with_their_byte(file, content, problem):
    found = fault_of(file(content))
    assert found == f"{problem}. {'Use a file of vectors.' if 'no vectors' in problem else FETCH}"


def fasttext(**changes):  # noqa: ANN003
    return oracle.fasttext_binary(coded(WORDS), changes.pop("matrix", MATRIX), **{**SHAPE, **changes})


HEAD = 8 + 12 * 4 + 8
DICTIONARY = HEAD + 3 * 4 + 2 * 8
MATRIX_AT = DICTIONARY + sum(len(word) + 10 for word in coded(WORDS))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (fasttext(version=13), "byte 4: a fastText model of version 13; 11 and 12 can be read. " + FETCH_MODEL),
        (
            fasttext(quantised=True),
            f"byte {MATRIX_AT}: a quantised fastText model. Use the model before `fasttext quantize` (.bin), or vectors as text.",
        ),
        (fasttext(pruned=3), f"byte {DICTIONARY - 8}: a model whose n-grams were pruned (fasttext quantize). {FETCH_MODEL}"),
        (fasttext(buckets=-1), f"byte 8: no head of a fastText model: vectors of 5 numbers, -1 buckets. {FETCH_MODEL}"),
        (fasttext(buckets=12), f"byte {MATRIX_AT + 1}: an input matrix of 18 x 5; its head says 19 x 5. {FETCH_MODEL}"),
        (fasttext()[:20], f"byte 20: ends within the head of the model. {FETCH_MODEL}"),
        (fasttext()[: DICTIONARY + 5], f"byte {DICTIONARY + 5}: ends within entry 1 of 7 of the dictionary. {FETCH_MODEL}"),
        (fasttext()[: MATRIX_AT + 30], f"byte {MATRIX_AT + 30}: ends within row 1 of the input matrix. {FETCH_MODEL}"),
        (
            fasttext(matrix=MATRIX + np.array([[np.nan]])),
            f"byte {MATRIX_AT + 17}: row 1 of the input matrix has numbers that are not finite. {FETCH_MODEL}",
        ),
    ],
)
def test_faults_of_a_fasttext_model_are_named_with_their_byte(file, content, problem):
    assert fault_of(file(content), ["the"]) == f": {problem}"


def test_other_files_and_cut_ones_are_named(file):
    assert fault_of(file(b"PK\x03\x04...")) == ": a zip archive. Unpack it and give the file in it."
    pickle = ": a pickle, not a file of vectors. Save the vectors with gensim's save_word2vec_format."
    assert fault_of(file(b"\x80\x04\x95")) == pickle
    packed = gzip.compress(struct.pack("<1000f", *range(1000)) + b"a 1 2\n")
    assert fault_of(file(packed[:-9])).startswith(": damaged gzip file (")


def test_rows_of_a_model_are_read_one_by_one(file, monkeypatch):
    monkeypatch.setattr(byte_reader, "PIECE", 64)
    monkeypatch.setattr(byte_reader, "SMALL_PIECE", 7)
    held = []
    monkeypatch.setattr(fasttext_files.ByteReader, "at_end", None)  # it has no need to look for the end
    take = byte_reader.ByteReader.take

    def watched(reader, count, what):
        held.append(len(reader.held))
        return take(reader, count, what)

    monkeypatch.setattr(byte_reader.ByteReader, "take", watched)
    found = read_vectors(file(fasttext()), ["x", "them"])
    np.testing.assert_allclose(found.rows["x"], oracle.fasttext_vector(b"x", coded(WORDS), MATRIX, **SHAPE), rtol=1e-5, atol=1e-7)
    assert max(held) < 200

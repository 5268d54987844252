"""The bridge to torchtext 0.6: its tokenizers, vectors of local files and published names, and other people's objects as ours."""

import os
import sys
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.text.corpora.examples import SentencePair, TaggedSentence
from seqtasks.text.torchtext_bridge import embedding_of, examples_of, tokenizer, vectors, vocabulary_of
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary


@pytest.fixture
def file(tmp_path):
    def write(text, name="vectors.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def table(found):
    return {word: row.tolist() for word, row in found.rows.items()}


def test_tokenizers_by_name():
    assert tokenizer("basic_english")("You're  GO. \u2028") == ["you", "'", "re", "go", "."]
    assert tokenizer("moses")("It costs 3.14, no?") == ["It", "costs", "3.14", ",", "no", "?"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nope", "it knows none of that name"),
        ("", "it knows none of that name"),
        ("spacy", "import of spacy halted; None in sys.modules"),
    ],
)
def test_a_tokenizer_that_does_not_work_is_one_clear_line(name, why, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)  # as if it were not installed
    with pytest.raises(UsageError) as caught:
        tokenizer(name)
    remedy = "Use torchtext:basic_english or torchtext:moses."
    assert str(caught.value) == f"torchtext has no working tokenizer {name!r} here: {why}. {remedy}"
    assert capsys.readouterr() == ("", "")


def test_a_reason_of_several_lines_is_cut_to_its_first(monkeypatch):
    def load(name):
        raise OSError("[E050] Can't find model 'en'.\nRun python -m spacy download\n")

    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(load=load))
    with pytest.raises(UsageError) as caught:
        tokenizer("spacy")
    assert str(caught.value) == (
        "torchtext has no working tokenizer 'spacy' here: [E050] Can't find model 'en'. Use torchtext:basic_english or torchtext:moses."
    )


def test_a_local_file_is_read_anew_each_time(file, tmp_path):
    assert table(vectors(file("a 1 2\n"), tmp_path / "cache", ["A", "b"])) == {"a": [1, 2]}
    assert table(vectors(str(file("a 3 4\n")), tmp_path / "cache", ["A", "b"])) == {"a": [3, 4]}
    assert not (tmp_path / "cache").exists()


def test_neither_file_nor_name_is_named(tmp_path):
    with pytest.raises(UsageError) as caught:
        vectors("glove.7B.50d", tmp_path, [])
    known = "charngram.100d, fasttext.en.300d, fasttext.simple.300d, glove.42B.300d"
    assert str(caught.value) == f"words.vectors = 'glove.7B.50d': no such file, and no name torchtext knows ({known}, ...)."


def test_published_vectors_come_through_torchtext(tmp_path, monkeypatch):
    import torchtext.vocab

    def published(cache):
        return SimpleNamespace(stoi={"a": 0, "b": 1}, vectors=torch.tensor([[1.0, 2.0], [3.0, 4.0]]), cache=cache)

    monkeypatch.setitem(torchtext.vocab.pretrained_aliases, "glove.6B.50d", published)
    assert table(vectors("glove.6B.50d", tmp_path, ["B", "c"])) == {"b": [3, 4]}


def test_published_vectors_of_n_grams_give_every_word_one_that_shares_any(tmp_path, monkeypatch):
    import torchtext.vocab

    grams = torchtext.vocab.CharNGram.__new__(torchtext.vocab.CharNGram)
    grams.stoi, grams.dim, grams.unk_init = {"2gram-ab": 0, "2gram-bc": 1}, 2, torch.Tensor.zero_
    grams.vectors = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    monkeypatch.setitem(torchtext.vocab.pretrained_aliases, "charngram.100d", lambda cache: grams)
    found = vectors("charngram.100d", tmp_path, ["abc", "xab", "z"])
    assert (found.size, found.rows) == (2, {})
    assert {word: row.tolist() for word, row in found.composed.items()} == {"abc": [2, 4], "xab": [1, 2]}


def test_a_failed_download_is_one_line_and_leaves_nothing_that_blocks_the_next_try(tmp_path, monkeypatch):
    import torchtext.vocab

    def broken(cache):
        os.makedirs(f"{cache}/part")
        with open(f"{cache}/part/glove.zip", "wb") as file:
            file.write(b"half")
        raise OSError("<urlopen error no route>")

    monkeypatch.setitem(torchtext.vocab.pretrained_aliases, "glove.6B.50d", broken)
    with pytest.raises(UsageError) as caught:
        vectors("glove.6B.50d", tmp_path, ["a"])
    why = "the download failed (<urlopen error no route>). Try again, or give a local file."
    assert str(caught.value) == f"words.vectors = 'glove.6B.50d': {why}"
    assert list(tmp_path.iterdir()) == []


def theirs(counts, **settings):  # noqa: ANN003 (torchtext's own)
    from collections import Counter

    from torchtext.vocab import Vocab

    return Vocab(Counter(counts), **settings)


@given(st.dictionaries(st.text(min_size=1).filter(lambda word: word not in (PAD, UNK, BOS, EOS)), st.integers(1, 9)))
def test_a_vocabulary_of_theirs_keeps_its_words_and_their_order(counts):
    made = theirs(counts)
    ours = vocabulary_of(made)
    assert ours.specials == (PAD, UNK)
    assert ours.words() == made.itos[2:]
    assert ours.ids(["never\0seen" * 3]) == [ours.unk]


def test_their_begin_and_end_become_ours():
    ours = vocabulary_of(theirs({"a": 1}, specials=["<unk>", "<pad>", "<bos>", "<eos>"]))
    assert (ours.tokens(range(5)), ours.bos, ours.eos) == ([PAD, UNK, BOS, EOS, "a"], 2, 3)
    assert vocabulary_of(SimpleNamespace(itos=["b", "<eos>", "a"])) == Vocabulary(["b", "a"], specials=(PAD, UNK, EOS))


def test_embeddings_of_theirs_fill_our_table_where_they_have_the_word(file, tmp_path):
    from torchtext.vocab import Vectors

    path = file("a 1 2 3\nb 4 5 6\n<pad> 7 8 9\n")
    loaded = Vectors(path.name, cache=str(tmp_path))
    ours = Vocabulary(["b", "new", "a"], specials=(PAD, UNK))
    expected = [[7, 8, 9], [0, 0, 0], [4, 5, 6], [0, 0, 0], [1, 2, 3]]
    assert embedding_of(loaded, ours).tolist() == expected
    vocab = theirs({"a": 2, "c": 1}, vectors=loaded)
    assert embedding_of(vocab, Vocabulary(["c", "a", "x"])).tolist() == [[0, 0, 0], [1, 2, 3], [0, 0, 0]]
    assert "x" not in vocab.stoi
    plain = SimpleNamespace(stoi={"a": 0}, vectors=[[1.5, 2.5]])
    assert embedding_of(plain, Vocabulary(["a"])).tolist() == [[1.5, 2.5]]


def test_a_vocabulary_without_vectors_is_named():
    with pytest.raises(UsageError) as caught:
        embedding_of(theirs({"a": 1}), Vocabulary(["a"]))
    assert str(caught.value) == "this Vocab has no vectors. Load some into it first."


def test_examples_of_theirs_become_ours(tmp_path):
    from torchtext.data import Field
    from torchtext.datasets import SequenceTaggingDataset, TranslationDataset

    (tmp_path / "t.src").write_text("ein Haus\nzwei\n")
    (tmp_path / "t.trg").write_text("a house\ntwo\n")
    pairs = TranslationDataset(str(tmp_path / "t"), (".src", ".trg"), (Field(), Field(sequential=False)))
    assert examples_of(pairs) == [SentencePair("ein Haus", "a house", 1), SentencePair("zwei", "two", 2)]
    (tmp_path / "tags").write_text("a\tX\nb\tY\n\nc\tX\n")
    tagged = SequenceTaggingDataset(str(tmp_path / "tags"), [("word", Field()), ("pos", Field())])
    assert examples_of(tagged, tag_fields=("pos",)) == [
        TaggedSentence(("a", "b"), {"pos": ("X", "Y")}, 1),
        TaggedSentence(("c",), {"pos": ("X",)}, 2),
    ]
    with pytest.raises(UsageError) as caught:
        examples_of(tagged, tag_fields=("ner",))
    assert str(caught.value) == "these examples have no field 'ner'. Fields: word, pos."
    with pytest.raises(UsageError, match="these examples have no field 'token'"):
        examples_of(tagged, word_field="token")
    assert examples_of([]) == []

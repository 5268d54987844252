"""The bridge to torchtext 0.6: its tokenizers, and other people's objects as ours."""

import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.text.corpora.examples import SentencePair, TaggedSentence
from seqtasks.text.torchtext_bridge import embedding_of, examples_of, tokenizer, vocabulary_of
from seqtasks.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary


@pytest.fixture
def file(tmp_path):
    def write(text, name="vectors.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


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

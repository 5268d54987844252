"""Vocabularies: numbers and back, any token through a file, and no text that passes for a special token."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text.vocabulary import BOS, EOS, PAD, SPECIALS, UNK, Vocabulary

NASTY = [
    "\n",
    "\r",
    "\\",
    "\\n",
    "\\\\",
    "a\r",
    "\r\n",
    " ",
    "",
    "\0",
    "\u2028",
    "\u0085",
    "\f",
    "\ufeff",
    "\ufeffa",
    "\\b",
    "\t",
    "\\<",
    "é",
]
NASTY += [*SPECIALS, *(f"\\{special}" for special in SPECIALS), *(f"\\\\{special}" for special in SPECIALS), " <pad>", "<pad>\n", "<PAD>"]
TOKENS = st.lists(st.sampled_from(NASTY) | st.text(), unique=True)


@settings(max_examples=25)  # each writes files
@given(TOKENS, st.sampled_from([(), (PAD, UNK), (PAD, UNK, BOS, EOS)]))
def test_any_token_survives_a_file(tmp_path_factory, tokens, specials):
    path = tmp_path_factory.mktemp("vocabulary") / "words.txt"
    vocabulary = Vocabulary(tokens, specials=specials)
    vocabulary.save(path)
    loaded = Vocabulary.load(path)
    assert loaded == vocabulary
    assert (loaded.words(), loaded.specials) == (tokens, specials)
    assert path.read_bytes().count(b"\n") == len(vocabulary)


def test_the_file_shows_tokens_as_they_are_but_for_escapes(tmp_path):
    path = tmp_path / "words.txt"
    Vocabulary(["Haus", "a b", "<pad>", "\n", "\\", "\r", "\ufeff"], specials=(PAD, UNK)).save(path)
    assert path.read_text(encoding="utf-8") == "<pad>\n<unk>\nHaus\na b\n\\<pad>\n\\n\n\\\\\n\\r\n\\b\n"


@given(TOKENS)
def test_no_text_becomes_a_special_token(tokens):
    vocabulary = Vocabulary(tokens, specials=SPECIALS)
    assert vocabulary.ids(tokens) == list(range(4, 4 + len(tokens)))
    assert vocabulary.tokens(vocabulary.ids(tokens)) == tokens
    other = Vocabulary([], specials=SPECIALS)
    assert other.ids(tokens) == [other.unk] * len(tokens)
    assert [other.id(token) for token in tokens] == [None] * len(tokens)


@given(st.dictionaries(st.text(max_size=2), st.integers(0, 4)), st.integers(0, 4), st.none() | st.integers(0, 5))
def test_the_most_frequent_tokens_are_kept_in_a_fixed_order(counts, least, most):
    vocabulary = Vocabulary.build(counts, min_count=least, max_size=most)
    expected = sorted([token for token in counts if counts[token] >= least], key=lambda token: (-counts[token], token))
    assert vocabulary.words() == expected[: len(expected) if most is None else most]
    shuffled = dict(sorted(counts.items(), reverse=True))
    assert vocabulary == Vocabulary.build(shuffled, min_count=least, max_size=most)
    assert (vocabulary.pad, vocabulary.unk) == (0, 1)


def test_numbers_of_tokens():
    vocabulary = Vocabulary(["a", "b"], specials=(PAD, UNK, BOS, EOS))
    assert (vocabulary.pad, vocabulary.unk, vocabulary.bos, vocabulary.eos, len(vocabulary)) == (0, 1, 2, 3, 6)
    assert (vocabulary.ids(["b", "x", "a"]), vocabulary.tokens([5, 1, 4])) == ([5, 1, 4], ["b", "<unk>", "a"])
    assert ("a" in vocabulary, "x" in vocabulary, PAD in vocabulary) == (True, False, False)
    labels = Vocabulary(["O", "B-X"])
    assert (labels.ids(["B-X", "O"]), labels.id("B-X"), labels.id("I-X")) == ([1, 0], 1, None)
    with pytest.raises(KeyError, match="I-X"):
        labels.ids(["I-X"])


def test_vocabularies_with_the_same_tokens_are_equal_unless_their_specials_differ():
    one = Vocabulary(["a"], specials=(PAD,))
    assert one == Vocabulary(["a"], specials=(PAD,))
    assert hash(one) == hash(Vocabulary(["a"], specials=(PAD,)))
    assert one != Vocabulary([PAD, "a"])
    assert one != "a"


def test_a_special_token_it_was_made_without_is_named():
    with pytest.raises(ValueError, match="this vocabulary has no <eos>; its specials are <pad>, <unk>"):
        _ = Vocabulary([], specials=(PAD, UNK)).eos
    with pytest.raises(ValueError, match="this vocabulary has no <pad>; its specials are none"):
        _ = Vocabulary(["a"]).pad


def test_duplicates_and_unknown_specials_are_errors_of_the_program():
    with pytest.raises(ValueError, match="a vocabulary of 4 tokens has duplicates"):
        Vocabulary(["a", "b", "a"], specials=(PAD,))
    with pytest.raises(ValueError, match="a vocabulary of 2 tokens has duplicates"):
        Vocabulary([], specials=(PAD, PAD))
    with pytest.raises(ValueError, match="special tokens are <pad>, <unk>, <bos>, <eos>, not <pad>, <s>"):
        Vocabulary([], specials=(PAD, "<s>"))


def test_damaged_files_are_named_with_their_line(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("<pad>\na\nb\na\n")
    with pytest.raises(DataError) as caught:
        Vocabulary.load(path)
    assert str(caught.value) == f"{path}:4: token 'a' stands in line 2 already. Restore the file from a copy."
    for text in ("a\\x", "a\\", "\\<x", "\\<pad>x"):
        path.write_text(f"<pad>\n{text}\n")
        with pytest.raises(DataError) as caught:
            Vocabulary.load(path)
        assert str(caught.value) == f"{path}:2: unknown escape in {text!r}. Restore the file from a copy."
    with pytest.raises(DataError) as caught:
        Vocabulary.load(tmp_path / "none.txt")
    assert str(caught.value) == f"{tmp_path / 'none.txt'}: no such file. Check the path."

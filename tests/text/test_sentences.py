"""Raw text to sentences with their places: with a stand-in for pysbd that shows what we make of its answers, and with pysbd itself."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.text import sentences
from seqtasks.text.sentences import BLOCK, LONGEST_SENTENCE, sentence_spans

TEXT = st.lists(st.sampled_from(["a", "Dr.", "end. ", "why? ", " ", "\n", "\u2028", "x" * 70, "\0", "é", "(", "1."]), max_size=300).map(
    "".join
)


@pytest.fixture
def after_marks(monkeypatch):
    """A splitter that ends a sentence after every . ! ? with white space behind it."""
    monkeypatch.setattr(sentences, "splitter", lambda language: lambda text: re.findall(r".+?(?:[.!?]\s+|$)", text, re.DOTALL))


def pieces(text, language="en"):
    return [text[start:end] for start, end in sentence_spans(text, language)]


def test_sentences_stand_without_the_space_around_them(after_marks):
    assert pieces("  One is here.  Two? \n Three") == ["One is here.", "Two?", "Three"]
    assert pieces("") == pieces(" \n\t ") == []


def test_what_the_splitter_drops_or_rewrites_stays_with_the_sentence_before(monkeypatch):
    monkeypatch.setattr(sentences, "splitter", lambda language: lambda text: ["One.", "TWO.", "Three."])
    assert pieces("One. Two. Three. Four") == ["One. Two.", "Three. Four"]
    monkeypatch.setattr(sentences, "splitter", lambda language: lambda text: [])
    assert pieces("One. Two.") == ["One. Two."]


def test_a_text_of_many_blocks_is_split_as_a_short_one(after_marks):
    text = "".join(f"This is sentence {number} of many. " for number in range(1000))
    assert len(text) > 10 * BLOCK
    assert pieces(text) == [f"This is sentence {number} of many." for number in range(1000)]


def test_a_text_without_ends_of_sentences_is_cut_between_words(after_marks):
    text = "the dog sees " * 5000
    found = pieces(text)
    assert " ".join(found) == text.strip()
    assert len(found) > 1
    assert max(map(len, found)) <= LONGEST_SENTENCE + BLOCK
    unbroken = pieces("a" * 100_000)
    assert "".join(unbroken) == "a" * 100_000
    assert max(map(len, unbroken)) <= LONGEST_SENTENCE + BLOCK


@given(TEXT)
def test_pysbd_loses_nothing(text):
    pytest.importorskip("pysbd")
    end = 0
    for left, right in sentence_spans(text, "en"):
        assert end <= left < right
        assert not text[end:left].strip()
        end = right
    assert not text[end:].strip()


def test_pysbd_knows_abbreviations():
    pytest.importorskip("pysbd")
    assert pieces("Dr. Smith went home. He ate at 5 p.m. in the U.S. Army.") == [
        "Dr. Smith went home.",
        "He ate at 5 p.m. in the U.S. Army.",
    ]


def test_without_the_package_the_remedy_is_told(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(sentences, "import_module", absent)
    sentences.splitter.cache_clear()
    with pytest.raises(UsageError) as caught:
        pieces("One.")
    assert str(caught.value) == (
        "--split-sentences needs the package pysbd, which is not installed. Install it: pip install 'seqtasks[text]'."
    )


class OtherPackage:
    """What pysbd offers, as far as we use it."""

    LANGUAGE_CODES = {"en": None, "da": None}

    class Segmenter:
        def __init__(self, language, clean):
            self.language = language

        def segment(self, text):
            return text.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("", "--split-sentences needs the language of the text. Give --language, one of en, da."),
        ("sv", "--split-sentences: pysbd has no rules for language 'sv'. It has en, da."),
    ],
)
def test_a_language_that_is_not_known_is_told(monkeypatch, language, message):
    monkeypatch.setattr(sentences, "import_module", lambda name: OtherPackage)
    sentences.splitter.cache_clear()
    try:
        assert pieces("One.\nTwo.", "da") == ["One.", "Two."]
        with pytest.raises(UsageError) as caught:
            pieces("One.", language)
        assert str(caught.value) == message
    finally:
        sentences.splitter.cache_clear()

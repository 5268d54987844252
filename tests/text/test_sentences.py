"""Raw text to sentences with their places: with a splitter that shows what we make of its answers, and with pysbd."""

import itertools
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import UsageError
from seqtasks.text.sentences import BLOCK, LONGEST_SENTENCE, sentence_spans, splitter, starts_of_sentences, trimmed

TEXT = st.lists(st.sampled_from(["a", "Dr.", "end. ", "why? ", " ", "\n", "\u2028", "x" * 70, "\0", "é", "(", "1."]), max_size=300).map(
    "".join
)


def after_marks(text):
    """A splitter that ends a sentence after every . ! ? with white space behind it."""
    return re.findall(r".+?(?:[.!?]\s+|$)", text, re.DOTALL)


def pieces(text, language="en"):
    return [text[start:end] for start, end in sentence_spans(text, language)]


def parts(text, split=after_marks):
    """What lies between two starts of sentences, as a splitter finds them."""
    starts = [0, *starts_of_sentences(text, split), len(text)]
    return [text[start:end].strip() for start, end in itertools.pairwise(starts)]


def test_sentences_stand_without_the_space_around_them():
    text = " \n One is here.  Two \t"
    assert [text[start:end] for start, end in trimmed(text, 0, len(text))] == ["One is here.  Two"]
    assert list(trimmed(text, 0, 3)) == list(trimmed(text, 5, 5)) == []
    assert parts("  One is here.  Two? \n Three") == ["One is here.", "Two?", "Three"]


def test_what_the_splitter_drops_or_rewrites_stays_with_the_sentence_before():
    assert parts("One. Two. Three. Four", lambda text: ["One.", "TWO.", "Three."]) == ["One. Two.", "Three. Four"]
    assert parts("One. Two.", lambda text: []) == ["One. Two."]


def test_a_text_of_many_blocks_is_split_as_a_short_one():
    text = "".join(f"This is sentence {number} of many. " for number in range(1000))
    assert len(text) > 10 * BLOCK
    assert parts(text) == [f"This is sentence {number} of many." for number in range(1000)]


def test_a_text_without_ends_of_sentences_is_cut_between_words():
    text = "the dog sees " * 5000
    found = parts(text)
    assert " ".join(found) == text.strip()
    assert len(found) > 1
    assert max(map(len, found)) <= LONGEST_SENTENCE + BLOCK
    unbroken = parts("a" * 100_000)
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
    monkeypatch.setitem(sys.modules, "pysbd.languages", None)  # so Python says that there is no such module
    splitter.cache_clear()
    with pytest.raises(UsageError) as caught:
        pieces("One.")
    assert str(caught.value) == (
        "split_sentences (--split-sentences) needs the package pysbd, which is not installed. Install it: pip install 'seqtasks[text]'."
    )


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("", "split_sentences (--split-sentences) needs the language of the text. Give language (--language), one of {known}."),
        ("sv", "split_sentences (--split-sentences): pysbd has no rules for language 'sv'. It has {known}."),
    ],
)
def test_a_language_that_is_not_known_is_told(language, message):
    known = ", ".join(pytest.importorskip("pysbd.languages").LANGUAGE_CODES)
    assert pieces("One. Two.", "da") == ["One.", "Two."]
    with pytest.raises(UsageError) as caught:
        pieces("One.", language)
    assert str(caught.value) == message.format(known=known)

"""Classes, cases and shapes of single words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.hmm.unknown.word_classes import CASES, CLASSES, letter_cases, uncapitalised, word_class, word_shape
from tests.hmm.tagged import ODD_WORDS


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["dog", "I", "Ünal", "well-known", "O'Neill", "U.S.", "A4", "日本語", "n't", "'s", "ha[[y", "f/2"], ""),
        ([""], "empty"),
        (["a@b.org", "first.last+x@mail.example.com"], "mail"),
        (["http://a.org/b?c=d", "www.a.de", "ftp://x", "Goldstar.com", "a.co.uk/x", "index.html", "<http://a>"], "url"),
        (["3", "1,000", "1.5", "12:30", "24/7", "1990-1995", "$5", "€20", "50%", "-3", "#7", "+49", "20°"], "number"),
        (["3rd", "1990s", "60's", "10-k", "5pm", "4gamer"], "number+suffix"),
        ([".", "---", "!!!", "$$", "("], "one mark"),
        (["?!", "..?", "\"'", "--="], "marks"),
        ([":)", ";-)", "=(", ":D", "<3", ":-P", "xD)", "^_^", "o_O", "(:"], "emoticon"),
        (["@you", "#tag"], "tag or name"),
    ],
)
def test_special_words_are_recognised(words, name):
    assert {word: CLASSES[word_class(word)] for word in words} == dict.fromkeys(words, name)


@given(st.text())
def test_any_text_has_a_class_a_case_and_a_short_shape(word):
    assert 0 <= word_class(word) < len(CLASSES)
    assert 0 <= letter_cases([word], np.array([True]))[0] < len(CASES)
    assert len(word_shape(word)) <= 10


def test_long_words_are_classified_in_no_time():
    for sign in ("a", "1", "-", "@", ".", "1,", "a.", "www.", ":)"):
        word_class(sign * 20_000 + "!")


def test_cases_know_the_start_of_a_sentence():
    words = ["dog", "Dog", "DOG", "I", "iPod", "3M", ".", ""]
    names = ["lower", "capital", "upper", "capital", "mixed", "mixed", "mixed", "mixed"]
    assert [CASES[case] for case in letter_cases(words, np.zeros(8, dtype=bool))] == names
    initial = [name if name != "capital" else "initial capital" for name in names]
    assert [CASES[case] for case in letter_cases(words, np.ones(8, dtype=bool))] == initial


def test_only_the_first_letter_is_made_small():
    assert [uncapitalised(word) for word in ("Dog", "DOG", "dog", "", "3M")] == ["dog", "dOG", "dog", "", "3M"]


def test_shapes_say_what_kinds_of_signs_follow_each_other():
    shapes = {"McDonald's": "AaAa'a", "B-52": "A-0", "1,000": "0,0", "iPod": "aAa", "...": ".", "": ""}
    assert {word: word_shape(word) for word in shapes} == shapes
    assert all(isinstance(word_shape(word), str) for word in ODD_WORDS)

"""The shape of a word is told by its letters' case and its digits, and is one of a fixed list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.text.encoded import FormTable
from seqtasks.text.vocabulary import PAD, UNK, Vocabulary
from seqtasks.text.word_shapes import SHAPES, shape_of

WORDS = {
    "lower": ["the", "well-known", "don't", "ß", "élan"],
    "title": ["The", "Ünder", "Smith's"],
    "upper": ["NATO", "U.S.", "AT&T"],
    "initial": ["I", "A.", "É"],
    "mixed": ["iPhone", "McDonald", "O'Neil"],
    "digits": ["7", "1990", "٣"],
    "number": ["3.5", "10:30", "$20", "-5%", "1990-95"],
    "letters and digits": ["B2B", "1st", "COVID-19"],
    "punctuation": [".", "...", "``", "--", "½"],
    "other": ["", "日本", "(5)"],
}


@pytest.mark.parametrize(("shape", "word"), [(shape, word) for shape, words in WORDS.items() for word in words])
def test_words_have_the_shape_that_a_reader_sees(shape, word):
    assert SHAPES[shape_of(word)] == shape


def test_every_shape_has_an_example():
    assert sorted(WORDS) == sorted(SHAPES)


@given(st.text(max_size=6))
def test_every_text_has_one_shape(form):
    assert 0 <= shape_of(form) < len(SHAPES)


def test_the_form_table_keeps_the_shape_of_each_form():
    nothing = Vocabulary([], specials=(PAD, UNK))
    table, _ = FormTable.build([["The", "dog"], ["dog", "1"]], nothing, nothing)
    assert [SHAPES[shape] for shape in table.shapes] == ["title", "lower", "digits"]

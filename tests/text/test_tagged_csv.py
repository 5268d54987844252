"""CSV with a header: the columns by their names, Kaggle's layout of the GMB, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqtasks.errors import DataError, RecipeError
from seqtasks.text.corpora.readers import ColumnSettings, Layer, read_layers, read_tagged

GMB = """Sentence #,Word,POS,Tag
Sentence: 1,Thousands,NNS,O
,"London, Ont.",NNP,B-geo
,\"\"\"\",\"\"\"\",O
Sentence: 2,Iranian,JJ,B-gpe
,officials,NNS,O
"""


def csv(
    path: Path, text: str, layer: str = "ner", scheme: str | None = "BIO", tag: int | str | None = None, **columns: int | str
) -> list[tuple[int, str]]:
    path.write_text(text, encoding="utf-8")
    corpus = read_tagged(path, format="csv", layer=Layer(layer, tag, scheme), columns=ColumnSettings(**columns))  # type: ignore[arg-type]
    return [(one.line, " ".join(f"{word}/{tag}" for word, tag in zip(one.words, one.tags[layer], strict=True))) for one in corpus]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ner.csv"


def test_the_layout_of_kaggles_gmb_is_read_without_a_setting(path: Path) -> None:
    assert csv(path, GMB) == [(2, 'Thousands/O London, Ont./B-geo "/O'), (5, "Iranian/B-gpe officials/O")]
    assert csv(path, GMB, "pos", None) == [(2, 'Thousands/NNS London, Ont./NNP "/"'), (5, "Iranian/JJ officials/NNS")]


def test_both_layers_of_a_file_are_read_at_one_go(path: Path) -> None:
    path.write_text(GMB)
    corpus = read_layers(path, format="csv", layers=[Layer("pos"), Layer("ner", scheme="BIO")])
    assert [dict(one.tags) for one in corpus][1] == {"pos": ("JJ", "NNS"), "ner": ("B-gpe", "O")}


def test_a_number_in_every_row_ends_sentences_where_it_changes_and_a_blank_row_does_too(path: Path) -> None:
    every = "sentence_idx;word;tag\n1;a;O\n1;b;O\n2;c;O\n"
    assert csv(path, every) == [(2, "a/O b/O"), (4, "c/O")]
    assert csv(path, "token,label\na,O\nb,O\n,\nc,O\n\nd,O\n") == [(2, "a/O b/O"), (5, "c/O"), (7, "d/O")]


def test_named_and_numbered_columns_are_taken_as_asked(path: Path) -> None:
    text = "nr\tsurface\tgold\tsystem\n1\ta\tB-X\tO\n\tb\tO\tO\n2\tc\tO\tO\n"
    expected = [(2, "a/B-X b/O"), (4, "c/O")]
    assert csv(path, text, tag="gold", word="surface", sentence="nr") == expected
    assert csv(path, text, tag=2, word=1, sentence="nr") == expected
    assert csv(path, text.partition("\n")[2], tag=2, word=1, sentence=0) == [(1, "a/B-X b/O"), (3, "c/O")]
    assert csv(path, "sentence,O\nword,O\n", tag=1, word=0) == [(1, "sentence/O word/O")]  # no header


def test_a_sentence_number_that_stands_again_is_another_sentence_and_told(path: Path) -> None:
    text = "sentence_id,word,tag\n1,a,O\n2,b,O\n1,c,O\n"
    assert csv(path, text) == [(2, "a/O"), (3, "b/O"), (4, "c/O")]
    (note,) = read_tagged(path, format="csv", layer=Layer("ner", scheme="BIO")).notes
    assert note == f"{path}: 1 sentences have a number that stands elsewhere, too (first at line 4): each is a sentence of its own"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (
            "a,b\nx,O\n",
            1,
            "no column of words in the header, which has a, b. Name it as data.word_column, by the header or by its number from 0.",
        ),
        ("word,ner,label\nx,O,O\n", 1, None),
        (
            "word,tag,label\nx,O,O\n",
            1,
            "more than one column of tags in the header, which has word, tag, label. Name it as data.tag_column",
        ),
        ('"a\nb",x\nx,O\n', 1, "no column of words in the header, which has a b, x. Name it as data.word_column"),
        ("word,x\nx,O\n", 1, "no column of tags in the header, which has word, x. Name it as data.tag_column"),
        ("word,tag\nx,O\ny,O,O\n", 3, "expected 2 columns as in the first row, found 3: 'y,O,O'. Quote a word that holds a separator."),
        ("word,tag\n,O\n", 2, "no word in column 0, counted from 0. Check data.word_column and the quotation marks."),
        ("word,tag\nx,\n", 2, "no tag in column 1, counted from 0. Check data.tag_column and the quotation marks."),
        ('word,tag\n"x\ny",O\n', 2, "'x\\ny' is no word: it holds a tab or a line feed."),
        ('word,tag\n"x,O\n', 2, "no valid CSV (unexpected end of data)."),
        (
            "Sentence #,word,Tag\nSentence: 1,It rains,\"['O', 'O']\"\n",
            2,
            "a list of tags in one cell: \"['O', 'O']\". Write a row for each word",
        ),
        ("word,tag\nx,B-PER\ny,X-PER\n", 3, "'X-PER' is no BIO tag. Expected O or one of B-LABEL, I-LABEL; check data.tag_column."),
        (
            "word,tag\n" + "x,O\n" * 101,
            1,
            "no column says which sentence a word is of, and 101 words follow. Name it as data.sentence_column",
        ),
    ],
)
def test_faults_are_named_with_their_line(path: Path, text: str, line: int, problem: str | None) -> None:
    if problem is None:  # the column called as the layer is
        assert csv(path, text) == [(2, "x/O")]
        return
    with pytest.raises(DataError) as caught:
        csv(path, text)
    assert str(caught.value).startswith(f"{path}:{line}: {problem}")


def test_a_name_that_is_no_column_is_refused_with_those_there_are(path: Path) -> None:
    with pytest.raises(
        DataError, match=r":1: no column 'gold' in the header, which has Sentence #, Word, POS, Tag\. Check data\.tag_column\."
    ):
        csv(path, GMB, tag="gold")
    with pytest.raises(DataError, match=r":1: no column 9, counted from 0: the row has 4\. Check data\.word_column\."):
        csv(path, GMB, word=9)
    with pytest.raises(
        DataError, match=r":1: one column is read as two things\. Check data\.word_column, tag_column and sentence_column\."
    ):
        csv(path, GMB, word="Tag")
    with pytest.raises(RecipeError, match="the columns of format 'columns' have numbers, from 0. 'csv' reads names."):
        read_tagged(path, format="columns", layer=Layer("ner", "Tag"))


def test_latin_1_is_told_with_what_converts_it(path: Path) -> None:
    path.write_bytes(b"Sentence #,Word,POS,Tag\nSentence: 1,M\xfcller,NNP,B-per\n")
    with pytest.raises(DataError) as caught:
        read_tagged(path, format="csv", layer=Layer("ner", scheme="BIO"))
    remedy = "Convert the file to UTF-8 (if it is Latin-1: iconv -f LATIN1 -t UTF-8 FILE > NEW)."
    assert str(caught.value) == f"{path}:2: not UTF-8: byte 0xfc at position 14. {remedy}"
    path.write_text("Word,Tag\n", encoding="utf-16")
    with pytest.raises(
        DataError, match=r":1: not UTF-8: byte 0xff at position 1\. It looks like UTF-16; convert it: iconv -f UTF-16 -t UTF-8"
    ):
        read_tagged(path, format="csv", layer=Layer("ner", scheme="BIO"))

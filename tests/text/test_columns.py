"""CoNLL columns: every trap of real corpora, and every fault with its line."""

import gzip
import hashlib
import os
from threading import Thread

import pytest

from seqtasks.errors import DataError
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.lines import TO_UTF8


@pytest.fixture
def file(tmp_path):
    def write(text, name="dev.bio"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def sentences(path, *, column=1, word_column=0, separator="auto", schemes=None):
    corpus = read_columns(path, word_column=word_column, tag_columns={"ner": column}, separator=separator, schemes=schemes)
    return [(list(found.words), list(found.tags["ner"])) for found in corpus]


TWO = [(["Anna", "lives", "here"], ["B-PER", "O", "O"]), (["Berlin"], ["B-LOC"])]


@pytest.mark.parametrize("separator", ["\t", " ", "   "])
@pytest.mark.parametrize("between", ["\n", "\n\n", "\t\n", " \t \n", "-DOCSTART- -X- O\n\n", "\n# sent_id = 4\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n\t"])
def test_sentences_lie_between_blank_lines(file, separator, between, end):
    rows = ["Anna B-PER\n", "lives O\n", "here O\n", between, "Berlin B-LOC"]
    assert sentences(file("".join(row.replace(" ", separator) if row != between else row for row in rows) + end)) == TWO


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: gzip.compress(text.encode()),
        lambda text: "-DOCSTART-\tO\n\n" + text,
        lambda text: "# newdoc\n# text = Anna lives\there\n" + text,
        lambda text: "\n \n" + text.replace("\n", "\n# x\n", 1),
    ],
)
@pytest.mark.parametrize("separator", ["auto", "tab"])
def test_marks_comments_and_packing_change_nothing(file, change, separator):
    text = "Anna\tB-PER\nlives\tO\nhere\tO\n\nBerlin\tB-LOC\n"
    assert sentences(file(change(text)), separator=separator) == TWO


def test_hashtags_and_hashes_are_rows_where_they_have_columns(file):
    assert sentences(file("#hashtag\tO\n# a comment\n#\tO\n# O\n")) == [(["#hashtag", "#"], ["O", "O"])]
    assert sentences(file("#a O\nBerlin B-LOC\n# O\n#b O\n# three words here\n#\n# id = 4\n")) == [
        (["#a", "Berlin", "#", "#b"], ["O", "B-LOC", "O", "O"])
    ]
    assert sentences(file("# newdoc\n1 Anna O\n# http://a.b 2009\n"), word_column=1, column=2) == [(["Anna"], ["O"])]
    assert sentences(file("x Anna O\n# Berlin B-LOC\n"), word_column=1, column=2) == [(["Anna", "Berlin"], ["O", "B-LOC"])]


def test_a_file_of_nothing_but_hashtags_has_rows_too(file):
    assert sentences(file("#a\tO\n#b\tB-X\n")) == [(["#a", "#b"], ["O", "B-X"])]
    assert sentences(file("#a O\n# all of this is a comment\n")) == [(["#a"], ["O"])]
    assert sentences(file("")) == sentences(file("\n\n# newpar id = 7\n")) == []


def test_a_comment_of_two_words_before_the_first_row_does_not_decide_the_separator(file):
    assert sentences(file("# newdoc\nNew York\tB-LOC\n")) == [(["New York"], ["B-LOC"])]


@pytest.mark.parametrize("separator", ["\t", " "])
def test_rare_white_space_is_part_of_a_word(file, separator):
    words = ["10\u00a0000", "a\u2028b", "c\u0085d", "e\ff", "g\vh", "\u0085"]
    text = "".join(f"{word}{separator}O\n" for word in words)
    assert sentences(file(text)) == [(words, ["O"] * len(words))]


def test_tabs_keep_words_with_spaces_and_spaces_around_columns_are_dropped(file):
    assert sentences(file("New York \t B-LOC\n")) == [(["New York"], ["B-LOC"])]
    assert sentences(file("  New   B-LOC  \n"), separator="space") == [(["New"], ["B-LOC"])]
    assert sentences(file("New\tB-LOC\n"), separator="space") == [(["New"], ["B-LOC"])]


def test_columns_are_counted_from_either_end(file):
    path = file("1\tAnna\tPROPN\tB-PER\tx\n2\truns\tVERB\tO\tx\n")
    corpus = read_columns(path, word_column=1, tag_columns={"pos": 2, "ner": -2})
    assert corpus[0].words == ("Anna", "runs")
    assert corpus[0].tags == {"pos": ("PROPN", "VERB"), "ner": ("B-PER", "O")}


def test_ranges_and_empty_nodes_are_passed_over_and_counted(file):
    text = "# sent_id = 1\n1-2\tdel\t-\n1\tde\tO\n2\tel\tB-X\n2.1\tnada\tO\n\n1\tSol\tO\n"
    path = file(text)
    corpus = read_columns(path, word_column=1, tag_columns={"ner": 2}, schemes={"ner": "BIO"})
    assert [(found.words, found.tags["ner"], found.line) for found in corpus] == [(("de", "el"), ("O", "B-X"), 3), (("Sol",), ("O",), 7)]
    assert corpus.told == (f"{path}: passed over 2 rows of ranges or empty nodes (first at line 2)",)


def test_numbers_that_are_words_or_tags_are_kept(file):
    assert sentences(file("1-2\tO\n4.1\tO\n")) == [(["1-2", "4.1"], ["O", "O"])]
    assert sentences(file("1-2 won\n4.1 points\n"), word_column=1, column=0) == [(["won", "points"], ["1-2", "4.1"])]
    assert sentences(file("1-2 won\n4.1 points\n"), word_column=1, column=-2) == [(["won", "points"], ["1-2", "4.1"])]


def test_sentences_know_their_first_line(file):
    assert [found.line for found in read_columns(file("\n# x\na\tO\nb\tO\n\n\nc\tO"), tag_columns={"ner": 1})] == [3, 7]


def test_illegal_tags_are_repaired_and_counted(file):
    path = file("a\tB-PER\nb\tI-ORG\nc\tI-ORG\n\nd\tO\ne\tI-LOC\n")
    corpus = read_columns(path, tag_columns={"ner": 1, "raw": 1}, schemes={"ner": "BIO"})
    assert [found.tags["ner"] for found in corpus] == [("B-PER", "B-ORG", "I-ORG"), ("O", "B-LOC")]
    assert [found.tags["raw"] for found in corpus] == [("B-PER", "I-ORG", "I-ORG"), ("O", "I-LOC")]
    assert corpus.notes == (f"{path}: repaired 2 illegal tags in layer ner (first at line 2)",)


def test_legal_tags_leave_no_note(file):
    path = file("a\tB-PER\nb\tE-PER\nc\tS-LOC\n")
    corpus = read_columns(path, tag_columns={"ner": 1}, schemes={"ner": "BIOES"})
    assert (corpus[0].tags["ner"], corpus.notes) == (("B-PER", "E-PER", "S-LOC"), ())


def test_iob1_becomes_bio(file):
    corpus = read_columns(file("a I-PER\nb I-PER\nc B-PER\nd O\ne I-LOC\n"), tag_columns={"ner": 1}, schemes={"ner": "IOB1"})
    assert corpus[0].tags["ner"] == ("B-PER", "I-PER", "B-PER", "O", "B-LOC")
    assert corpus.notes == ()


@pytest.mark.parametrize(
    ("text", "settings", "problem"),
    [
        ("a\tO\nBerlin\n", {}, "2: expected at least 2 columns, found 1: 'Berlin'"),
        ("a\tO\nb O\n", {}, "2: expected at least 2 columns, found 1: 'b O'"),
        ("a b\nc d\n", {"column": 3}, "1: expected at least 4 columns, found 2: 'a b'"),
        ("a b\nc d\n", {"column": -3}, "1: expected at least 3 columns, found 2: 'a b'"),
        ("Berlin\n", {"column": -1}, "1: expected at least 2 columns, found 1: 'Berlin'"),
    ],
)
def test_too_few_columns_are_named(file, text, settings, problem):
    path = file(text)
    with pytest.raises(DataError) as caught:
        sentences(path, **settings)
    assert str(caught.value) == f"{path}:{problem}. Use one word per line with its tag, and a blank line between sentences."


def test_an_empty_word_or_tag_is_named(file):
    path = file("a\tO\n\tO\n")
    with pytest.raises(DataError) as caught:
        sentences(path)
    assert str(caught.value) == f"{path}:2: no word in column 0, counted from 0. Check data.word_column and data.separator."
    path = file("x\ta\tO\nx\tb\t \n")
    with pytest.raises(DataError) as caught:
        sentences(path, word_column=1, column=2)
    assert str(caught.value) == f"{path}:2: no tag in column 2, counted from 0. Check data.tag_column and data.separator."


@pytest.mark.parametrize(
    ("scheme", "tag", "remedy"),
    [
        ("BIO", "S-PER", 'Every tag of the file fits data.scheme = "BIOES" or "BMES".'),
        ("BIO", "PER", 'Every tag of the file fits data.scheme = "IO".'),
        ("BIO", "o", 'Every tag of the file fits data.scheme = "IO".'),
        ("IOB1", "B-", "Expected O or one of B-LABEL, I-LABEL; check data.tag_column."),
        ("BIOES", "L-PER", 'Every tag of the file fits data.scheme = "BILOU".'),
        ("BIOES", "X-PER", "Expected O or one of B-LABEL, I-LABEL, E-LABEL, S-LABEL; check data.tag_column."),
        ("BIO", "BI-PER", "Expected O or one of B-LABEL, I-LABEL; check data.tag_column."),
    ],
)
def test_a_tag_outside_its_scheme_is_named_with_the_schemes_that_all_fit(file, scheme, tag, remedy):
    path = file(f"a\tO\nb\t{tag}\n")
    with pytest.raises(DataError) as caught:
        sentences(path, schemes={"ner": scheme})
    assert str(caught.value) == f"{path}:2: {tag!r} is no {scheme} tag. {remedy}"


@pytest.mark.parametrize(
    ("scheme", "tags", "read"),
    [
        ("IO", "PER PER O I-LOC LOC", "B-PER I-PER O B-LOC I-LOC"),
        ("BILOU", "B-PER I-PER L-PER U-LOC O", "B-PER I-PER E-PER S-LOC O"),
        ("BMES", "B-PER M-PER E-PER S-LOC O", "B-PER I-PER E-PER S-LOC O"),
    ],
)
def test_tags_of_other_schemes_are_read_as_bio_or_bioes(file, scheme, tags, read):
    text = "".join(f"w\t{tag}\n" for tag in tags.split())
    corpus = read_columns(file(text), tag_columns={"ner": 1}, schemes={"ner": scheme})
    assert (" ".join(corpus[0].tags["ner"]), corpus.notes) == (read, ())


def test_words_that_are_numbers_of_words_are_refused_with_the_setting(file):
    path = file("1\tAnna\tO\n2\truns\tO\n\n1\tSo\tO\n")
    with pytest.raises(DataError) as caught:
        sentences(path, column=2)
    assert str(caught.value) == (
        f"{path}:1: the words of 1 of 2 sentences are 1, 2, 3, ...: this column numbers the words. "
        'Set data.word_column to the column of the words, such as 1 (of CoNLL-U: data.format = "conllu").'
    )
    assert sentences(path, column=2, word_column=1) == [(["Anna", "runs"], ["O", "O"]), (["So"], ["O"])]


def test_rows_of_another_width_are_an_error_between_spaces_and_a_note_between_tabs(file):
    path = file("Anna B-PER\nLast Name O\n")
    with pytest.raises(DataError, match=r":2: expected 2 columns, as in the first row, found 3: 'Last Name O'\. Where words hold spaces"):
        sentences(path, column=-1)
    path = file("Anna\tB-PER\nruns\tO\tx\n\nso\tO\tx\n")
    corpus = read_columns(path, tag_columns={"ner": 1})
    assert corpus.notes == (f"{path}: 2 rows have not 2 columns, as the first row has (first at line 2)",)


def test_a_header_and_a_comment_that_looks_like_a_row_are_passed_over_and_noted(file):
    path = file("word\tpos\nAnna\tX\n")
    corpus = read_columns(path, tag_columns={"ner": 1})
    assert (corpus[0].words, corpus.told) == (("Anna",), (f"{path}: passed over 1 rows that look like a header (first at line 1)",))
    path = file("Anna X\n\n# newdoc\nSo X\n\n# X\n")
    corpus = read_columns(path, tag_columns={"ner": 1})
    assert [found.words for found in corpus] == [("Anna",), ("So",), ("#",)]
    assert corpus.told == (f"{path}: passed over 1 rows that look like comments (first at line 3)",)


def test_a_pipe_is_read_once(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    text = "".join(f"w{number}\tO\n\n" for number in range(20_000))
    writer = Thread(target=path.write_text, args=(text,))
    writer.start()
    corpus = read_columns(path, tag_columns={"ner": 1})
    writer.join()
    assert (len(corpus), corpus.checksum) == (20_000, hashlib.sha256(text.encode()).hexdigest())


def test_invisible_characters_are_no_part_of_a_word(file):
    assert sentences(file("An\u00adna\tO\n\u200bruns\ufeff\tO\n\u200b\tO\nnot\u200d\tO\n")) == [
        (["Anna", "runs", "\u200b", "not\u200d"], ["O"] * 4)
    ]


def test_an_unknown_separator_is_an_error_of_the_program(file):
    with pytest.raises(ValueError, match="unknown separator 'comma'; expected one of auto, tab, space"):
        sentences(file("a\tO\n"), separator="comma")


def test_bad_utf8_and_missing_files_are_named(file, tmp_path):
    path = file(b"a\tO\n\xff\tO\n")
    with pytest.raises(DataError) as caught:
        sentences(path)
    assert str(caught.value) == f"{path}:2: not UTF-8: byte 0xff at position 1. {TO_UTF8}."
    with pytest.raises(DataError) as caught:
        sentences(tmp_path / "none")
    assert str(caught.value) == f"{tmp_path / 'none'}: no such file. Check the path."


def test_objects_of_json_are_no_columns(file):
    path = file('{"tokens": ["a"], "tags": ["O"]}\n')
    with pytest.raises(DataError) as caught:
        sentences(path)
    assert str(caught.value) == f'{path}:1: an object of JSON, not a row of columns. Set data.format = "jsonl".'

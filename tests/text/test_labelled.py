"""Labelled texts: what each format gives, and every fault by its line."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from seqtasks.errors import DataError, RecipeError
from seqtasks.text.corpora.examples import Corpus, LabelledText
from seqtasks.text.corpora.label_readers import read_labelled
from seqtasks.text.corpora.labelled import Layout, check_labels

Write = Callable[[str, str], Path]
NUMBERED = Layout(0, 1)
SEVERAL = Layout(separator=",")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    return written


def rows(corpus: Corpus[LabelledText]) -> list[tuple[str, tuple[str, ...], int]]:
    return [(one.text, one.labels, one.line) for one in corpus]


def test_columns_are_found_by_name_in_any_order_and_blank_lines_passed_over(write: Write) -> None:
    path = write("a.tsv", 'id\tlabel\ttext\n1\tyes\t"So it is\n\n2\tno\t a  b \n')
    assert rows(read_labelled(path, format="tsv", layout=Layout())) == [('"So it is', ("yes",), 2), (" a  b ", ("no",), 4)]


@pytest.mark.parametrize("layout", [Layout(0, 1), Layout(0, -1), Layout(-2, 1, header=False)])
def test_columns_are_found_by_number_where_there_is_no_header(write: Write, layout: Layout) -> None:
    path = write("a.tsv", "good film\t1\nbad film\t0\n")
    assert rows(read_labelled(path, format="tsv", layout=layout)) == [("good film", ("1",), 1), ("bad film", ("0",), 2)]


def test_a_header_may_stand_above_numbered_columns(write: Write) -> None:
    path = write("a.tsv", "sentence\tlabel\ngood film\t1\n")
    assert rows(read_labelled(path, format="tsv", layout=Layout(0, 1, header=True))) == [("good film", ("1",), 2)]


def test_csv_cells_hold_commas_quotes_and_line_feeds(write: Write) -> None:
    path = write("a.csv", 'text,label\n"a, ""b""\nc",x\nplain,y\n')
    assert rows(read_labelled(path, format="csv", layout=Layout())) == [('a, "b"\nc', ("x",), 2), ("plain", ("y",), 4)]


def test_jsonl_takes_texts_words_and_whole_numbers(write: Write) -> None:
    path = write("a.jsonl", '{"text": "a b", "label": 1}\n\n{"text": ["c", "d"], "label": "x"}\n')
    assert rows(read_labelled(path, format="jsonl", layout=Layout())) == [("a b", ("1",), 1), ("c d", ("x",), 3)]


def test_several_labels_are_sorted_and_there_may_be_none(write: Write) -> None:
    objects = write("a.jsonl", '{"text": "a", "label": ["z", "b"]}\n{"text": "b", "label": []}\n{"text": "c", "label": "y, x"}\n')
    expected = [("a", ("b", "z"), 1), ("b", (), 2), ("c", ("x", "y"), 3)]
    assert rows(read_labelled(objects, format="jsonl", layout=SEVERAL)) == expected
    table = write("a.tsv", "text\tlabel\na\tz, b\nb\t\nc\ty,x\n")
    assert [row[:2] for row in rows(read_labelled(table, format="tsv", layout=SEVERAL))] == [row[:2] for row in expected]


def test_the_name_of_a_folder_is_the_label_of_its_texts(write: Write) -> None:
    write("train/pos/2.txt", "good\nfilm\n")
    write("train/pos/1.txt", "fine")
    folder = write("train/neg/1.txt", "bad").parents[1]
    write("train/.hidden", "")
    corpus = read_labelled(folder, format="folders", layout=Layout())
    assert [row[:2] for row in rows(corpus)] == [("bad", ("neg",)), ("fine", ("pos",)), ("good\nfilm", ("pos",))]
    before = corpus.checksum
    write("train/pos/1.txt", "other")
    assert read_labelled(folder, format="folders", layout=Layout()).checksum != before


def test_gzip_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(gzip.compress(b"a\tx\nb\ty\n"))
    assert len(read_labelled(path, format="tsv", layout=NUMBERED)) == 2


FORMAT = "Check data.format: 'tsv' has tabs between columns, 'csv' commas, and 'jsonl' an object a line."
FAULTS = [
    (
        "tsv",
        "text\tlabel\ngood\t1\n",
        NUMBERED,
        ":1: looks like a header: 'text | label'. Name the columns (data.text_column, data.label_column), or set data.header to true, or "
        "to false if it is a text.",
    ),
    ("tsv", "a\tx\nb\tc\ty\n", NUMBERED, ":2: expected 2 columns as in the first row, found 3. Quote or remove separators within a text."),
    ("tsv", "a\tx\nb\n", NUMBERED, ":2: expected 2 columns as in the first row, found 1. Quote or remove separators within a text."),
    ("tsv", "a\tx\n", Layout(0, 2), ":1: no column 2, counted from 0: the row has 2. Check data.text_column and data.label_column."),
    (
        "tsv",
        "sentence\tlabel\n",
        Layout("sentences"),
        ":1: no column 'sentences' in the header, which has sentence, label. Check data.text_column and data.label_column; a number, "
        "from 0, needs no header.",
    ),
    (
        "tsv",
        "text\ttext\tlabel\n",
        Layout(),
        ":1: two columns 'text' in the header, which has text, text, label. Check data.text_column and data.label_column; a number, "
        "from 0, needs no header.",
    ),
    ("tsv", "text,label\na,x\n", Layout(), f":1: no column 'text' in the header, which has text,label. {FORMAT}"),
    ("csv", "a\tx\n", NUMBERED, f":1: no column 1, counted from 0: the row has 1. {FORMAT}"),
    ("tsv", "a\tx\n \ty\n", NUMBERED, ":2: no text. Remove the row, or check data.text_column."),
    ("tsv", "a\tx\nb\t\n", NUMBERED, ":2: no label. Add one, or check data.label_column."),
    ("tsv", "text\tlabel\na\tx,,y\n", SEVERAL, ":2: no label. Add one, or check data.label_column."),
    ("tsv", "text\tlabel\na\tx,x\n", SEVERAL, ":2: label 'x' stands there twice. Remove one."),
    ("csv", 'text,label\n"a,x\n', Layout(), ':2: no valid CSV (unexpected end of data). Quote a text with commas or quotes: "a, ""b""".'),
    (
        "csv",
        'text,label\n"a" b,x\n',
        Layout(),
        ':2: no valid CSV (\',\' expected after \'"\'). Quote a text with commas or quotes: "a, ""b""".',
    ),
    ("csv", 'text,label\na,"x\ty"\n', Layout(), ":2: label 'x\\ty' holds a tab or a line feed. Give it another name."),
    (
        "jsonl",
        "{\n",
        Layout(),
        ":1: no valid JSON (Expecting property name enclosed in double quotes at column 2). Write one object a line.",
    ),
    ("jsonl", "[1]\n", Layout(), ":1: expected an object, found list. Write one object a line."),
    (
        "jsonl",
        '{"text": "a", "lable": 1}\n',
        Layout(),
        ":1: no key 'label' among its keys, text, lable. Check data.text_column and data.label_column.",
    ),
    ("jsonl", '{"text": 3, "label": "x"}\n', Layout(), ":1: 'text' is no text. Write a string, or a list of words."),
    ("jsonl", '{"text": "a", "label": ["x"]}\n', Layout(), ":1: 'label' is a list. Write one label, or set data.multi_label = true."),
    ("jsonl", '{"text": "a", "label": null}\n', Layout(), ":1: label None is no text. Write the label's name as a string."),
    ("jsonl", '{"text": "a", "label": true}\n', Layout(), ":1: label True is no text. Write the label's name as a string."),
    ("jsonl", '{"text": "a", "label": ""}\n', Layout(), ":1: no label. Add one, or check data.label_column."),
]


@pytest.mark.parametrize(("format", "text", "layout", "message"), FAULTS)
def test_a_row_that_could_be_read_wrongly_is_refused(write: Write, format: str, text: str, layout: Layout, message: str) -> None:
    path = write(f"a.{format}", text)
    with pytest.raises(DataError) as raised:
        read_labelled(path, format=format, layout=layout)
    assert str(raised.value) == f"{path}{message}"


def test_what_does_not_belong_into_folders_of_labels_is_refused(write: Write, tmp_path: Path) -> None:
    def message(folder: Path) -> str:
        with pytest.raises(DataError) as raised:
            read_labelled(folder, format="folders", layout=Layout())
        return str(raised.value)

    stray = write("one/readme.txt", "hello")
    assert message(stray.parent) == f"{stray}: stands beside the folders of labels. Move it into its label's folder, or elsewhere."
    other = write("two/pos/a.html", "hello")
    assert message(tmp_path / "two") == f"{other}: no .txt file. Move it elsewhere, or give it that ending."
    (tmp_path / "three" / "pos").mkdir(parents=True)
    assert (
        message(tmp_path / "three") == f"{tmp_path / 'three' / 'pos'}: no .txt file in it. Add texts of this label, or remove the folder."
    )
    empty = write("four/pos/a.txt", " \n")
    assert message(tmp_path / "four") == f"{empty}:1: no text. Remove the row, or check data.text_column."
    assert (
        message(tmp_path / "five")
        == f"{tmp_path / 'five'}: no such folder. Give a folder that holds a folder of .txt files for each label."
    )


def corpus(labels: list[str]) -> Corpus[LabelledText]:
    return Corpus([LabelledText(f"text {number}", (label,), number) for number, label in enumerate(labels)], "a.tsv", "")


def test_labels_that_cannot_be_some_are_refused() -> None:
    with pytest.raises(DataError) as raised:
        check_labels(corpus(["x"] * 5))
    assert str(raised.value) == "a.tsv: all 5 texts have the one label 'x'. Check data.label_column; there is nothing to learn."
    with pytest.raises(DataError) as raised:
        check_labels(corpus([f"text {number}" for number in range(20)]))
    problem = "20 different labels of 20 texts, such as 'text 0': that is no column of labels"
    assert str(raised.value) == f"a.tsv: {problem}. Check data.label_column."
    unlabelled = Corpus([LabelledText("a", (), 1), LabelledText("b", (), 2)], "a.tsv", "")
    with pytest.raises(DataError, match=r"^a\.tsv: all 2 texts have no label\."):
        check_labels(unlabelled)
    one = Corpus([LabelledText("a", (), 1), LabelledText("b", ("x",), 2)], "a.tsv", "")
    assert check_labels(one) is one
    few = corpus(["a", "b", "c"])
    assert check_labels(few) is few


def test_a_format_that_nobody_reads_is_told(write: Write) -> None:
    with pytest.raises(RecipeError, match=r"^no label_reader 'tvs'; did you mean 'tsv'\? Known: tsv, csv, jsonl, folders\.$"):
        read_labelled(write("a", ""), format="tvs", layout=Layout())

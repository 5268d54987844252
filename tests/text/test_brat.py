"""brat's pairs of texts and annotations: values, offsets that count something else, fragments, and every fault with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqtasks.errors import DataError
from seqtasks.text.corpora.brat import read_brat
from seqtasks.text.corpora.readers import Layer, read_tagged
from seqtasks.text.tags import Span

TEXT = "Ada Byron lived in London.\nShe met Babbage\nof London.\n\n\nThe end.\n"


def span(number: int, label: str, text: str, start: int, end: int) -> str:
    return f"T{number}\t{label} {start} {end}\t{text[start:end]}\n"


def write(folder: Path, annotations: str, text: str = TEXT, name: str = "a") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(annotations.encode())
    return folder


def words_and_tags(path: Path, scheme: str | None = "BIO") -> list[tuple[int, str]]:
    corpus = read_tagged(path, format="brat", layer=Layer("ner", scheme=scheme))
    return [(one.line, " ".join(f"{word}/{tag}" for word, tag in zip(one.words, one.tags["ner"], strict=True))) for one in corpus]


def test_spans_of_characters_become_tags_a_sentence_a_line(tmp_path: Path) -> None:
    others = "R1\tlives Arg1:T1 Arg2:T2\nE1\tMeet:T1 Who:T1\nA1\tNeg T1\n#1\tAnnotatorNotes T1\tsure?\n*\tEquiv T1 T2\n"
    folder = write(tmp_path / "c", span(1, "PER", TEXT, 0, 9) + others + span(2, "LOC", TEXT, 19, 25))
    assert words_and_tags(folder) == [
        (1, "Ada/B-PER Byron/I-PER lived/O in/O London/B-LOC ./O"),
        (2, "She/O met/O Babbage/O"),
        (3, "of/O London/O ./O"),
        (6, "The/O end/O ./O"),
    ]
    assert read_brat(folder).notes == ()


def test_a_span_over_a_line_end_joins_its_lines(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", f"T1\tPER {TEXT.index('Babbage')} {TEXT.index('of London') + 9}\tBabbage of London\n")
    assert words_and_tags(folder)[1] == (2, "She/O met/O Babbage/B-PER of/I-PER London/I-PER ./O")


def test_documents_of_folders_within_stand_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path / "c" / "b", "", "Second.", "x")
    write(tmp_path / "c" / "a", "T1\tP 0 5\tFirst\n", "First.", "x")
    assert words_and_tags(tmp_path / "c") == [(1, "First/B-P ./O"), (1, "Second/O ./O")]
    assert words_and_tags(tmp_path / "c" / "a" / "x.ann") == words_and_tags(tmp_path / "c" / "a" / "x.txt") == [(1, "First/B-P ./O")]


def test_carriage_returns_count(tmp_path: Path) -> None:
    text = "One day.\r\nAda slept.\r\n"
    assert words_and_tags(write(tmp_path / "c", span(1, "PER", text, 10, 13), text)) == [
        (1, "One/O day/O ./O"),
        (2, "Ada/B-PER slept/O ./O"),
    ]


@pytest.mark.parametrize(
    ("counted", "size"), [("bytes", lambda text: len(text.encode())), ("units of UTF-16", lambda text: len(text.encode("utf-16-le")) // 2)]
)
def test_offsets_that_count_something_else_are_told_by_the_quoted_text(tmp_path: Path, counted: str, size) -> None:
    text = "Müller 😀 traf Jörg.\n"
    start = text.index("Jörg")
    folder = write(tmp_path / "c", f"T1\tPER {size(text[:start])} {size(text[: start + 4])}\tJörg\n", text)
    assert words_and_tags(folder) == [(1, "Müller/O 😀/O traf/O Jörg/B-PER ./O")]
    told = f"{folder}: 1 spans have offsets that count {counted}, not characters, as the text that they quote shows; they are read so"
    assert read_brat(folder).notes == (f"{told} (first at a.ann:1)",)


def test_fragments_are_read_as_a_whole_and_told_unless_white_space_parts_them(tmp_path: Path) -> None:
    text = "North and South Wales , New\nYork .\n"
    folder = write(tmp_path / "c", "T1\tLOC 0 5;16 21\tNorth Wales\nT2\tLOC 24 27;28 32\tNew York\n", text)
    assert words_and_tags(folder) == [(1, "North/B-LOC and/I-LOC South/I-LOC Wales/I-LOC ,/O New/B-LOC York/I-LOC ./O")]
    assert read_brat(folder).notes == (
        f"{folder}: 1 spans are of several fragments; they are read from the first to the last (first at a.ann:1)",
    )


def test_spans_that_cut_a_word_are_read_as_the_whole_and_counted(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", span(1, "PER", TEXT, 0, 6) + span(2, "LOC", TEXT, 20, 25))
    assert read_brat(folder)[0].spans == (Span(0, 2, "PER"), Span(4, 5, "LOC"))
    assert read_brat(folder).notes == (
        f"{folder}: 2 spans begin or end within a word; they are read as the whole of it (first at a.ann:1)",
    )


def test_spans_in_spans_are_kept_by_the_nested_scheme(tmp_path: Path) -> None:
    text = "the Bank of Ulm\n"
    folder = write(tmp_path / "c", span(1, "ORG", text, 4, 15) + span(2, "LOC", text, 12, 15), text)
    assert words_and_tags(folder, "nested") == [(1, "the/O Bank/B-ORG of/I-ORG Ulm/I-ORG+B-LOC")]
    assert words_and_tags(folder) == [(1, "the/O Bank/B-ORG of/I-ORG Ulm/I-ORG")]


SHAPE = "Spans are written 'T1<tab>LABEL START END<tab>TEXT'."


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("T1\tPER 0 x\tAda", rf"no annotation of brat: 'T1\tPER 0 x\tAda'. {SHAPE}"),
        ("T1 PER 0 3 Ada", f"no annotation of brat: 'T1 PER 0 3 Ada'. {SHAPE}"),
        ("T1\tPER 0 3", rf"no annotation of brat: 'T1\tPER 0 3'. {SHAPE}"),
        (f"T1\tPER 0 {'9' * 5000}\tAda", r"no annotation of brat: 'T1\tPER 0 999"),
        ("Anna\tO", rf"no annotation of brat: 'Anna\tO'. {SHAPE}"),
        ("T1\tPER 4 9\tBxron", "offsets 4 to 9 read 'Byron' in the text, but the span is of 'Bxron'. Was the text changed"),
        ("T1\tPER 4 900\tByron", "offsets 4 to 900 read "),
        ("T1\tPER 900 3\tByron", "offsets 900 to 3 read ''"),
    ],
    ids=["no number", "no tab", "no text", "a long number", "columns", "another text", "beyond the end", "backwards"],
)
def test_faults_are_named_with_file_and_line(tmp_path: Path, line: str, problem: str) -> None:
    folder = write(tmp_path / "c", span(1, "PER", TEXT, 0, 3) + line + "\n")
    with pytest.raises(DataError) as caught:
        read_brat(folder)
    assert str(caught.value).startswith(f"{folder}/a.ann:2: {problem}")


def test_half_a_pair_is_refused_for_its_text_would_be_read_without_entities(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", "")
    (folder / "a.ann").unlink()
    (folder / "b.ann").write_text("")
    with pytest.raises(DataError) as caught:
        read_brat(folder)
    assert str(caught.value) == f"{folder}/a.txt: no a.ann beside it. A text is NAME.txt and its spans NAME.ann (empty for none)."
    (folder / "a.txt").unlink()
    with pytest.raises(DataError, match=r"b\.ann: no b\.txt beside it"):
        read_brat(folder)
    with pytest.raises(DataError, match=r"no \.ann file in it\. Give the folder"):
        read_brat(make_empty(tmp_path))


def make_empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def test_a_text_that_is_no_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", "")
    (folder / "a.txt").write_bytes(b"One\nM\xfcller")
    with pytest.raises(DataError, match=r"a\.txt:2: not UTF-8: byte 0xfc"):
        read_brat(folder)

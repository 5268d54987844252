"""Parallel text: every line of two files, pairs of TSV files, documents between blank lines."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, SentencePair
from seqtasks.text.corpora.lines import file_checksum
from seqtasks.text.corpora.pair_readers import tab_separated
from seqtasks.text.corpora.parallel import listed, read_parallel, without_empty


@pytest.fixture
def files(tmp_path):
    source, target = tmp_path / "train.de", tmp_path / "train.en"

    def write(source_text, target_text):
        source.write_text(source_text, encoding="utf-8")
        target.write_text(target_text, encoding="utf-8")
        return source, target

    return write


def test_every_line_is_kept_as_it_stands(files):
    source, target = files(" Zwei\u00a0 Hunde \n\nc\u2028d\n", "two\n\t\nx")
    corpus = read_parallel(source, target)
    assert corpus.examples == [SentencePair(" Zwei\u00a0 Hunde ", "two", 1), SentencePair("", "\t", 2), SentencePair("c\u2028d", "x", 3)]
    assert (len(corpus), corpus[1].line, [pair.line for pair in corpus]) == (3, 2, [1, 2, 3])
    assert (corpus.path, corpus.notes) == (str(source), ())
    both = file_checksum(source) + file_checksum(target)
    assert corpus.checksum == hashlib.sha256(both.encode()).hexdigest()


def test_two_empty_files_are_an_empty_corpus(files):
    assert read_parallel(*files("", "")).examples == []


@settings(max_examples=25)  # each writes files
@given(st.integers(0, 6), st.integers(0, 6))
def test_unequal_counts_are_both_named(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("unequal")
    source, target = folder / "a", folder / "b"
    source.write_text("x\n" * first)
    target.write_text("y\n" * second)
    if first == second:
        assert len(read_parallel(source, target)) == first
        return
    with pytest.raises(DataError) as caught:
        read_parallel(source, target)
    line = min(first, second) + 1
    assert str(caught.value) == f"{source}:{line}: {first} lines here but {second} in {target}. Parallel files need a line for a line."


def test_pairs_of_an_anki_file_leave_its_third_column_out(tmp_path):
    path = tmp_path / "deu.txt"
    path.write_bytes("\ufeffGo.\tGeh.\tCC-BY 2.0 #1\r\n\r\n\t\t\r\nHi.\tHallo!\tCC-BY 2.0 #2".encode())
    corpus = tab_separated(path)
    assert corpus.examples == [SentencePair("Go.", "Geh.", 1), SentencePair("Hi.", "Hallo!", 4)]
    assert corpus.checksum == file_checksum(path)
    assert tab_separated(path, source_column=1, target_column=0).examples[1] == SentencePair("Hallo!", "Hi.", 4)


def test_a_line_with_too_few_columns_is_named(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("a\tb\n" + "long " * 20 + "\n")
    with pytest.raises(DataError) as caught:
        tab_separated(path, target_column=2)
    assert str(caught.value) == f"{path}:1: expected at least 3 tab-separated columns, found 2: 'a\\tb'. Separate by one tab."
    with pytest.raises(DataError) as caught:
        tab_separated(path)
    assert str(caught.value) == f"{path}:2: expected at least 2 tab-separated columns, found 1: {('long ' * 12)!r}. Separate by one tab."


def test_pairs_with_an_empty_side_are_dropped_and_counted():
    texts = [("a", "b"), ("", "b"), ("a", " \u00a0"), ("\t", ""), ("c", "d"), *[("", "")] * 4]
    corpus = Corpus([SentencePair(*text, line) for line, text in enumerate(texts, start=1)], "train.de", "0", ("earlier",))
    kept = without_empty(corpus)
    assert [pair.line for pair in kept] == [1, 5]
    assert kept.notes == ("earlier", "train.de: dropped 7 pairs with an empty side (lines 2, 3, 4, 6, 7 ...)")
    assert without_empty(kept) is kept
    one = without_empty(Corpus([SentencePair("", "b", 9)], "x", "0"))
    assert one.notes == ("x: dropped 1 pair with an empty side (line 9)",)


def test_lists_of_lines_are_cut_after_five():
    assert listed([5, 9, 12]) == "lines 5, 9, 12"
    assert listed([1, 2, 3, 4, 5]) == "lines 1, 2, 3, 4, 5"


def test_invisible_characters_are_no_part_of_a_line(tmp_path):
    (tmp_path / "a.en").write_text("\ufeffOne\u00ad two\n\u200b\n", encoding="utf-8")
    (tmp_path / "a.fr").write_text("Un\u200e\u200d\n\u200b\n", encoding="utf-8")
    assert [(pair.source, pair.target) for pair in read_parallel(tmp_path / "a.en", tmp_path / "a.fr")] == [
        ("One two", "Un\u200d"),
        ("", ""),
    ]

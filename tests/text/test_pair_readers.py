"""Parallel text in one file: the same pairs from every format, and what could be read wrongly is refused."""

from pathlib import Path

import pytest

from seqtasks.errors import DataError
from seqtasks.text.corpora.pair_readers import PAIR_READERS, read_pair_file

PAIRS = [("I sing well .", "je chante bien ."), ('the "old" town, rebuilt', "la vieille ville"), ("a & b < c", "a et b")]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def unit(source: str, target: str) -> str:
    sides = (("en-GB", escaped(source)), ("fr", escaped(target)))
    return "<tu>" + "".join(f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>' for code, text in sides) + "</tu>\n"


def tmx(units: str, before: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<tmx version="1.4"><header/><body>\n{units}</body></tmx>\n'


WRITTEN = {
    "tsv": "".join(f"{number}\t{source}\t900\t{target}\n" for number, (source, target) in enumerate(PAIRS)),
    "csv": "id,en,note,fr\n" + "".join(f"{number},{quoted(pair[0])},,{quoted(pair[1])}\n" for number, pair in enumerate(PAIRS)),
    "tmx": tmx("".join(unit(*pair) for pair in PAIRS)),
}
READ = {"tsv": {"source_column": 1, "target_column": 3}, "csv": {"source_column": "en", "target_column": "fr"}, "tmx": {}}


def read(folder: Path, form: str, text: str, **given: object):
    path = folder / "pairs"
    path.write_text(text, encoding="utf-8")
    return read_pair_file(path, format=form, **{"source": "en", "target": "fr", **given})


def test_every_format_of_the_table_is_tried() -> None:
    assert set(WRITTEN) == set(PAIR_READERS)


@pytest.mark.parametrize("form", WRITTEN)
def test_a_format_gives_back_the_pairs_that_were_written(form: str, tmp_path: Path) -> None:
    corpus = read(tmp_path, form, WRITTEN[form], **READ[form])
    assert [(pair.source, pair.target) for pair in corpus] == PAIRS
    lines = WRITTEN[form].split("\n")
    assert all(pair.target in lines[pair.line - 1] for pair in corpus)
    assert len(corpus.checksum) == 64


def test_columns_by_number_may_count_from_the_end(tmp_path: Path) -> None:
    corpus = read(tmp_path, "tsv", "1\ta\tb\n", source_column=-2, target_column=-1)
    assert [(pair.source, pair.target) for pair in corpus] == [("a", "b")]


def test_a_line_feed_within_a_text_of_csv_is_a_space(tmp_path: Path) -> None:
    (pair,) = read(tmp_path, "csv", '"a\nb",c\n')
    assert (pair.source, pair.target, pair.line) == ("a b", "c", 1)


@pytest.mark.parametrize(
    ("form", "text", "given", "message"),
    [
        ("tsv", "en\tfr\na\tb\n", {}, r"pairs:1: looks like a header: 'en \| fr'\. Name the columns \(data\.source_column, "),
        ("csv", "source,target\na,b\n", {}, r"pairs:1: looks like a header: 'source \| target'\. "),
        (
            "csv",
            "id,en\n1,a\n",
            {"source_column": "en", "target_column": "fr"},
            r"pairs:1: no column 'fr' in the header, which has id, en\. ",
        ),
        ("csv", "en,en\na,b\n", {"source_column": "en"}, r"pairs:1: two columns 'en' in the header"),
        ("tsv", "a\tb\nalone\n", {}, r"pairs:2: expected at least 2 tab-separated columns, found 1: 'alone'\. Separate by one tab\."),
        ("csv", 'a,"b\n', {}, r"pairs:1: no valid CSV"),
        ("tmx", "<tmx><body><tu></body>", {}, r"pairs:1: no valid XML \(mismatched tag\)\. Export it again\."),
        (
            "tmx",
            tmx(unit("a", "b")),
            {"target": "deu"},
            r"pairs: no unit has both 'en' and 'deu'; its languages: en, fr\.",
        ),
        (
            "tmx",
            tmx(unit("a", "b"), '<!DOCTYPE tmx [<!ENTITY lol "lol">]>\n'),
            {},
            r"pairs:2: declares an entity, 'lol'\. Write out what it stands for\.",
        ),
        ("tmx", tmx("", '<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'), {}, r"pairs:2: declares an entity, 'x'\."),
    ],
)
def test_what_could_be_read_wrongly_is_refused(form: str, text: str, given: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, form, text, **given)


def test_codes_of_other_tools_are_no_text_and_highlighted_text_is(tmp_path: Path) -> None:
    body = (
        '<tu><tuv lang="EN"><seg>The <bpt i="1">&lt;b&gt;</bpt><hi>old</hi><ept i="1">&lt;/b&gt;</ept> <ph>x</ph>town</seg></tuv>'
        '<tuv xml:lang="fra"><seg>La ville</seg></tuv></tu>'
    )
    (pair,) = read(tmp_path, "tmx", tmx(body, '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'))
    assert (pair.source, pair.target) == ("The old town", "La ville")


def test_units_without_one_of_the_languages_are_counted(tmp_path: Path) -> None:
    corpus = read(tmp_path, "tmx", tmx(unit("a", "b") + '<tu><tuv xml:lang="en"><seg>c</seg></tuv></tu>\n'))
    assert len(corpus) == 1
    assert corpus.notes == (f"{tmp_path / 'pairs'}: passed over 1 units without 'en' or 'fr' (first at line 4)",)

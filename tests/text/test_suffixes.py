"""The format of a tagged file: by its suffix, by its first lines where these are certain, and named where they are not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqtasks.errors import DataError
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.suffixes import tagged_format_by_content, tagged_format_of

HELD = {
    '{"tokens": ["a"], "tags": ["O"]}\n': "jsonl",
    '[{"id": 1,\n': "jsonl",
    "[\n  {\n": "jsonl",
    '["Ada slept", {"entities": [[0, 3, "PER"]]}]\n': "jsonl",
    "# text = a\n1\ta\ta\tX\t_\t_\t0\troot\t_\t_\n": "conllu",
    "Sentence #,Word,POS,Tag\n": "csv",
    "token;ner\n": "csv",
    "sentence_id\tword\tner\n": "csv",
    "word\tner\n": None,  # columns with a header
    "source,target,tag\n": None,
    "text,label\n": None,  # labelled texts
    "Ada\tB-PER\n": None,
    "": None,
}


@pytest.mark.parametrize(("text", "format"), HELD.items())
def test_the_first_lines_tell_where_they_are_certain(tmp_path: Path, text: str, format: str | None) -> None:
    path = tmp_path / "data.txt"
    path.write_text(text)
    assert tagged_format_by_content(path) == format
    assert tagged_format_of(path) == format
    assert tagged_format_of(path.with_suffix(".bio")) == "columns"


def test_a_folder_with_annotations_is_brats(tmp_path: Path) -> None:
    assert tagged_format_by_content(tmp_path) is None
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.ann").write_text("")
    assert tagged_format_by_content(tmp_path) == "brat"
    assert tagged_format_by_content(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"id": 1}]\n', 'an object of JSON, not a row of columns. Set data.format = "jsonl".'),
        ("Sentence #,Word,POS,Tag\n", "a header of CSV, not a row of columns: 'Sentence #,Word,POS,Tag'. Set data.format = \"csv\"."),
        ("T1\tPER 0 3\tAda\n", 'a span of brat, not a row of columns. Set data.format = "brat".'),
    ],
)
def test_columns_that_are_none_name_the_format(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "data.txt"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        read_columns(path, tag_columns={"ner": -1})
    assert str(caught.value) == f"{path}:1: {problem}"

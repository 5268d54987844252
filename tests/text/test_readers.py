"""Every reader of the table, and the manual's example, on one corpus written in its format; the reader is asked through `read_tagged`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from seqtasks import registry
from seqtasks.errors import DataError
from seqtasks.text.corpora.lines import file_checksum
from seqtasks.text.corpora.readers import READERS, Layer, read_tagged
from tests.miniature.corpora import conllu, jsonl
from tests.miniature.manual import objects_of
from tests.miniature.sentences import Tagged, tagged


class Offered:
    """An entry point that offers the manual's reader."""

    name = "slashed"

    @staticmethod
    def load() -> object:
        return objects_of("extending.md")["read_slashed"]


def as_columns(sentences: list[Tagged]) -> str:
    return "\n".join("".join(f"{word}\t{tag}\n" for word, tag in zip(one.words, one.entities, strict=True)) for one in sentences)


def as_slashed(sentences: list[Tagged]) -> str:
    return "".join(" ".join(f"{word}/{tag}" for word, tag in zip(one.words, one.entities, strict=True)) + "\n" for one in sentences)


def as_conllu(sentences: list[Tagged]) -> str:
    return "".join(conllu(one, number) for number, one in enumerate(sentences))


def as_csv(sentences: list[Tagged]) -> str:
    rows = [f'"{word}",{tag},{number}' for number, one in enumerate(sentences) for word, tag in zip(one.words, one.entities, strict=True)]
    return "\n".join(["word,ner,sentence_id", *rows]) + "\n"


FORMS: dict[str, tuple[Callable[[list[Tagged]], str], str, str]] = {  # the text, the layer, and a line that is none
    "conllu": (as_conllu, "upos", "1\tword\n"),
    "columns": (as_columns, "ner", "word\n"),
    "jsonl": (jsonl, "ner", "word\n"),
    "csv": (as_csv, "ner", "word\n"),
    "slashed": (as_slashed, "ner", "word\n"),
}


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [Offered] if group == "seqtasks.readers" else [])


def test_every_reader_of_the_table_is_tried() -> None:
    assert {*READERS, "slashed"} == {*FORMS, "brat"}  # brat's are folders: test_brat.py


@pytest.mark.parametrize("format", FORMS)
def test_a_reader_gives_back_the_words_and_tags_that_were_written(format: str, tmp_path: Path) -> None:
    write, layer, _ = FORMS[format]
    sentences, path = tagged(7, seed=4), tmp_path / "corpus"
    path.write_text(write(sentences), encoding="utf-8")
    corpus = read_tagged(path, format=format, layer=Layer(layer))
    assert [list(one.words) for one in corpus] == [list(one.words) for one in sentences]
    assert [list(one.tags[layer]) for one in corpus] == [list(one.upos if layer == "upos" else one.entities) for one in sentences]
    lines = path.read_text(encoding="utf-8").split("\n")
    assert all(one.words[0] in lines[one.line - 1] for one in corpus if format != "conllu")
    assert [one.line for one in corpus] == sorted({one.line for one in corpus})
    assert (corpus.path, corpus.checksum) == (str(path), file_checksum(path))


@pytest.mark.parametrize("format", FORMS)
def test_a_reader_names_the_line_that_it_cannot_read(format: str, tmp_path: Path) -> None:
    write, layer, wrong = FORMS[format]
    path = tmp_path / "corpus"
    before = write(tagged(2, seed=4))
    path.write_text(before + ("" if format in ("jsonl", "slashed", "conllu", "csv") else "\n") + wrong, encoding="utf-8")
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(DataError, match=rf"^{path}:{line}: "):
        read_tagged(path, format=format, layer=Layer(layer))


def test_tags_that_are_no_spans_are_refused_where_a_scheme_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.conllu"
    path.write_text(as_conllu(tagged(2, seed=1)), encoding="utf-8")
    with pytest.raises(DataError, match=r"'[A-Z]+' is no BIO tag\. Expected O or one of B-LABEL, I-LABEL; check data\.layer\."):
        read_tagged(path, format="conllu", layer=Layer("upos", scheme="BIO"))

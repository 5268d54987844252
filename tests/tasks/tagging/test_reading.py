"""The tagged files that a recipe names, as its settings say that they are to be read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from seqtasks.errors import DataError, UsageError
from seqtasks.recipes.schema import TaggedData
from seqtasks.tasks.locations import DataLocations
from seqtasks.tasks.tagging.reading import read_tagged_file, read_tagged_part
from tests.miniature.corpora import columns, conllu, write
from tests.miniature.sentences import Tagged

SENTENCES = [Tagged(["Odo", "Linn", "runs"], ["PROPN", "PROPN", "VERB"], ["B-PER", "I-PER", "O"]), Tagged(["Go"], ["VERB"], ["O"])]


def settings(**changes: object) -> TaggedData:
    return TaggedData.model_validate({"format": "columns", "layer": "ner", "scheme": "BIO", "train": "some.bio"} | changes)


def test_a_layer_of_a_conllu_file_is_read_with_its_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "some.conllu", "".join(conllu(sentence, number) for number, sentence in enumerate(SENTENCES)))
    corpus = read_tagged_file(settings(format="conllu", layer="upos", scheme=None), path)
    assert [(one.words, one.tags) for one in corpus] == [
        (("Odo", "Linn", "runs"), {"upos": ("PROPN", "PROPN", "VERB")}),
        (("Go",), {"upos": ("VERB",)}),
    ]
    lines = path.read_text(encoding="utf-8").split("\n")
    assert [lines[one.line - 1].split("\t")[1] for one in corpus] == ["Odo", "Go"]


def test_further_layers_are_read_at_one_go(tmp_path: Path) -> None:
    path = write(tmp_path / "some.conllu", "".join(conllu(sentence, number) for number, sentence in enumerate(SENTENCES)))
    upos, xpos = (settings(format="conllu", layer=layer, scheme=None) for layer in ("upos", "xpos"))
    (first, second) = read_tagged_file(upos, path, [xpos])
    assert first.tags == {"upos": ("PROPN", "PROPN", "VERB"), "xpos": ("XPR", "XPR", "XVE")}
    assert second.tags == {"upos": ("VERB",), "xpos": ("XVE",)}


def test_the_columns_and_the_separator_asked_for_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "some.bio", "B-PER 1 Odo\nI-PER 2 Linn\nO 3 runs\n\nO 1 Go\n")
    corpus = read_tagged_file(settings(word_column=2, tag_column=0, separator="space"), path)
    assert [(one.words, one.tags["ner"]) for one in corpus] == [(("Odo", "Linn", "runs"), ("B-PER", "I-PER", "O")), (("Go",), ("O",))]


def test_iob1_is_read_as_bio(tmp_path: Path) -> None:
    path = write(tmp_path / "some.bio", "Odo\tI-PER\nLinn\tI-PER\nMara\tB-PER\nruns\tO\n")
    (sentence,) = read_tagged_file(settings(scheme="IOB1"), path)
    assert sentence.tags["ner"] == ("B-PER", "I-PER", "B-PER", "O")


def test_nested_spans_of_jsonl_become_tags_in_layers(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 2, "label": "PER"}, {"start": 0, "end": 1, "label": "FIRST"}]
    path = write(tmp_path / "some.jsonl", json.dumps({"tokens": ["Odo", "Linn", "runs"], "spans": spans}) + "\n")
    (sentence,) = read_tagged_file(settings(format="jsonl", scheme="nested"), path)
    assert sentence.tags["ner"] == ("B-PER+B-FIRST", "I-PER", "O")


def test_a_part_is_found_in_its_corpus_compressed_too_or_is_none(tmp_path: Path) -> None:
    write(tmp_path / "mine" / "some.bio.gz", columns(SENTENCES))
    data, locations = settings(corpus="mine"), DataLocations(tmp_path, tmp_path / "cache")
    corpus = read_tagged_part(data, "some.bio", locations)
    assert corpus is not None
    assert gzip.decompress(Path(corpus.path).read_bytes()).decode() == columns(SENTENCES)
    assert [one.words for one in corpus] == [("Odo", "Linn", "runs"), ("Go",)]
    assert read_tagged_part(data, "other.bio", locations) is None
    assert read_tagged_part(data, "", locations) is None


def test_several_files_and_files_without_sentences_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^data: \['a', 'b'\]: a tagged part is one file\. Join the files first\.$"):
        read_tagged_part(settings(), ["a", "b"], DataLocations())
    path = write(tmp_path / "empty.bio", "\n\n")
    with pytest.raises(DataError, match=r"empty\.bio: no sentences in it\. Check the file and the recipe's data\.format\.$"):
        read_tagged_part(settings(), str(path), DataLocations())

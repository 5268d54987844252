"""Files of every format, nearly right: a corpus or one line."""

from __future__ import annotations

import gzip
import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.text.corpora.label_readers import read_labelled
from seqtasks.text.corpora.labelled import Layout
from seqtasks.text.corpora.pair_readers import read_pair_file
from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.corpora.readers import ColumnSettings, Layer, read_tagged
from tests.fuzz.law import fuzzed, lawful
from tests.fuzz.mutations import nearly, variants

ROW = "{}\t{}\t_\tNOUN\tNN\tCase=Nom|Number=Sing\t0\troot\t_\tTag=B-X|SpaceAfter=No\n"
CONLLU = (
    f"# sent_id = 1\n# text = Anna sleeps\n1-2\tIm\t_\t_\t_\t_\t_\t_\t_\t_\n{ROW.format(1, 'Anna')}{ROW.format(2, 'sleeps')}\n".encode()
)
COLUMNS = [b"Anna\tB-PER\nsaw\tO\nNew\tB-LOC\nYork\tI-LOC\n\nIt\tO\n", b"Anna NNP I-PER\n\nU.S. NNP I-LOC\n-DOCSTART- X O\n\n"]
TAGGED_LINES = [
    {"tokens": ["Anna", "saw", "Ulm"], "tags": ["B-PER", "O", "B-LOC"]},
    {"text": "Anna saw Ulm", "spans": [{"start": 0, "end": 4, "label": "PER"}, {"start": 9, "end": 12, "label": "LOC"}]},
    {"id": 1, "tokens": ["Anna"], "ner_tags": [3]},
    {"text": "Anna", "entities": [[0, 4, "PER"]], "label": [[0, 4, "PER"]]},
    {"data": {"text": "Anna"}, "annotations": [{"result": [{"value": {"start": 0, "end": 4, "labels": ["PER"]}}]}]},
]
JSONL = [json.dumps(line).encode() + b"\n" for line in TAGGED_LINES]
JSONL.append(b"".join(JSONL[:2]))
LABELS = [
    b"text\tlabel\na dog runs\tstates\ndoes it\tasks\n",
    b'text,label\n"a, ""dog"" runs",states\n"two\nlines",asks\n',
    b'{"text": "a dog", "label": "states"}\n{"text": "it", "labels": ["a", "b"]}\n',
]
PAIRS = [b"source\ttarget\na dog\tun chien\n", b'a dog,"un, chien"\nit,il\n', b"1\ta dog\t2\tun chien\n"]
TMX = (
    b'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><header srclang="en"/><body>'
    b'<tu><tuv xml:lang="en-GB"><seg>a <bpt i="1">dog</bpt></seg></tuv><tuv xml:lang="fr"><seg>un chien</seg></tuv></tu></body></tmx>'
)
SCHEMES = st.sampled_from([None, "BIO", "IOB1", "BIOES", "IO", "BILOU", "BMES", "nested"])
COLUMN = st.integers(-3, 3)


@given(nearly(CONLLU), st.sampled_from(["upos", "xpos", "lemma", "feats", "deprel", "misc:Tag", "feats:Case"]), SCHEMES)
@fuzzed()
def test_conllu(place: Path, data: bytes, layer: str, scheme: str | None) -> None:
    for some in variants(data):
        (place / "x.conllu").write_bytes(some)
        lawful("conllu", lambda: read_tagged(place / "x.conllu", format="conllu", layer=Layer(layer, scheme=scheme)))


@given(nearly(*COLUMNS), SCHEMES, COLUMN, COLUMN, st.sampled_from(["auto", "tab", "space"]))
@fuzzed()
def test_columns(place: Path, data: bytes, scheme: str | None, word: int, tag: int, separator: str) -> None:
    layer, columns = Layer("ner", tag, scheme), ColumnSettings(word, separator=separator)
    for some in variants(data):
        (place / "x.bio").write_bytes(some)
        lawful("columns", lambda: read_tagged(place / "x.bio", format="columns", layer=layer, columns=columns))


@given(nearly(*JSONL), SCHEMES, st.sampled_from(["auto", "words", "characters"]), st.sampled_from(["", "en", "zh"]))
@fuzzed()
def test_jsonl(place: Path, data: bytes, scheme: str | None, offsets: str, language: str) -> None:
    layer = Layer("ner", -1, scheme, ("O", "B-PER", "I-PER") if len(data) % 2 else ())
    for some in variants(data):
        path = place / ("x.json" if len(some) % 3 == 0 else "x.jsonl")
        path.write_bytes(some)
        lawful("jsonl", partial(read_tagged, path, format="jsonl", layer=layer, offsets=offsets, language=language))


KAGGLE = b'Sentence #,Word,POS,Tag\nSentence: 1,Anna,NNP,B-per\n,sleeps,VBZ,O\n\nSentence: 2,"a, b",NN,O\n'
COLUMN_NAMES = st.sampled_from([0, 1, -1, "Word", "Tag", "POS", "tokens"])


@given(nearly(KAGGLE, b"tokens,tags\n\"['Anna', 'sleeps']\",\"['B-per', 'O']\"\n"), SCHEMES, COLUMN_NAMES, COLUMN_NAMES)
@fuzzed()
def test_tagged_csv(place: Path, data: bytes, scheme: str | None, word: int | str, tag: int | str) -> None:
    layer = Layer("ner", tag, scheme)
    for some in variants(data):
        (place / "x.csv").write_bytes(some)
        lawful("tagged CSV", lambda: read_tagged(place / "x.csv", format="csv", layer=layer, columns=ColumnSettings(word)))


@given(
    nearly(b"Anna saw New York.\nIt rains.\n"), nearly(b"T1\tPER 0 4\tAnna\nT2\tLOC 9 12;13 17\tNew York\nR1\tX Arg1:T1 Arg2:T2\n"), SCHEMES
)
@fuzzed()
def test_brat(place: Path, text: bytes, notes: bytes, scheme: str | None) -> None:
    (place / "x.txt").write_bytes(text)
    for some in variants(notes):
        (place / "x.ann").write_bytes(some)
        lawful("brat", lambda: read_tagged(place / "x.ann", format="brat", layer=Layer("ner", -1, scheme)))


@given(nearly(*LABELS), st.sampled_from(["tsv", "csv", "jsonl"]), st.booleans(), st.sampled_from([None, ",", "|"]))
@fuzzed()
def test_labelled(place: Path, data: bytes, form: str, header: bool, separator: str | None) -> None:
    layout = Layout("text", "label", separator=separator) if header else Layout(0, 1, separator=separator)
    for some in variants(data):
        (place / "x").write_bytes(some)
        lawful("labelled texts", lambda: read_labelled(place / "x", format=form, layout=layout))


@given(nearly(*PAIRS, TMX), st.sampled_from(["tsv", "csv", "tmx"]), COLUMN, st.sampled_from([0, 1, "source", "target"]))
@fuzzed()
def test_pairs(place: Path, data: bytes, form: str, source: int, target: int | str) -> None:
    columns = {"source_column": source, "target_column": target}
    for some in variants(data):
        (place / "x").write_bytes(some)
        lawful("pairs", lambda: read_pair_file(place / "x", format=form, source="en", target="fr", **columns))


@given(nearly(b"a dog\nit runs\n", gzip.compress(b"a dog\nit runs\n" * 20)), nearly(b"un chien\nil court\n"))
@fuzzed()
def test_two_files(place: Path, source: bytes, target: bytes) -> None:
    (place / "x.fr").write_bytes(target)
    for some in variants(source):
        (place / "x.en").write_bytes(some)
        lawful("two files", lambda: read_parallel(place / "x.en", place / "x.fr"))


@pytest.mark.parametrize("form", ["conllu", "columns", "jsonl"])
def test_the_samples_themselves_are_read(form: str, place: Path) -> None:
    sample = {"conllu": CONLLU, "columns": COLUMNS[0], "jsonl": JSONL[0]}[form]
    (place / "sample").write_bytes(sample)
    layer = Layer("upos") if form == "conllu" else Layer("ner", scheme="BIO")
    assert len(read_tagged(place / "sample", format=form, layer=layer))

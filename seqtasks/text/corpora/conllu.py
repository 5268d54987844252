"""CoNLL-U (universaldependencies.org/format.html): words with the layers a user asks for.

Ranges of multiword tokens ("1-2") and empty nodes ("8.1") are passed over, and counted: their parts are words of their own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from pathlib import Path

from seqtasks.errors import DataError, UsageError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import CorpusLines
from seqtasks.text.tags import OUTSIDE
from seqtasks.text.tokenizers import visible_word

COLUMNS = {"lemma": 2, "upos": 3, "xpos": 4, "feats": 5, "deprel": 7}
MISC = 9
WIDTH = 10
VALUE, ABSENT = "misc:", "_"
NUMBER = re.compile(r"[0-9]+([-.][0-9]+)?")  # "3", "1-2", "8.1"


def read_conllu(path: Path | str, *, layers: str | Sequence[str] = ("upos",), spans: Container[str] = ()) -> Corpus[TaggedSentence]:
    """Sentences with their layers (or one, by its name): upos, xpos, lemma, feats, deprel, or "misc:KEY" for a value of the last column.

    "_" is an error in upos and xpos, "no features" in feats, and no value elsewhere: a word without KEY gets "_", which is noted, or "O"
    in layers of `spans`, whose tags are those of entities.
    Raises DataError with the line of a fault, UsageError for an unknown layer.
    """
    layers = [layers] if isinstance(layers, str) else layers
    unknown = [layer for layer in layers if layer not in COLUMNS and not re.fullmatch("misc:.+", layer)]
    if unknown:
        raise UsageError(f"{path}: no CoNLL-U layer {unknown[0]!r}. Layers (data.layer): {', '.join(COLUMNS)}, misc:KEY.")
    sentences: list[TaggedSentence] = []
    rows: list[list[str]] = []
    begin = passed = first = 0
    lines = CorpusLines(path)
    for number, line in lines:
        if not line.strip():
            add(sentences, rows, layers, spans, begin)
            rows = []
        elif not line.startswith("#"):
            columns = split_row(path, number, line)
            if columns[0].isdecimal():
                check_layers(path, number, columns, layers)
                begin = begin if rows else number
                rows.append(columns)
            else:
                passed, first = passed + 1, first or number
    add(sentences, rows, layers, spans, begin)
    told = (f"{path}: passed over {passed} rows of ranges or empty nodes (first at line {first})",) if passed else ()
    notes = []
    for layer in [layer for layer in layers if layer.startswith(VALUE) and layer not in spans]:
        lacking = [sentence.line for sentence in sentences if ABSENT in sentence.tags[layer]]
        if lacking:
            words = sum(tag == ABSENT for sentence in sentences for tag in sentence.tags[layer])
            notes.append(
                f"{path}: {words:,} words have no {layer.removeprefix(VALUE)} in their last column and are tagged {ABSENT!r} "
                f"(first in the sentence at line {lacking[0]})"
            )
    return Corpus(sentences, str(path), lines.checksum, tuple(notes), told)


def split_row(path: Path | str, number: int, line: str) -> list[str]:
    """The ten columns of a line."""
    columns = line.split("\t")
    if len(columns) != WIDTH:
        problem = f"expected 10 tab-separated columns, found {len(columns)}: {line[:60]!r}"
        raise DataError(path, number, problem, 'Check that it is CoNLL-U; words with tags in columns are data.format = "columns"')
    if not NUMBER.fullmatch(columns[0]):
        raise DataError(path, number, f"expected a word's number in the first column, found {columns[0]!r}", "Check that it is CoNLL-U")
    if not columns[1]:
        raise DataError(path, number, "a word without a form", "Give the form in the second column")
    return columns


def check_layers(path: Path | str, number: int, columns: Sequence[str], layers: Sequence[str]) -> None:
    """Raises DataError where a wanted tag is missing."""
    for layer in layers:
        if layer in ("upos", "xpos") and columns[COLUMNS[layer]] in ("_", "") and columns[1] != "_":
            raise DataError(path, number, f"no {layer} for {columns[1]!r}", f"Annotate it, or choose another layer than {layer}")


def value(columns: Sequence[str], layer: str, absent: str) -> str:
    """The tag of a word in a layer; `absent` where it has no such key."""
    if layer in COLUMNS:
        return columns[COLUMNS[layer]]
    pairs = dict(pair.partition("=")[::2] for pair in columns[MISC].split("|"))
    return pairs.get(layer.removeprefix(VALUE), absent)


def add(sentences: list[TaggedSentence], rows: Sequence[Sequence[str]], layers: Sequence[str], spans: Container[str], begin: int) -> None:
    """Close a sentence, if there is one."""
    if rows:
        tags = {layer: tuple(value(columns, layer, OUTSIDE if layer in spans else ABSENT) for columns in rows) for layer in layers}
        sentences.append(TaggedSentence(tuple(visible_word(columns[1]) for columns in rows), tags, begin))

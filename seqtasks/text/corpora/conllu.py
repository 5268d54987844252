"""CoNLL-U (universaldependencies.org/format.html): words with the layers a user asks for.

Ranges of multiword tokens ("1-2") and empty nodes ("8.1") are passed over: their parts are words of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from seqtasks.errors import DataError, UsageError
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines

COLUMNS = {"lemma": 2, "upos": 3, "xpos": 4, "feats": 5, "deprel": 7}
MISC = 9
WIDTH = 10
NUMBER = re.compile(r"[0-9]+([-.][0-9]+)?")  # "3", "1-2", "8.1"


def read_conllu(path: Path | str, *, layers: Sequence[str] = ("upos",)) -> Corpus[TaggedSentence]:
    """Sentences with their layers: upos, xpos, lemma, feats, deprel, or "misc:KEY" for a value of the last column.

    "_" is an error in upos and xpos, "no features" in feats, and no value ("_") elsewhere.
    Raises DataError with the line of a fault, UsageError for an unknown layer.
    """
    unknown = [layer for layer in layers if layer not in COLUMNS and not re.fullmatch("misc:.+", layer)]
    if unknown:
        raise UsageError(f"no CoNLL-U layer {unknown[0]!r}. Layers: {', '.join(COLUMNS)}, misc:KEY.")
    sentences: list[TaggedSentence] = []
    rows: list[list[str]] = []
    begin = 0
    for number, line in read_lines(path):
        if not line.strip():
            add(sentences, rows, layers, begin)
            rows = []
        elif not line.startswith("#"):
            columns = split_row(path, number, line)
            if columns[0].isdecimal():
                check_layers(path, number, columns, layers)
                begin = begin if rows else number
                rows.append(columns)
    add(sentences, rows, layers, begin)
    return Corpus(sentences, str(path), file_checksum(path))


def split_row(path: Path | str, number: int, line: str) -> list[str]:
    """The ten columns of a line."""
    columns = line.split("\t")
    if len(columns) != WIDTH:
        raise DataError(path, number, f"expected 10 tab-separated columns, found {len(columns)}: {line[:60]!r}", "Check that it is CoNLL-U")
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


def value(columns: Sequence[str], layer: str) -> str:
    """The tag of a word in a layer."""
    if layer in COLUMNS:
        return columns[COLUMNS[layer]]
    pairs = dict(pair.partition("=")[::2] for pair in columns[MISC].split("|"))
    return pairs.get(layer.removeprefix("misc:"), "_")


def add(sentences: list[TaggedSentence], rows: Sequence[Sequence[str]], layers: Sequence[str], begin: int) -> None:
    """Close a sentence, if there is one."""
    if rows:
        tags = {layer: tuple(value(columns, layer) for columns in rows) for layer in layers}
        sentences.append(TaggedSentence(tuple(columns[1] for columns in rows), tags, begin))

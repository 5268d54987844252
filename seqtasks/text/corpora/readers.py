"""Readers of tagged files by the name of their format, shared by recipes, `seqtasks data check`, `evaluate` and other packages' formats.

A reader takes a path, the name of a layer of tags, and as keywords those of GIVEN that mean anything for its format; it returns a
`Corpus` of `TaggedSentence`. Another package offers one by an entry point of the group "seqtasks.readers"; what its reader takes beyond
these are its options, `[data.options]` of a recipe.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtasks.errors import RecipeError
from seqtasks.registry import find_part
from seqtasks.text.corpora.brat import read_brat
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.jsonl import read_jsonl
from seqtasks.text.corpora.schemes import in_scheme
from seqtasks.text.corpora.spans_as_tags import with_tags_of_spans
from seqtasks.text.corpora.tables import Column
from seqtasks.text.corpora.tagged_csv import TableColumns, read_tagged_csv

GROUP = "seqtasks.readers"
GIVEN = (  # filled by seqtasks
    "path",
    "layer",
    "scheme",
    "word_column",
    "tag_column",
    "sentence_column",
    "separator",
    "language",
    "offsets",
    "label_names",
)
Reader = Callable[..., Corpus[TaggedSentence]]


@dataclass(frozen=True)
class Layer:
    """A layer of tags: its name, the column it stands in (of formats with columns), its tag scheme, None for tags that are no spans, and
    the names of labels that stand as numbers.
    """

    name: str
    tag_column: Column | None = None
    scheme: str | None = None
    label_names: Sequence[str] = ()


@dataclass(frozen=True)
class ColumnSettings:
    """How formats with columns are laid out: the columns of words and of sentences, and what stands between columns.

    None: the first column, of formats whose columns have names the one that is called so.
    """

    word: Column | None = None
    sentence: Column | None = None
    separator: str = "auto"


BY_DEFAULT = ColumnSettings()


def read_tagged(
    path: Path,
    *,
    format: str,
    layer: Layer,
    columns: ColumnSettings = BY_DEFAULT,
    language: str = "",
    offsets: str = "auto",
    options: Mapping[str, Any] | None = None,
) -> Corpus[TaggedSentence]:
    """The sentences of a file; tags stand in what the layer's scheme is read as (`text.tags.READ_AS`), illegal ones repaired and noted.

    Raises RecipeError for a format that nobody reads, DataError with the line of a fault.
    """
    reader = find_part(READERS, format, GROUP)
    known: dict[str, Any] = {"scheme": layer.scheme, "separator": columns.separator, "language": language, "offsets": offsets}
    known |= {"word_column": columns.word, "tag_column": layer.tag_column, "sentence_column": columns.sentence}
    known |= {"label_names": layer.label_names}
    taken = inspect.signature(reader).parameters
    left_out = {"word_column", "tag_column"} & {key for key, value in known.items() if value is None}  # the reader's own
    return reader(
        path, layer=layer.name, **{key: value for key, value in known.items() if key in taken and key not in left_out}, **(options or {})
    )


def read_layers(path: Path, *, format: str, layers: Sequence[Layer], columns: ColumnSettings = BY_DEFAULT) -> Corpus[TaggedSentence]:
    """The sentences of a file of a format in LAYERED, with several layers of tags, read at one go."""
    return LAYERED[format](path, layers, columns)


def conllu(path: Path, *, layer: str, scheme: str | None = None) -> Corpus[TaggedSentence]:
    """CoNLL-U; layer: upos, xpos, feats, or a key of MISC."""
    return conllu_layers(path, [Layer(layer, scheme=scheme)], BY_DEFAULT)


def columns(
    path: Path, *, layer: str, scheme: str | None = None, word_column: Column = 0, tag_column: Column = -1, separator: str = "auto"
) -> Corpus[TaggedSentence]:
    """A word a line, its tag in another column."""
    return columns_layers(path, [Layer(layer, tag_column, scheme)], ColumnSettings(word_column, separator=separator))


def tagged_csv(
    path: Path,
    *,
    layer: str,
    scheme: str | None = None,
    word_column: Column | None = None,
    tag_column: Column | None = None,
    sentence_column: Column | None = None,
    separator: str = "auto",
) -> Corpus[TaggedSentence]:
    """A word a row, its tag and its sentence in other columns, which a header names."""
    return csv_layers(path, [Layer(layer, tag_column, scheme)], ColumnSettings(word_column, sentence_column, separator))


def jsonl(
    path: Path, *, layer: str, scheme: str | None = None, offsets: str = "auto", language: str = "", label_names: Sequence[str] = ()
) -> Corpus[TaggedSentence]:
    """An object a line, or a list of objects, with tags or spans; scheme "nested" keeps spans that lie in others."""
    corpus = read_jsonl(path, layer=layer, offsets=offsets, language=language, label_names=label_names)
    return with_tags_of_spans(corpus, layer, scheme)


def brat(path: Path, *, layer: str, scheme: str | None = None, language: str = "") -> Corpus[TaggedSentence]:
    """A folder of texts with their spans, or one text; scheme "nested" keeps spans that lie in others."""
    return with_tags_of_spans(read_brat(path, layer=layer, language=language), layer, scheme)


def conllu_layers(path: Path, layers: Sequence[Layer], columns: ColumnSettings) -> Corpus[TaggedSentence]:
    """CoNLL-U with several layers; it has no other columns to choose."""
    schemes = {layer.name: layer.scheme for layer in layers if layer.scheme}
    corpus = read_conllu(path, layers=[layer.name for layer in layers], spans=schemes)
    for name, scheme in schemes.items():
        corpus = in_scheme(corpus, name, scheme, remedy="check data.layer")
    return corpus


def columns_layers(path: Path, layers: Sequence[Layer], columns: ColumnSettings) -> Corpus[TaggedSentence]:
    """Columns with several layers."""
    if named := next((one for one in [columns.word, *(layer.tag_column for layer in layers)] if isinstance(one, str)), None):
        raise RecipeError([f"data: column {named!r}: the columns of format 'columns' have numbers, from 0. 'csv' reads names."])
    word, tags = columns.word, {layer.name: layer.tag_column for layer in layers}
    return read_columns(
        path,
        word_column=word if isinstance(word, int) else 0,
        tag_columns={name: column if isinstance(column, int) else -1 for name, column in tags.items()},
        separator=columns.separator,
        schemes={layer.name: layer.scheme for layer in layers if layer.scheme},
    )


def csv_layers(path: Path, layers: Sequence[Layer], columns: ColumnSettings) -> Corpus[TaggedSentence]:
    """CSV with several layers."""
    return read_tagged_csv(
        path,
        columns=TableColumns(columns.word, {layer.name: layer.tag_column for layer in layers}, columns.sentence),
        separator=columns.separator,
        schemes={layer.name: layer.scheme for layer in layers if layer.scheme},
    )


LAYERED: dict[str, Callable[[Path, Sequence[Layer], ColumnSettings], Corpus[TaggedSentence]]] = {
    "conllu": conllu_layers,
    "columns": columns_layers,
    "csv": csv_layers,
}
READERS: dict[str, Reader] = {"conllu": conllu, "columns": columns, "jsonl": jsonl, "csv": tagged_csv, "brat": brat}

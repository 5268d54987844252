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

from seqtasks.registry import find_part
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.jsonl import read_jsonl, with_nested_tags, with_outermost_tags
from seqtasks.text.corpora.schemes import in_scheme
from seqtasks.text.tags import NESTED

GROUP = "seqtasks.readers"
GIVEN = ("path", "layer", "scheme", "word_column", "tag_column", "separator", "language", "offsets", "label_names")  # filled by seqtasks
Reader = Callable[..., Corpus[TaggedSentence]]


@dataclass(frozen=True)
class Layer:
    """A layer of tags: its name, the column it stands in (of formats with columns), its tag scheme, None for tags that are no spans, and
    the names of labels that stand as numbers.
    """

    name: str
    tag_column: int = -1
    scheme: str | None = None
    label_names: Sequence[str] = ()


def read_tagged(
    path: Path,
    *,
    format: str,
    layer: Layer,
    word_column: int = 0,
    separator: str = "auto",
    language: str = "",
    offsets: str = "auto",
    options: Mapping[str, Any] | None = None,
) -> Corpus[TaggedSentence]:
    """The sentences of a file; tags stand in what the layer's scheme is read as (`text.tags.READ_AS`), illegal ones repaired and noted.

    Raises RecipeError for a format that nobody reads, DataError with the line of a fault.
    """
    reader = find_part(READERS, format, GROUP)
    known: dict[str, Any] = {"scheme": layer.scheme, "word_column": word_column, "tag_column": layer.tag_column, "separator": separator}
    known |= {"language": language, "offsets": offsets, "label_names": layer.label_names}
    taken = inspect.signature(reader).parameters
    return reader(path, layer=layer.name, **{key: value for key, value in known.items() if key in taken}, **(options or {}))


def read_layers(
    path: Path, *, format: str, layers: Sequence[Layer], word_column: int = 0, separator: str = "auto"
) -> Corpus[TaggedSentence]:
    """The sentences of a file of a format in LAYERED, with several layers of tags, read at one go."""
    return LAYERED[format](path, layers, word_column, separator)


def conllu(path: Path, *, layer: str, scheme: str | None = None) -> Corpus[TaggedSentence]:
    """CoNLL-U; layer: upos, xpos, feats, or a key of MISC."""
    return conllu_layers(path, [Layer(layer, scheme=scheme)])


def columns(
    path: Path, *, layer: str, scheme: str | None = None, word_column: int = 0, tag_column: int = -1, separator: str = "auto"
) -> Corpus[TaggedSentence]:
    """A word a line, its tag in another column."""
    return columns_layers(path, [Layer(layer, tag_column, scheme)], word_column, separator)


def jsonl(
    path: Path, *, layer: str, scheme: str | None = None, offsets: str = "auto", language: str = "", label_names: Sequence[str] = ()
) -> Corpus[TaggedSentence]:
    """An object a line, with tags or spans; scheme "nested" keeps spans that lie in others."""
    corpus = read_jsonl(path, layer=layer, offsets=offsets, language=language, label_names=label_names)
    if scheme == NESTED:
        return with_nested_tags(corpus, layer)
    return with_outermost_tags(corpus, layer, scheme)


def conllu_layers(path: Path, layers: Sequence[Layer], word_column: int = 0, separator: str = "auto") -> Corpus[TaggedSentence]:
    """CoNLL-U with several layers; it has no other columns to choose."""
    schemes = {layer.name: layer.scheme for layer in layers if layer.scheme}
    corpus = read_conllu(path, layers=[layer.name for layer in layers], spans=schemes)
    for name, scheme in schemes.items():
        corpus = in_scheme(corpus, name, scheme, remedy="check data.layer")
    return corpus


def columns_layers(path: Path, layers: Sequence[Layer], word_column: int, separator: str) -> Corpus[TaggedSentence]:
    """Columns with several layers."""
    return read_columns(
        path,
        word_column=word_column,
        tag_columns={layer.name: layer.tag_column for layer in layers},
        separator=separator,
        schemes={layer.name: layer.scheme for layer in layers if layer.scheme},
    )


LAYERED: dict[str, Callable[[Path, Sequence[Layer], int, str], Corpus[TaggedSentence]]] = {
    "conllu": conllu_layers,
    "columns": columns_layers,
}
READERS: dict[str, Reader] = {"conllu": conllu, "columns": columns, "jsonl": jsonl}

"""The tagged files that a recipe names, read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from seqtasks.errors import UsageError
from seqtasks.recipes.schema import Files, TaggedData
from seqtasks.tasks.locations import DataLocations, locate, locate_folder, refuse_empty
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.long_sentences import cut_sentences
from seqtasks.text.corpora.readers import ColumnSettings, Layer, read_layers, read_tagged
from seqtasks.text.corpora.suffixes import format_by_suffix


def read_tagged_part(
    data: TaggedData, part: Files, locations: DataLocations, further: Sequence[TaggedData] = ()
) -> Corpus[TaggedSentence] | None:
    """The tagged sentences of one part; None where the recipe or the corpus has no such part. further: as in `read_tagged_file`."""
    path = tagged_file(data, part, locations)
    return refuse_empty(read_tagged_file(data, path, further)) if path else None


def tagged_file(data: TaggedData, part: Files, locations: DataLocations) -> Path | None:
    """The file of a part, of brat a folder, too; None where the recipe or the corpus has no such part."""
    if isinstance(part, list):
        raise UsageError(f"data: {part}: a tagged part is one file. Join the files first.")
    if part and data.format == "brat" and (folder := locate_folder(data.corpus, part, locations)):
        return folder
    return locate(data.corpus, part, locations) if part else None


def read_tagged_file(data: TaggedData, path: Path, further: Sequence[TaggedData] = ()) -> Corpus[TaggedSentence]:
    """A tagged file in the recipe's format; tags stand in what the scheme that the recipe names is read as.

    further: settings that name other layers of the file, to be read with the first at one go (see `one_corpus`).
    """
    layers = [Layer(one.layer, one.tag_column, one.scheme, one.label_names) for one in (data, *further)]
    columns = ColumnSettings(data.word_column, data.sentence_column, data.separator)
    if further:
        return cut_sentences(read_layers(path, format=data.format, layers=layers, columns=columns), data.max_words)
    corpus = read_tagged(
        path,
        format=data.format,
        layer=layers[0],
        columns=columns,
        language=data.language,
        offsets=data.offsets,
        options=data.options,
    )
    return cut_sentences(corpus, data.max_words)


def tagged_examples(several: Mapping[str, TaggedData], locations: DataLocations, files: Sequence[Path]) -> Corpus[TaggedSentence]:
    """Sentences for a tagger to answer: of files that the user gives, in the format of a head, or of the first head's own parts.

    Raises UsageError for several files, DataError where there is nothing to read.
    """
    data = next(iter(several.values()))
    if len(files) > 1:
        raise UsageError(f"expected one annotated file, got {len(files)}.")
    for file in files:
        fitting = [one for one in several.values() if format_by_suffix(file.name) == one.format]
        return refuse_empty(read_tagged_file(fitting[0] if fitting else data, file))
    parts = (read_tagged_part(data, part, locations) for part in (data.dev, data.test, data.train))
    return next(part for part in parts if part is not None)

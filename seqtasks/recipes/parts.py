"""The parts of a corpus that a recipe names: where their files are, and their examples, read and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from seqtasks.errors import DataError, UsageError
from seqtasks.recipes.corpus_folders import cache_folder, find_corpus, find_file
from seqtasks.recipes.schema import Files, ParallelData, TaggedData, TaskSettings
from seqtasks.recipes.shipped import shipped
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.corpora.examples import Corpus, SentencePair, TaggedSentence
from seqtasks.text.corpora.jsonl import read_jsonl, with_nested_tags
from seqtasks.text.corpora.parallel import read_pairs, read_parallel
from seqtasks.text.tags import NESTED, convert, repair

SAMPLE = "sample/"
E = TypeVar("E")
D = TypeVar("D", ParallelData, TaggedData)


@dataclass(frozen=True)
class Place:
    """Where corpora are looked for: --data-dir and the cache of `seqtasks data get`."""

    data_dir: Path | None = None
    cache: Path | None = None

    def folder(self, corpus: str) -> Path | None:
        """The folder of a recipe's corpus; None where its paths stand for themselves."""
        if not corpus:
            return None
        if corpus.startswith(SAMPLE):
            return shipped("data") / corpus.removeprefix(SAMPLE)
        return find_corpus(corpus, self.data_dir, self.cache or cache_folder())


def locate(corpus: str, name: str, place: Place) -> Path | None:
    """The file called `name` (or name.gz) in the corpus's folder, or a path as it stands. None where the corpus lacks it."""
    path = Path(name).expanduser()
    folder = None if path.is_absolute() else place.folder(corpus)
    if folder is None:
        found = find_file(path.parent, path.name)
        if found is None:
            raise DataError(path, 0, "no such file", "Check the path; a relative one is taken from the current directory")
        return found
    return find_file(folder, name)


def parallel_files(data: ParallelData, part: Files, place: Place) -> list[Path] | None:
    """Source and target file of a part, or its one TSV file; None where the corpus lacks it."""
    if isinstance(part, list):
        if len(part) != 2 or data.format == "tsv":
            raise UsageError(f"data: {part}: expected two files, source and target, of format 'parallel'.")
        names = part
    elif data.format == "tsv" or part.endswith((".tsv", ".tsv.gz")):
        names = [part]
    else:
        names = [f"{part}.{data.source}", f"{part}.{data.target}"]
    found = [locate(data.corpus, name, place) for name in names]
    return [path for path in found if path] if all(found) else None


def read_translation_part(data: ParallelData, part: Files, place: Place) -> Corpus[SentencePair] | None:
    """The pairs of one part, empty ones too; None where the recipe or the corpus has no such part."""
    files = parallel_files(data, part, place) if part else None
    if not files:
        return None
    corpus = read_parallel(*files) if len(files) == 2 else read_pairs(files[0])
    return refuse_empty(corpus)


def read_tagged_part(data: TaggedData, part: Files, place: Place, further: Sequence[TaggedData] = ()) -> Corpus[TaggedSentence] | None:
    """The tagged sentences of one part; None where the recipe or the corpus has no such part. further: as in `read_tagged_file`."""
    if isinstance(part, list):
        raise UsageError(f"data: {part}: a tagged part is one file. Join the files first.")
    path = locate(data.corpus, part, place) if part else None
    return refuse_empty(read_tagged_file(data, path, further)) if path else None


def read_parts(data: D, place: Place, read: Callable[[D, Files, Place], Corpus[E] | None]) -> dict[str, Corpus[E]]:
    """The parts that there are, by name, each read by `read`. Raises DataError if there is no train part."""
    named = {"train": data.train, "dev": data.dev, "test": data.test, "test_unseen": data.test_unseen}
    corpora = {split: read(data, files, place) for split, files in named.items()}
    if corpora["train"] is None:
        raise DataError(place.folder(data.corpus) or Path(), 0, f"no training part {data.train!r} in it", "Check --data-dir and data.train")
    return {split: corpus for split, corpus in corpora.items() if corpus is not None}


def read_tagged_file(data: TaggedData, path: Path, further: Sequence[TaggedData] = ()) -> Corpus[TaggedSentence]:
    """A tagged file in the recipe's format; tags stand in the scheme the recipe names, IOB1 as BIO.

    further: settings that name other layers of the file, to be read with the first at one go (see `one_corpus`).
    """
    from seqtasks.recipes.names import chosen  # names.py knows this file's table

    if further:
        return LAYERED[data.format]([data, *further], path)
    return chosen(READERS, data.format, "seqtasks.readers")(data, path)


def file_scheme(data: TaggedData) -> str | None:
    """The scheme in which tags are read, scored and written: as in the file, but IOB1, which is read as BIO."""
    return "BIO" if data.scheme == "IOB1" else data.scheme


def head_scheme(task: TaskSettings) -> str | None:
    """The scheme in which a head is trained: its own, or else that of the tags it reads."""
    return task.head.tag_scheme or file_scheme(task.data)


def one_corpus(first: TaggedData, second: TaggedData) -> bool:
    """Whether two settings read the same words: they are equal, or name two layers of files whose format holds several."""
    if first == second:
        return True
    same = first.model_copy(update={key: getattr(second, key) for key in ("layer", "tag_column", "scheme")})
    return same == second and first.layer != second.layer and first.format in LAYERED


def corpora_of(data: Mapping[str, TaggedData]) -> list[list[str]]:
    """The heads, those that read the same sentences together: settings that differ in the layer only, each layer read in one way."""
    corpora: list[list[str]] = []
    for head, settings in data.items():
        together = (heads for heads in corpora if all(one_corpus(data[other], settings) for other in heads))
        heads = next(together, None)
        if heads is None:
            corpora.append([head])
        else:
            heads.append(head)
    return corpora


def conllu_layers(several: Sequence[TaggedData], path: Path) -> Corpus[TaggedSentence]:
    corpus = read_conllu(path, layers=[data.layer for data in several])
    for data in several:
        corpus = legal(corpus, data.layer, data.scheme) if data.scheme else corpus
    return corpus


def columns_layers(several: Sequence[TaggedData], path: Path) -> Corpus[TaggedSentence]:
    return read_columns(
        path,
        word_column=several[0].word_column,
        tag_columns={data.layer: data.tag_column for data in several},
        separator=several[0].separator,
        schemes={data.layer: data.scheme for data in several if data.scheme},
    )


def conllu_reader(data: TaggedData, path: Path) -> Corpus[TaggedSentence]:
    return conllu_layers([data], path)


def columns_reader(data: TaggedData, path: Path) -> Corpus[TaggedSentence]:
    return columns_layers([data], path)


def jsonl_reader(data: TaggedData, path: Path) -> Corpus[TaggedSentence]:
    corpus = read_jsonl(path, layer=data.layer)
    if data.scheme == NESTED:
        return with_nested_tags(corpus, data.layer)
    return legal(corpus, data.layer, data.scheme) if data.scheme else corpus


def legal(corpus: Corpus[TaggedSentence], layer: str, scheme: str) -> Corpus[TaggedSentence]:
    """A corpus with legal tags in a layer: those of spans (BIO) written in `scheme`, given ones repaired and counted; IOB1 becomes BIO."""
    final = "BIO" if scheme == "IOB1" else scheme
    examples, repaired = [], 0
    for example in corpus:
        source = "BIO" if example.spans else scheme
        tags, changed = repair(example.tags[layer], source)
        repaired += changed
        examples.append(replace(example, tags={**example.tags, layer: tuple(convert(tags, source, final))}))
    notes = (f"{corpus.path}: repaired {repaired} illegal tags in layer {layer}",) if repaired else ()
    return Corpus(examples, corpus.path, corpus.checksum, (*corpus.notes, *notes))


def refuse_empty(corpus: Corpus[E]) -> Corpus[E]:
    if not len(corpus):
        raise DataError(corpus.path, 0, "no sentences in it", "Check the file and the recipe's data.format")
    return corpus


LAYERED: dict[str, Callable[[Sequence[TaggedData], Path], Corpus[TaggedSentence]]] = {"conllu": conllu_layers, "columns": columns_layers}
READERS: dict[str, Callable[[TaggedData, Path], Corpus[TaggedSentence]]] = {
    "conllu": conllu_reader,
    "columns": columns_reader,
    "jsonl": jsonl_reader,
}

"""The parts of a corpus that a recipe names: where their files are, and their examples, read and counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from seqtasks.errors import DataError, UsageError
from seqtasks.recipes.corpus_folders import cache_folder, find_corpus, find_file
from seqtasks.recipes.schema import Files, ParallelData, TaggedData
from seqtasks.recipes.shipped import shipped
from seqtasks.text.corpora.columns import read_columns
from seqtasks.text.corpora.conllu import read_conllu
from seqtasks.text.corpora.examples import Corpus, SentencePair, TaggedSentence
from seqtasks.text.corpora.jsonl import read_jsonl
from seqtasks.text.corpora.parallel import read_pairs, read_parallel
from seqtasks.text.tags import convert

SAMPLE = "sample/"
E = TypeVar("E")


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


def read_tagged_part(data: TaggedData, part: Files, place: Place) -> Corpus[TaggedSentence] | None:
    """The tagged sentences of one part; None where the recipe or the corpus has no such part."""
    if isinstance(part, list):
        raise UsageError(f"data: {part}: a tagged part is one file. Join the files first.")
    path = locate(data.corpus, part, place) if part else None
    return refuse_empty(read_tagged_file(data, path)) if path else None


def read_tagged_file(data: TaggedData, path: Path) -> Corpus[TaggedSentence]:
    """A tagged file in the recipe's format; tags stand in the scheme the recipe names, IOB1 as BIO."""
    schemes = {data.layer: data.scheme} if data.scheme else {}
    if data.format == "conllu":
        return read_conllu(path, layers=(data.layer,))
    if data.format == "jsonl":
        corpus = read_jsonl(path, layer=data.layer)
        return in_scheme(corpus, data.layer, "BIOES") if data.scheme == "BIOES" else corpus
    return read_columns(
        path, word_column=data.word_column, tag_columns={data.layer: data.tag_column}, separator=data.separator, schemes=schemes
    )


def in_scheme(corpus: Corpus[TaggedSentence], layer: str, scheme: str) -> Corpus[TaggedSentence]:
    """The same corpus with its BIO tags written in another scheme."""
    examples = [
        TaggedSentence(example.words, {layer: tuple(convert(example.tags[layer], "BIO", scheme))}, example.line, example.spans)
        for example in corpus
    ]
    return Corpus(examples, corpus.path, corpus.checksum, corpus.notes)


def refuse_empty(corpus: Corpus[E]) -> Corpus[E]:
    if not len(corpus):
        raise DataError(corpus.path, 0, "no sentences in it", "Check the file and the recipe's data.format")
    return corpus

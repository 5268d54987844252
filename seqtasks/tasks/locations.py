"""Where the corpora that recipes name lie, and their parts, read and counted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from seqtasks.datasets.folders import cache_folder, find_corpus, find_file
from seqtasks.errors import DataError
from seqtasks.recipes.schema import Files
from seqtasks.recipes.shipped import shipped
from seqtasks.text.corpora.examples import Corpus
from seqtasks.text.files import home_path

SAMPLE = "sample/"
E = TypeVar("E")


class PartNames(Protocol):
    """A [data] table: its corpus, and the file of each part."""

    @property
    def corpus(self) -> str: ...

    @property
    def train(self) -> Files: ...

    @property
    def dev(self) -> Files: ...

    @property
    def test(self) -> Files: ...

    @property
    def test_unseen(self) -> Files: ...


D = TypeVar("D", bound=PartNames)


@dataclass(frozen=True)
class DataLocations:
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


def locate(corpus: str, name: str, locations: DataLocations) -> Path | None:
    """The file called `name` (or name.gz) in the corpus's folder, or a path as it stands. None where the corpus lacks it."""
    path = home_path(name)
    folder = None if path.is_absolute() else locations.folder(corpus)
    if folder is None:
        found = find_file(path.parent, path.name)
        if found is None and path.is_dir():
            raise DataError(path, 0, "is a directory", "Give a file")
        if found is None:
            raise DataError(path, 0, "no such file", "Check the path; a relative one is taken from the current directory")
        return found
    return find_file(folder, name)


def locate_folder(corpus: str, name: str, locations: DataLocations) -> Path | None:
    """The folder called `name` in the corpus's folder, or a path as it stands. None where there is none."""
    path = home_path(name)
    within = None if path.is_absolute() else locations.folder(corpus)
    folder = path if within is None else within / name
    return folder if folder.is_dir() else None


def read_parts(data: D, locations: DataLocations, read: Callable[[D, Files, DataLocations], Corpus[E] | None]) -> dict[str, Corpus[E]]:
    """The parts that there are, by name, each read by `read`. Raises DataError if there is no train part."""
    named = {"train": data.train, "dev": data.dev, "test": data.test, "test_unseen": data.test_unseen}
    corpora = {split: read(data, files, locations) for split, files in named.items()}
    if corpora["train"] is None:
        raise DataError(
            locations.folder(data.corpus) or Path(),
            0,
            f"no training part {data.train!r} in it",
            "Check data_dir (--data-dir) and data.train",
        )
    return {split: corpus for split, corpus in corpora.items() if corpus is not None}


def refuse_empty(corpus: Corpus[E]) -> Corpus[E]:
    if not len(corpus):
        raise DataError(corpus.path, 0, "no sentences in it", "Check the file and the recipe's data.format")
    return corpus

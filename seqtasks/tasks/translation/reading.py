"""The parallel text that a translation recipe names, read."""

from pathlib import Path

from seqtasks.errors import DataError, UsageError
from seqtasks.recipes.schema import Files, ParallelData
from seqtasks.registry import known_parts
from seqtasks.tasks.locations import DataLocations, locate, refuse_empty
from seqtasks.text.corpora.examples import Corpus, SentencePair
from seqtasks.text.corpora.lines import read_lines
from seqtasks.text.corpora.pair_readers import GROUP, PAIR_READERS, TWO_FILES, read_pair_file
from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.corpora.suffixes import format_by_suffix


def parallel_files(data: ParallelData, part: Files, locations: DataLocations) -> list[Path] | None:
    """Source and target file of a part, or its one file of pairs; None where the recipe or the corpus lacks it."""
    if not part:
        return None
    if isinstance(part, list):
        if len(part) != 2 or data.format != TWO_FILES:
            raise UsageError(f"data: {part}: expected two files, source and target, of format 'parallel'.")
        names = part
    elif pair_format(data, part):
        names = [part]
    else:
        refuse_file(data, Path(part).expanduser())
        names = [f"{part}.{data.source}", f"{part}.{data.target}"]
    found = [locate(data.corpus, name, locations) for name in names]
    return [path for path in found if path] if all(found) else None


def pair_format(data: ParallelData, name: str) -> str | None:
    """The format of one file of pairs, by the recipe or else by its suffix; None for the stem of two files."""
    found = data.format if data.format != TWO_FILES else format_by_suffix(name)
    return found if found in known_parts(PAIR_READERS, GROUP) else None


def read_pairs_of(data: ParallelData, path: Path) -> Corpus[SentencePair]:
    """The pairs of one file, with the columns and languages of a recipe; one whose name says nothing is a TSV file.

    Raises DataError for a file that is tagged, by its suffix, and for one side of the pairs: a file whose name says nothing, without tabs.
    """
    found = format_by_suffix(path.name)
    if data.format == TWO_FILES and found not in (None, *PAIR_READERS):
        raise DataError(
            path, 0, f"is of format {found!r}, which is no parallel text", "Give a source and a target file, or a file of pairs"
        )
    form = pair_format(data, path.name)
    if form is None and "\t" not in next((line for _, line in read_lines(path) if line.strip()), "\t"):
        raise DataError(path, 0, "has no tab in its first line, so it holds no pairs", "Give source and target: [source, target]")
    return read_pair_file(
        path,
        format=form or "tsv",
        source=data.source,
        target=data.target,
        source_column=data.source_column,
        target_column=data.target_column,
        options=data.options,
    )


def refuse_file(data: ParallelData, path: Path) -> None:
    """Raises DataError for a path that should be the stem of two files, but is a folder, one of the two, or a file of pairs."""
    both = f"{{0}}.{data.source} and {{0}}.{data.target}"
    if path.is_dir():
        stem = path / "train"
        raise DataError(path, 0, "is a directory", f"Give the stem of two files in it: {stem} means {both.format(stem)}")
    if not path.is_file():
        return
    name = path.name.removesuffix(".gz")
    for side in (data.source, data.target):
        if name.endswith(f".{side}"):
            stem = path.with_name(name.removesuffix(f".{side}"))
            raise DataError(path, 0, "is one side of the pairs", f"Give the stem of both: {stem} means {both.format(stem)}")
    if "\t" in next((line for _, line in read_lines(path)), ""):
        raise DataError(path, 0, "holds pairs in columns, between tabs", "Set data.format=tsv")
    raise DataError(path, 0, "is one file", f"Give the stem of two, such as {path.stem} for {both.format(path.stem)}, or one file of pairs")


def read_translation_part(data: ParallelData, part: Files, locations: DataLocations) -> Corpus[SentencePair] | None:
    """The pairs of one part, empty ones too; None where the recipe or the corpus has no such part."""
    files = parallel_files(data, part, locations)
    if not files:
        return None
    corpus = read_parallel(*files) if len(files) == 2 else read_pairs_of(data, files[0])
    return refuse_empty(corpus)

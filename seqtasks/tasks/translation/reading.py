"""The parallel text that a translation recipe names, read."""

from pathlib import Path

from seqtasks.errors import UsageError
from seqtasks.recipes.schema import Files, ParallelData
from seqtasks.tasks.locations import DataLocations, locate, refuse_empty
from seqtasks.text.corpora.examples import Corpus, SentencePair
from seqtasks.text.corpora.parallel import read_pairs, read_parallel


def parallel_files(data: ParallelData, part: Files, locations: DataLocations) -> list[Path] | None:
    """Source and target file of a part, or its one TSV file; None where the corpus lacks it."""
    if isinstance(part, list):
        if len(part) != 2 or data.format == "tsv":
            raise UsageError(f"data: {part}: expected two files, source and target, of format 'parallel'.")
        names = part
    elif data.format == "tsv" or part.endswith((".tsv", ".tsv.gz")):
        names = [part]
    else:
        names = [f"{part}.{data.source}", f"{part}.{data.target}"]
    found = [locate(data.corpus, name, locations) for name in names]
    return [path for path in found if path] if all(found) else None


def read_translation_part(data: ParallelData, part: Files, locations: DataLocations) -> Corpus[SentencePair] | None:
    """The pairs of one part, empty ones too; None where the recipe or the corpus has no such part."""
    files = parallel_files(data, part, locations) if part else None
    if not files:
        return None
    corpus = read_parallel(*files) if len(files) == 2 else read_pairs(files[0])
    return refuse_empty(corpus)

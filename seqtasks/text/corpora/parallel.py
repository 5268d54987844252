"""Parallel text: two files with a line for a line. Pairs in one file: `seqtasks.text.corpora.pair_readers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path

from seqtasks.errors import DataError
from seqtasks.text.corpora.examples import Corpus, SentencePair
from seqtasks.text.corpora.lines import CorpusLines
from seqtasks.text.tokenizers import visible

SHOWN = 5  # line numbers named in a note


def read_parallel(source_path: Path | str, target_path: Path | str) -> Corpus[SentencePair]:
    """The pairs of two files, every line of them: blank ones too, so that nothing shifts.

    Raises DataError if the files do not have the same number of lines.
    """
    pairs: list[SentencePair] = []
    files = CorpusLines(source_path), CorpusLines(target_path)
    sources, targets = map(iter, files)
    for source, target in zip_longest(sources, targets):
        if source is None or target is None:
            lines = len(pairs) + 1 + sum(1 for _ in (targets if source is None else sources))
            counts = (len(pairs), lines) if source is None else (lines, len(pairs))
            raise DataError(
                source_path,
                len(pairs) + 1,
                f"{counts[0]} lines here but {counts[1]} in {target_path}",
                "Parallel files need a line for a line",
            )
        pairs.append(SentencePair(visible(source[1]), visible(target[1]), source[0]))
    both = sha256("".join(file.checksum for file in files).encode()).hexdigest()
    return Corpus(pairs, f"{source_path}", both)


def without_empty(corpus: Corpus[SentencePair]) -> Corpus[SentencePair]:
    """The pairs whose two sides both have text; a note says how many were dropped, and where."""
    kept = [pair for pair in corpus if pair.source.strip() and pair.target.strip()]
    dropped = [pair.line for pair in corpus if not (pair.source.strip() and pair.target.strip())]
    if not dropped:
        return corpus
    pairs = "pair" if len(dropped) == 1 else "pairs"
    note = f"{corpus.path}: dropped {len(dropped)} {pairs} with an empty side ({listed(dropped)})"
    return replace(corpus, examples=kept, notes=(*corpus.notes, note))


def listed(lines: Sequence[int]) -> str:
    """ "lines 5, 9, 12" or the first few of them."""
    shown = ", ".join(map(str, lines[:SHOWN]))
    return f"line{'s' if len(lines) > 1 else ''} {shown}{' ...' if len(lines) > SHOWN else ''}"

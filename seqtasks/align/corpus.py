"""Two files with a line for a line, as numbers of words: what the aligner trains on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from seqtasks.text.corpora.parallel import read_parallel
from seqtasks.text.encoded import Ragged
from seqtasks.text.vocabulary import UNK, Vocabulary


@dataclass(frozen=True)
class Side:
    """One language: its words, the most frequent first behind the one that stands for unknown ones, and the sentences as their numbers."""

    words: Vocabulary
    sentences: Ragged

    @classmethod
    def of(cls, sentences: list[list[str]]) -> Side:
        """The side of sentences given as tokens."""
        words = Vocabulary.build(Counter(word for sentence in sentences for word in sentence), specials=(UNK,))
        return cls(words, Ragged.from_lists([words.ids(sentence) for sentence in sentences]))


def read_sides(source: Path | str, target: Path | str, *, lowercase: bool) -> tuple[Side, Side]:
    """Both sides of parallel files whose tokens stand between spaces; blank lines are sentences without tokens.

    Raises DataError for files of different length, missing files or bad UTF-8.
    """
    pairs = read_parallel(source, target)
    sources, targets = (
        Side.of([(line.lower() if lowercase else line).split() for line in lines])
        for lines in ([pair.source for pair in pairs], [pair.target for pair in pairs])
    )
    return sources, targets

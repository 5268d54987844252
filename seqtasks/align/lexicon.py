"""A lexicon of training data: the likeliest translations of each word in both directions, p(t|s) and p(s|t); and what it says in place of
unknown words of a translation.

U words of one side; C entries, those of a word together, the likeliest first (equal ones by their numbers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.align.aligner import Aligner
from seqtasks.align.blocks import Floats, Integers
from seqtasks.align.storage import AGAIN, read_archive, write_archive
from seqtasks.align.table import TranslationTable
from seqtasks.errors import DataError
from seqtasks.text.vocabulary import Vocabulary

KIND, FORMAT = "seqtasks lexicon", 1


@dataclass(frozen=True, eq=False)
class Entries:
    """Translations of one direction: word u has words_C[first_U1[u]:first_U1[u + 1]] with these probabilities."""

    first_U1: Integers
    words_C: NDArray[np.int32]
    probabilities_C: Floats

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entries) and all(np.array_equal(mine, vars(other)[name]) for name, mine in vars(self).items())

    __hash__ = None  # type: ignore[assignment]

    @property
    def owners(self) -> Integers:
        """The word of each entry, of C."""
        return np.repeat(np.arange(len(self.first_U1) - 1), np.diff(self.first_U1))

    @classmethod
    def of(cls, table: TranslationTable, *, best: int, least: float) -> Entries:
        """The `best` entries of each word that have a probability of at least `least`; those of the empty word are left out."""
        owners_C = table.sources
        kept_C = np.flatnonzero((table.probabilities_C >= least) & (owners_C > 0))
        order_C = kept_C[np.lexsort((table.targets_C[kept_C], -table.probabilities_C[kept_C], owners_C[kept_C]))]
        owners_C = owners_C[order_C] - 1
        words = len(table.first_U1) - 2
        ranks_C = np.arange(len(order_C)) - np.searchsorted(owners_C, owners_C)
        order_C, owners_C = order_C[ranks_C < best], owners_C[ranks_C < best]
        return cls(np.searchsorted(owners_C, np.arange(words + 1)), table.targets_C[order_C], table.probabilities_C[order_C])


@dataclass(frozen=True)
class Lexicon:
    """forward: of source words, p(t|s); backward: of target words, p(s|t). Vocabularies hold the words, the most frequent first."""

    source: Vocabulary
    target: Vocabulary
    forward: Entries
    backward: Entries

    @classmethod
    def of(cls, aligner: Aligner, source: Vocabulary, target: Vocabulary, *, best: int = 100, least: float = 1e-4) -> Lexicon:
        """The lexicon of a trained aligner, whose numbers of words are these vocabularies'.

        best: entries a word at most; least: the smallest probability kept. Raises ValueError if the sizes do not agree.
        """
        sizes = [len(way.table.first_U1) - 2 for way in (aligner.forward, aligner.backward)]
        if sizes != [len(source), len(target)]:
            raise ValueError(f"the aligner knows {sizes[0]} and {sizes[1]} words but the vocabularies {len(source)} and {len(target)}")
        forward, backward = (Entries.of(way.table, best=best, least=least) for way in (aligner.forward, aligner.backward))
        return cls(source, target, forward, backward)

    def translations(self, word: str) -> list[tuple[str, float]]:
        """(target word, p(target word | word)), the likeliest first; nothing for a word that training has not seen."""
        number = self.source.id(word)
        if number is None:
            return []
        here = slice(self.forward.first_U1[number], self.forward.first_U1[number + 1])
        return list(zip(self.target.tokens(self.forward.words_C[here]), self.forward.probabilities_C[here].tolist(), strict=True))

    def entry(self, word: str) -> str | None:
        """The one translation to take for a word: of the highest p(t|s) p(s|t), as a rare word's p(t|s) is spread over its neighbours'.

        None for a word that training has not seen, or for which no pair has both probabilities.
        """
        number = self.source.id(word)
        chosen = -1 if number is None else int(self.chosen[number])
        return None if chosen < 0 else self.target.list[chosen]

    @cached_property
    def chosen(self) -> Integers:
        """The target word that `entry` gives for each source word, of U; -1 for none."""
        chosen_U = np.full(len(self.source), -1)
        keys_C = self.forward.owners * len(self.target) + self.forward.words_C
        back_C = self.backward.words_C.astype(np.int64) * len(self.target) + self.backward.owners
        common, mine, theirs = np.intersect1d(keys_C, back_C, assume_unique=True, return_indices=True)
        scores = self.forward.probabilities_C[mine] * self.backward.probabilities_C[theirs]
        order = np.lexsort((-common, scores))  # the last one written stays: the best, of equal ones the most frequent word
        owners, words = np.divmod(common[order], max(1, len(self.target)))
        chosen_U[owners] = words
        return chosen_U

    def save(self, path: Path | str) -> None:
        """Write one file. Raises RunDirectoryError if that is not possible."""
        head: dict[str, object] = {"kind": KIND, "format": FORMAT}
        for name, side in (("source", self.source), ("target", self.target)):
            head[name] = {"specials": side.specials, "words": side.words()}
        ways = {"forward": vars(self.forward), "backward": vars(self.backward)}
        write_archive(path, head, {f"{name}_{key}": array for name, way in ways.items() for key, array in way.items()})

    @classmethod
    def load(cls, path: Path | str) -> Lexicon:
        """What `save` wrote. Raises DataError for a file that is missing, damaged or of another kind."""
        names = [f"{way}_{key}" for way in ("forward", "backward") for key in ("first_U1", "words_C", "probabilities_C")]
        head, arrays = read_archive(path, kind=KIND, format=FORMAT, head=("source", "target"), arrays=names)
        try:
            source, target = (vocabulary_of(head[side]) for side in ("source", "target"))
            forward, backward = (Entries(*(arrays[name] for name in some)) for some in (names[:3], names[3:]))
            check_entries(forward, len(source), len(target))
            check_entries(backward, len(target), len(source))
        except (ValueError, TypeError, KeyError) as fault:
            raise DataError(path, 0, f"is no {KIND}, or damaged ({fault})", AGAIN) from None
        return cls(source, target, forward, backward)


def replace_unknown(
    target: Sequence[str], source: Sequence[str], positions: Sequence[int], *, unknown: str, lexicon: Lexicon | None
) -> list[str]:
    """The target tokens, each one that is `unknown` replaced by the lexicon's entry for its source token, or by that token itself (Luong et
    al. 2015, "rare word problem").

    positions: the source position that each target token looks at most; one outside of the source (the end of sentence, -1) leaves the
    token as it is. Raises ValueError unless there is one for each target token.
    """
    if len(positions) != len(target):
        raise ValueError(f"{len(target)} target tokens but {len(positions)} positions")
    replaced = []
    for token, position in zip(target, positions, strict=True):
        if token == unknown and 0 <= position < len(source):
            token = (lexicon.entry(source[position]) if lexicon is not None else None) or source[position]
        replaced.append(token)
    return replaced


def vocabulary_of(side: Mapping[str, Any]) -> Vocabulary:
    """A side's vocabulary as it is saved. Raises ValueError, TypeError or KeyError for anything else."""
    if not all(isinstance(word, str) for word in (*side["words"], *side["specials"])):
        raise ValueError("its words are no text")
    return Vocabulary(side["words"], specials=side["specials"])


def check_entries(entries: Entries, words: int, others: int) -> None:
    """Raises ValueError unless these are the entries of so many words, each with some of so many others and a probability."""
    first, chosen, probabilities = entries.first_U1, entries.words_C, entries.probabilities_C
    if [first.dtype.kind, chosen.dtype.kind, probabilities.dtype.kind] != ["i", "i", "f"] or first.ndim != 1 or chosen.ndim != 1:
        raise ValueError("its arrays are of other types")
    if len(first) != words + 1 or first[0] != 0 or first[-1] != len(chosen) or (np.diff(first) < 0).any():
        raise ValueError("its entries are not those of its words")
    if probabilities.shape != chosen.shape or ((chosen < 0) | (chosen >= others)).any():
        raise ValueError("its entries are not words of the other side")
    if not ((probabilities >= 0) & (probabilities <= 1 + 1e-6)).all():
        raise ValueError("its probabilities are none")

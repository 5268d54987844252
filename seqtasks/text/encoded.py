"""Encoded corpora: rows of different lengths as one flat array and offsets, which can be memory mapped.

F distinct word forms of a corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError
from seqtasks.text.files import atomic_path
from seqtasks.text.vocabulary import Vocabulary
from seqtasks.text.word_shapes import shape_of

LONGEST_WORD = 30  # characters of a word that the character model sees

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Ragged:
    """Rows of ids: row i is values[offsets[i]:offsets[i + 1]]."""

    values: Ids
    offsets: NDArray[np.int64]

    @classmethod
    def from_lists(cls, rows: Iterable[Sequence[int] | Ids]) -> Ragged:
        """Rows put one after the other."""
        rows = rows if isinstance(rows, list) else list(rows)
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        values = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=int(offsets[-1]))
        return cls(values, offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[Ids]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Ids:
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        row %= len(self)
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The length of each row."""
        return np.diff(self.offsets)

    def padded(self, rows: NDArray[np.int64], multiple: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Some rows side by side, filled up with 0 to the longest, rounded up to a multiple, and a mask that is True at real values."""
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        longest = int(lengths.max(initial=0))
        columns = np.arange(-(-longest // multiple) * multiple)
        mask = columns < lengths[:, None]
        values = np.zeros(mask.shape, dtype=np.int64)
        values[mask] = self.values[(self.offsets[rows][:, None] + columns)[mask]]
        return values, mask

    def without_last(self) -> Ragged:
        """The rows without their last id (the end of sentence). Raises ValueError for an empty row."""
        if not self.lengths.all():
            raise ValueError(f"row {int(np.argmin(self.lengths))} is empty")
        kept = np.ones(len(self.values), dtype=bool)
        kept[self.offsets[1:] - 1] = False
        return Ragged(self.values[kept], self.offsets - np.arange(len(self.offsets)))

    def save(self, path: Path) -> None:
        """Two files, PATH.values.npy and PATH.offsets.npy."""
        for name, array in (("values", self.values), ("offsets", self.offsets)):
            with atomic_path(path.with_name(f"{path.name}.{name}.npy")) as temporary, temporary.open("wb") as file:
                np.save(file, array, allow_pickle=False)

    @classmethod
    def load(cls, path: Path, *, mapped: bool) -> Ragged:
        """What `save` wrote; mapped: values stay on disk until looked at. Raises DataError for missing or damaged files."""
        try:
            values = np.load(path.with_name(f"{path.name}.values.npy"), mmap_mode="r" if mapped else None, allow_pickle=False)
            offsets = np.load(path.with_name(f"{path.name}.offsets.npy"), allow_pickle=False)
        except (OSError, ValueError, EOFError) as fault:
            raise DataError(path, 0, f"no encoded corpus ({fault})", "Encode it again") from None
        if not len(offsets) or offsets[-1] != len(values):
            raise DataError(path, 0, f"{len(values)} values, but its offsets are of another corpus", "Encode it again")
        return cls(values, offsets)


@dataclass(frozen=True)
class FormTable:
    """The distinct word forms of a corpus: text, vocabulary numbers word_ids_F, characters (at most LONGEST_WORD each) and shapes_F."""

    forms: list[str]
    word_ids: Ids
    characters: Ragged
    shapes: Ids

    @classmethod
    def build(cls, sentences: Iterable[Sequence[str]], words: Vocabulary, characters: Vocabulary) -> tuple[FormTable, Ragged]:
        """The table, and each sentence as numbers of forms."""
        numbers: dict[str, int] = {}
        rows = [[numbers.setdefault(word, len(numbers)) for word in sentence] for sentence in sentences]
        forms = list(numbers)
        spelled = Ragged.from_lists([characters.ids(form[:LONGEST_WORD]) for form in forms])
        shapes = np.fromiter(map(shape_of, forms), dtype=np.int32, count=len(forms))
        return cls(forms, np.array(words.ids(forms), dtype=np.int32), spelled, shapes), Ragged.from_lists(rows)

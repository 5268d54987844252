"""What readers return: sentence pairs, tagged sentences and labelled texts, in a corpus that knows its file, checksum and repairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from seqtasks.text.tags import Span

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class SentencePair:
    """A source line and its target line; `line` counts from 1 in both files."""

    source: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """Words with one or several layers of tags, each as long as the words; `line` is where the sentence begins.

    spans: entities of a JSONL file, nested ones too (empty for formats without spans).
    """

    words: tuple[str, ...]
    tags: Mapping[str, tuple[str, ...]]
    line: int
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with its labels, sorted: one, or where texts have several any number. `line` is where it begins."""

    text: str
    labels: tuple[str, ...]
    line: int


class DataNote(str):
    """A note on data: a line that says what looks wrong, which `--strict` takes for an error."""

    __slots__ = ()


@dataclass(frozen=True)
class Corpus(Generic[E]):
    """The examples of a file (or of a source and a target file).

    checksum: sha256 of the file as stored. notes: what was repaired or left out, a line each. told: what is no fault, such as rows that
    their format has no words in.
    """

    examples: list[E]
    path: str
    checksum: str
    notes: tuple[str, ...] = field(default=())
    told: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def all_notes(self) -> list[str]:
        """What is told, and the notes as notes on data."""
        return [*self.told, *map(DataNote, self.notes)]

    def __iter__(self) -> Iterator[E]:
        return iter(self.examples)

    def __getitem__(self, position: int) -> E:
        return self.examples[position]

"""What pages and notebooks show of answers, as plain data: nothing is loaded that draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MOST = 20  # answers that a notebook shows; how many more there are is said


class Marked(NamedTuple):
    """An entity over words start (inclusive) to end (exclusive); confidence 0 to 1, or None."""

    start: int
    end: int
    label: str
    confidence: float | None


class ShownWord(NamedTuple):
    """A word, what stands between it and the next one, its tag ("" for none) and how sure that is."""

    word: str
    after: str
    tag: str
    confidence: float | None


class TaggedShown(NamedTuple):
    """A sentence with the tags of its words, and by head its entities."""

    words: Sequence[ShownWord]
    entities: Mapping[str, Sequence[Marked]]


class AttentionShown(NamedTuple):
    """How much each target word (row) looked at each source word (column): weights_TS, 0 to 1."""

    source: Sequence[str]
    target: Sequence[str]
    weights: Sequence[Sequence[float]]


class TranslatedShown(NamedTuple):
    """A line, its translations (or what was written on from it) with their log-probabilities, best first, and the attention of the best
    one, where there is any.
    """

    source: str
    translations: Sequence[tuple[str, float]]
    attention: AttentionShown | None


class LabelledShown(NamedTuple):
    """A text and its labels, each with how probable it is, 0 to 1."""

    text: str
    labels: Sequence[tuple[str, float]]


class BesideShown(NamedTuple):
    """A text with its labels by head, and the tags of its words."""

    labels: Mapping[str, LabelledShown]
    tagged: TaggedShown


Shown = TaggedShown | TranslatedShown | LabelledShown | BesideShown

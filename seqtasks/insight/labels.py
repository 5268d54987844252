"""What a cell might follow: numbers for each word of some sentences, from the text alone and from gold tags. N words of all sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.text.tags import NESTED, OUTSIDE
from seqtasks.text.word_shapes import SHAPES, shape_of

QUOTES = frozenset('"“”„«»') | {"``", "''"}
OPENING, CLOSING = frozenset({"“", "„", "«", "``"}), frozenset({"”", "»", "''"})
RARE = 0.01  # a label that fewer words have (or lack) is left out
Words = Sequence[Sequence[str]]


@dataclass(frozen=True)
class WordLabel:
    """One number for each word. positional: it depends on the place of a word and the length of its sentence alone."""

    name: str
    values_N: NDArray[np.float64]
    positional: bool = False


def labels_of(sentences: Words, tags: Words | None = None, scheme: str | None = None) -> list[WordLabel]:
    """Every label that some words have and others lack. tags: gold ones, whose scheme is None where they are no spans."""
    found = [*text_labels(sentences), *([] if tags is None or scheme == NESTED else tag_labels(tags, scheme))]
    return [label for label in found if varies(label.values_N)]


def varies(values_N: NDArray[np.float64]) -> bool:
    """Whether at least a share RARE of the words differ from the commonest value."""
    _, counts = np.unique(values_N, return_counts=True)
    return len(values_N) > 0 and counts.max() <= (1 - RARE) * len(values_N)


def text_labels(sentences: Words) -> list[WordLabel]:
    """Place, length, spelling and quotes."""
    lengths = [len(words) for words in sentences]
    positions = joined([np.arange(length) for length in lengths])
    to_end = joined([np.arange(length)[::-1] for length in lengths])
    shapes = np.array([shape_of(word) for words in sentences for word in words])
    return [
        WordLabel("words from the start", positions, positional=True),
        WordLabel("words to the end", to_end, positional=True),
        WordLabel("sentence length", joined([np.full(length, length) for length in lengths]), positional=True),
        WordLabel("inside quotes", joined([inside_quotes(words) for words in sentences])),
        WordLabel("after a comma", joined([after(words, ",") for words in sentences])),
        *(WordLabel(f"written {name}", (shapes == number).astype(np.float64)) for number, name in enumerate(SHAPES)),
    ]


def joined(rows: Sequence[NDArray[np.generic]]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros(0), *rows]).astype(np.float64)


def inside_quotes(words: Sequence[str]) -> NDArray[np.float64]:
    """1 at words between an opening quote and the next closing one; a straight quote opens where none is open, and closes otherwise."""
    inside, found = False, np.zeros(len(words))
    for place, word in enumerate(words):
        if word in QUOTES:
            inside = word in OPENING or (word not in CLOSING and not inside)
        else:
            found[place] = inside
    return found


def after(words: Sequence[str], sign: str) -> NDArray[np.float64]:
    """1 at words behind the first one that is `sign`."""
    return np.cumsum([word == sign for word in words]).astype(np.float64).clip(max=1.0)


def tag_labels(tags: Words, scheme: str | None) -> list[WordLabel]:
    """Of spans: inside an entity, where one begins and goes on, and inside each type; else: each tag."""
    rows = [tag for row in tags for tag in row]
    if scheme is None:
        return [of(f"tag {tag}", [one == tag for one in rows]) for tag in sorted(set(rows))]
    types = sorted({tag[2:] for tag in rows if tag != OUTSIDE})
    return [
        of("inside an entity", [tag != OUTSIDE for tag in rows]),
        of("entity begins (B-)", [tag[:1] in "BS" for tag in rows]),
        of("entity goes on (I-)", [tag[:1] in "IE" for tag in rows]),
        *(of(f"inside {name}", [tag[2:] == name for tag in rows]) for name in types),
    ]


def of(name: str, hits: Sequence[bool]) -> WordLabel:
    return WordLabel(name, np.array(hits, dtype=np.float64))

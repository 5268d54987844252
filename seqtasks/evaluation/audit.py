"""What the data itself says: sentences that stand in train and in the compared part, words that gold tags in two ways between the same
neighbours, and words where all systems agree against gold. These are questions to the annotation, not proofs of errors.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqtasks.evaluation.score import check_same_lengths

Tags = Sequence[Sequence[str]]
SHOWN = 100
EDGE = ""  # the neighbour of a first or last word


@dataclass(frozen=True)
class Annotated:
    """A part of a corpus: the words of its sentences and their gold tags. Raises ValueError where they are not aligned word by word."""

    words: Tags
    tags: Tags

    def __post_init__(self) -> None:
        check_same_lengths(self.words, self.tags, ("sentences of words", "sentences of tags"))
        for position, (words, tags) in enumerate(zip(self.words, self.tags, strict=True), start=1):
            check_same_lengths(words, tags, ("words", f"tags in sentence {position}"))


@dataclass(frozen=True)
class Ambiguous:
    """A word that gold tags in several ways between the same neighbours: how often with which tag, over all parts."""

    left: str
    word: str
    right: str
    tags: dict[str, int]


@dataclass(frozen=True)
class Suspect:
    """A word where both systems agree against gold: an annotation error, or a hard case. `sentence`, `word` count from 1."""

    sentence: int
    word: int
    text: list[str]
    gold: str
    predicted: str
    confidence: float | None


@dataclass(frozen=True)
class Duplicate:
    """A sentence of the compared part that also stands in train."""

    sentence: int
    words: list[str]
    same_tags: bool


@dataclass(frozen=True)
class Audit:
    """What the data itself says. Lists are cut to what a reader looks at; the counts are of all."""

    duplicate_count: int
    duplicate_tokens: int
    duplicates: list[Duplicate]
    score_without_duplicates: dict[str, float]
    ambiguous_count: int
    ambiguous: list[Ambiguous]
    suspect_count: int
    suspects: list[Suspect]


def duplicates(part: Annotated, train: Annotated) -> list[Duplicate]:
    """The sentences of the part that also stand in train, word for word; `same_tags` where train tags one copy just so."""
    seen: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for words, tags in zip(train.words, train.tags, strict=True):
        seen[tuple(words)].add(tuple(tags))
    return [
        Duplicate(position, list(words), tuple(tags) in seen[tuple(words)])
        for position, (words, tags) in enumerate(zip(part.words, part.tags, strict=True), start=1)
        if words and tuple(words) in seen
    ]


def ambiguous_contexts(parts: Iterable[Annotated]) -> list[Ambiguous]:
    """Words that gold tags in several ways between the same neighbours, over all parts together.

    First those that an annotator would look at first: most often tagged otherwise than usual in their context.
    """
    seen: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for part in parts:
        for words, tags in zip(part.words, part.tags, strict=True):
            padded = [EDGE, *words, EDGE]
            for context, tag in zip(zip(padded, words, padded[2:], strict=False), tags, strict=True):
                seen[context][tag] += 1
    found = [Ambiguous(*context, tags=dict(tags.most_common())) for context, tags in seen.items() if len(tags) > 1]
    return sorted(found, key=lambda row: (max(row.tags.values()) - sum(row.tags.values()), -sum(row.tags.values()), _place(row)))


def suspects(part: Annotated, answers: Sequence[Tags], confidences: Sequence[Sequence[Sequence[float]] | None]) -> list[Suspect]:
    """The words to which all systems give the same tag, and gold another; those they are surest of come first.

    The confidence is the mean over the systems that state one. Fewer than two systems cannot agree: none then.
    """
    if len(answers) < 2:
        return []
    stated = [rows for rows in confidences if rows is not None]
    found = []
    for sentence, (words, gold, *given) in enumerate(zip(part.words, part.tags, *answers, strict=True)):
        for word, (true, first, *others) in enumerate(zip(gold, *given, strict=True)):
            if first != true and all(other == first for other in others):
                sure = sum(float(rows[sentence][word]) for rows in stated) / len(stated) if stated else None
                found.append(Suspect(sentence + 1, word + 1, list(words), true, first, sure))
    return sorted(found, key=lambda row: (-(row.confidence or 0.0), row.sentence, row.word))


def _place(row: Ambiguous) -> tuple[str, str, str]:
    return row.left, row.word, row.right

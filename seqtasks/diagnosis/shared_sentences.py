"""Sentences that stand in training and in a part that is scored: what a model has seen, it need not have learned.

Compared are sentences as they stand, and nearly: without case, punctuation and the values of digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SHORT = 5  # words; shorter sentences ("Thank you .") are said again and again, and are no leak by themselves
NEARLY, EXACTLY = 0.01, 0.1  # shares of a part above which it is told: of its sentences that are not short, and of all
NUMBERS = 0.25  # share of words
DIGIT, MARKS = re.compile(r"\d"), re.compile(r"[\W_]+")


@dataclass(frozen=True)
class SharedWithTrain:
    """Of a part: its sentences, those that stand in training word for word, and those of at least SHORT words that nearly do."""

    part: str
    sentences: int
    exact: int
    long: int
    near: int
    first: int  # line of the first of these

    @property
    def notable(self) -> bool:
        """Whether a score on the part says less than it seems to."""
        return self.near > NEARLY * self.long or self.exact > EXACTLY * self.sentences

    def __str__(self) -> str:
        return (
            f"{self.part}: {self.exact:,} of {self.sentences:,} sentences stand in train, too, and of its {self.long:,} of {SHORT} "
            f"words or more {self.near:,} nearly do (first at line {self.first:,}): scores on it tell little of new sentences"
        )


def bare(words: Iterable[str]) -> str:
    """A sentence without case, punctuation and the values of digits; as it stands where nothing would be left.

    Where over NUMBERS of its words hold digits, as in dates, they are what it says, and stay.
    """
    text = " ".join(words)
    parts = text.split()
    numbers = sum(bool(DIGIT.search(part)) for part in parts) > NUMBERS * len(parts)
    return MARKS.sub(" ", text.lower() if numbers else DIGIT.sub("0", text.lower())).strip() or text


def shared_sentences(train: Iterable[tuple[str, ...]], parts: Mapping[str, Iterable[tuple[tuple[str, ...], int]]]) -> list[SharedWithTrain]:
    """What each part shares with train; sentences are words, with their line in the parts."""
    sentences = set(train)
    near = {bare(words) for words in sentences}
    found = []
    for part, rows in parts.items():
        rows = list(rows)
        long = [(words, line) for words, line in rows if len(words) >= SHORT]
        alike = [line for words, line in long if bare(words) in near]
        exact = [line for words, line in rows if words in sentences]
        found.append(SharedWithTrain(part, len(rows), len(exact), len(long), len(alike), min([*alike, *exact], default=0)))
    return found

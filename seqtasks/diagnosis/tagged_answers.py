"""The sentences of a part that a tagger did worst on, and those that it was least sure of. S words of a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SENTENCES = 10  # kept of each kind


@dataclass(frozen=True)
class TaggedAnswer:
    """A sentence with its gold and its answered tags.

    sentence: its number in the part, from 1; confidences: the probability of each answered tag, 0 to 1, () where that is not known.
    """

    sentence: int
    words: tuple[str, ...]
    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    confidences: tuple[float, ...] = ()

    @property
    def wrong(self) -> int:
        """How many words have another tag than the gold one."""
        return sum(true != found for true, found in zip(self.gold, self.predicted, strict=True))

    @property
    def confidence(self) -> float | None:
        """The geometric mean of the confidences, 0 to 1: long sentences are not less sure for being long. None where there are none."""
        if not self.confidences:
            return None
        return math.exp(sum(math.log(max(value, 1e-12)) for value in self.confidences) / len(self.confidences))

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json: the wrong words as [place from 1, word, gold, answered]."""
        places = zip(range(1, len(self.words) + 1), self.words, self.gold, self.predicted, strict=True)
        wrong = [[place, word, true, found] for place, word, true, found in places if true != found]
        return {"sentence": self.sentence, "words": len(self.words), "confidence": self.confidence, "wrong": wrong}


def most_wrong(answers: Sequence[TaggedAnswer], count: int = SENTENCES) -> list[TaggedAnswer]:
    """Up to `count` sentences with wrong words, the most first; of equally many the shorter sentence, then the first."""
    return sorted((one for one in answers if one.wrong), key=lambda one: (-one.wrong, len(one.words), one.sentence))[:count]


def least_sure(answers: Sequence[TaggedAnswer], count: int = SENTENCES) -> list[TaggedAnswer]:
    """Up to `count` sentences of the lowest confidence, lowest first; of equal ones the first. Those without are passed over."""
    sure = [(one.confidence, one.sentence, one) for one in answers if one.confidence is not None]
    return [one for _, _, one in sorted(sure, key=lambda row: row[:2])[:count]]

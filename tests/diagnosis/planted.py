"""Clean translations of invented sentences, and the same with one fault planted in each."""

from __future__ import annotations

import numpy as np

from seqtasks.diagnosis.attention import AttentionStatistics, statistics_of
from seqtasks.diagnosis.lines import TranslatedLine
from tests.miniature.sentences import pairs

CLEAN = [(english.capitalize(), french.capitalize()) for english, _, french in pairs(60, seed=4)]


def clean() -> list[TranslatedLine]:
    """Sixty lines that are translated as the reference says."""
    return [TranslatedLine(english, french, french) for english, french in CLEAN]


def diagonal(words: list[str], *, dropped: tuple[int, ...] = ()) -> AttentionStatistics:
    """Attention from each word to its own and from the end to the end; what looks at dropped ones along the reference looks at the end."""
    count = len(words)
    reference = np.eye(count + 1, dtype=np.float32)
    weights = reference.copy()
    for place in dropped:
        weights[place, place], weights[place, count] = 0.0, 1.0
    return statistics_of(words, weights, reference)


def even(words: list[str]) -> AttentionStatistics:
    """Attention that looks everywhere alike."""
    return statistics_of(words, np.full((4, len(words) + 1), 1 / (len(words) + 1), dtype=np.float32))

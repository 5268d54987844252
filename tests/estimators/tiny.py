"""Taggers of a few thousand numbers, and invented sentences to train them on."""

from __future__ import annotations

from typing import Any

from seqtasks.estimators.neural_tagger import NeuralTagger
from tests.miniature.sentences import tagged

Words = list[list[str]]

SIZES: dict[str, Any] = {"hidden_size": 8, "word_size": 8, "character_size": 8, "filters": 8}
SCHEDULE: dict[str, Any] = {"epochs": 2, "batch_tokens": 100, "warmup_updates": 1, "learning_rate": 0.02}


def tiny(**changes: Any) -> NeuralTagger:
    return NeuralTagger(**(SIZES | SCHEDULE | changes))


def parts_of_speech(count: int, *, seed: int) -> tuple[Words, Words]:
    sentences = tagged(count, seed=seed)
    return [sentence.words for sentence in sentences], [sentence.upos for sentence in sentences]


def entities(count: int, *, seed: int) -> tuple[Words, Words]:
    sentences = tagged(count, seed=seed)
    return [sentence.words for sentence in sentences], [sentence.entities for sentence in sentences]


def able(**changes: Any) -> NeuralTagger:
    """One that learns the invented sentences by heart, in a quarter of a second."""
    return tiny(**({"epochs": 25, "batch_tokens": 50, "dropout": 0.0} | changes))

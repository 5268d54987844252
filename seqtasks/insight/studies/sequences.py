"""Tasks made to measure memory: what must be remembered, for how many words, and what guessing gets.

recall: one of 8 symbols, distance - 1 distractors, then a question: which symbol was it? copy: 3 symbols, distractors, then 3 questions,
each for the symbol `distance` words before it. adding: numbers of which two are marked, one in each half of `distance` words: their sum?
(Hochreiter and Schmidhuber 1997, sections 5.1 to 5.4; Arjovsky et al. 2016, section 4; here the answer always stands at the end.)
B sentences, S words, A answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from seqtasks.errors import UsageError

SYMBOLS, DISTRACTORS, COPIED = 8, 7, 3
QUESTION = SYMBOLS + DISTRACTORS


@dataclass(frozen=True)
class Examples:
    """inputs: words_BS as numbers, or features_BSE; answers_BA: of the last A words, classes or real numbers."""

    inputs: Tensor
    answers_BA: Tensor


@dataclass(frozen=True)
class SequenceTask:
    """words: size of its vocabulary, 0 where inputs are `features` real numbers a word; outputs: classes, or 1 real number.

    measure: "accuracy" or "squared error"; chance: what guessing gets of it; nearest: the shortest distance there is.
    """

    name: str
    summary: str
    measure: str
    chance: float
    words: int
    features: int
    outputs: int
    nearest: int
    updates: int
    draw: Callable[[int, int, Generator], Examples]

    def examples(self, count: int, distance: int, generator: Generator) -> Examples:
        """Drawn anew. Raises UsageError for a distance that the task does not have."""
        if distance < self.nearest:
            raise UsageError(f"{self.name} has no distance {distance}: it begins at {self.nearest} words. Give longer --distances.")
        return self.draw(count, distance, generator)


def recall(count: int, distance: int, generator: Generator) -> Examples:
    """The symbol stands `distance` words before the question."""
    symbols_B1 = torch.randint(0, SYMBOLS, (count, 1), generator=generator)
    return Examples(torch.cat([symbols_B1, distractors(count, distance - 1, generator), questions(count, 1)], dim=1), symbols_B1)


def copy(count: int, distance: int, generator: Generator) -> Examples:
    """Each symbol stands `distance` words before its question."""
    symbols_BA = torch.randint(0, SYMBOLS, (count, COPIED), generator=generator)
    between_BS = distractors(count, distance - COPIED, generator)
    return Examples(torch.cat([symbols_BA, between_BS, questions(count, COPIED)], dim=1), symbols_BA)


def adding(count: int, distance: int, generator: Generator) -> Examples:
    """Numbers uniform in 0 to 1 beside marks of 0 or 1; the answer is the sum of the two that are marked, at the last word."""
    numbers_BS = torch.rand(count, distance, generator=generator)
    first_B1 = torch.randint(0, distance // 2, (count, 1), generator=generator)
    second_B1 = torch.randint(distance // 2, distance, (count, 1), generator=generator)
    marks_BS = torch.zeros(count, distance).scatter_(1, first_B1, 1.0).scatter_(1, second_B1, 1.0)
    return Examples(torch.stack([numbers_BS, marks_BS], dim=2), (numbers_BS * marks_BS).sum(dim=1, keepdim=True))


def distractors(count: int, length: int, generator: Generator) -> Tensor:
    """words_BS that mean nothing."""
    return torch.randint(SYMBOLS, QUESTION, (count, length), generator=generator)


def questions(count: int, length: int) -> Tensor:
    """words_BS that ask."""
    return torch.full((count, length), QUESTION)


TASKS = {
    one.name: one
    for one in (
        SequenceTask(
            name="recall",
            summary="one symbol over distractors",
            measure="accuracy",
            chance=1 / SYMBOLS,
            words=QUESTION + 1,
            features=0,
            outputs=SYMBOLS,
            nearest=1,
            updates=500,
            draw=recall,
        ),
        SequenceTask(
            name="copy",
            summary="three symbols over distractors, in their order",
            measure="accuracy",
            chance=1 / SYMBOLS,
            words=QUESTION + 1,
            features=0,
            outputs=SYMBOLS,
            nearest=COPIED,
            updates=1000,
            draw=copy,
        ),
        SequenceTask(
            name="adding",
            summary="the sum of two marked numbers",
            measure="squared error",
            chance=1 / 6,  # variance of the sum of two uniform numbers: the error of its mean
            words=0,
            features=2,
            outputs=1,
            nearest=2,
            updates=1500,
            draw=adding,
        ),
    )
}

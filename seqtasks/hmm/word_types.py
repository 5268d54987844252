"""Words of a call as word types: each spelling, and each spelling at the start of a sentence, is scored once and remembered.

The words of training are scored when the model is made. Others are scored when they come, all new ones of a call together, and kept until
there are too many of them.

Shape letters: T words, U types, C candidates of all types.
"""

from collections.abc import Sequence
from itertools import chain
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.decoders.trellis import bounds_of, runs
from seqtasks.hmm.emissions import Candidates, WordEmissions
from seqtasks.hmm.unknown.word_classes import uncapitalised


class WordTypes:
    """The types met so far and their candidates. Calls from several threads do not disturb each other."""

    def __init__(self, lexicon: WordEmissions, words: Sequence[str], *, most: int, trained: Candidates | None = None) -> None:
        """words: those scored at once, inside sentences. trained: their candidates, where they are there already.

        most: how many further types are remembered.
        """
        self.lexicon, self.most = lexicon, most
        self.trained = lexicon.candidates(words, np.zeros(len(words), dtype=bool)) if trained is None else trained
        self.numbers = {word: number for number, word in enumerate(words)}
        self.lock = Lock()
        self._forget()

    def __getstate__(self) -> dict[str, Any]:
        """For copies: all but the lock, which nobody else can hold."""
        return {name: value for name, value in self.__dict__.items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.lock = Lock()

    def _forget(self) -> None:
        """Remember the words of training only."""
        self.candidates = self.trained
        self.inside = dict(self.numbers)
        self.initial: dict[str, int] = {}

    def find(self, sentences: Sequence[Sequence[str]], lengths_B: NDArray[np.int64]) -> tuple[NDArray[np.int64], Candidates]:
        """The type_T of each word, and the candidates of these types and no others."""
        words = list(chain.from_iterable(sentences))
        starts = bounds_of(lengths_B)[:-1][lengths_B > 0].tolist()
        with self.lock:
            if len(self.candidates.words_U) - len(self.trained.words_U) > self.most:
                self._forget()
            types = self._look_up(words, starts)
            if types is None:
                self._learn(words, starts)
                types = self._look_up(words, starts) or []
            candidates = self.candidates
        types_T = np.array(types, dtype=np.int64)
        used = np.zeros(len(candidates.words_U), dtype=bool)
        used[types_T] = True
        return (np.cumsum(used) - 1)[types_T], select(candidates, np.flatnonzero(used))

    def _look_up(self, words: Sequence[str], starts: Sequence[int]) -> list[int] | None:
        """The type of each word; None where some word has none yet."""
        inside, initial = self.inside, self.initial
        try:
            first = [initial[words[start]] for start in starts]
            rest = [inside[word] for word in words]
        except KeyError:
            return None
        for start, number in zip(starts, first, strict=True):
            rest[start] = number
        return rest

    def _learn(self, words: Sequence[str], starts: Sequence[int]) -> None:
        """Score the words that are new. A first word without a capital is the same type as inside a sentence."""
        firsts = {words[start] for start in starts} - self.initial.keys()
        capitals = sorted(word for word in firsts if uncapitalised(word) != word)
        inside = sorted(set(words) - self.inside.keys())
        new = self.lexicon.candidates([*inside, *capitals], np.arange(len(inside) + len(capitals)) >= len(inside))
        known = len(self.candidates.words_U)
        self.candidates = joined(self.candidates, new)
        self.inside.update(zip(inside, range(known, known + len(inside)), strict=True))
        self.initial.update(zip(capitals, range(known + len(inside), known + len(inside) + len(capitals)), strict=True))
        self.initial.update((word, self.inside[word]) for word in firsts.difference(capitals))


def joined(first: Candidates, second: Candidates) -> Candidates:
    """The types of both, those of the first first."""
    return Candidates(
        np.concatenate([first.first_U1, second.first_U1[1:] + first.first_U1[-1]]),
        *(np.concatenate(pair) for pair in list(zip(vars(first).values(), vars(second).values(), strict=True))[1:]),
    )


def select(candidates: Candidates, types: NDArray[np.int64]) -> Candidates:
    """Some of the types, in the order given."""
    counts = np.diff(candidates.first_U1)[types]
    places = runs(candidates.first_U1[types], counts)
    return Candidates(
        bounds_of(counts),
        candidates.tags_C[places],
        candidates.probabilities_C[places],
        candidates.words_U[types],
        candidates.states_C[places],
    )

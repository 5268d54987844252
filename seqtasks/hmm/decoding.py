"""Answers of a model about sentences of words: the best tags, posteriors, the k best, log-likelihoods; some thousand words at a time.

Shape letters: T words of some sentences, B sentences, N tags, Z candidates of all these words, P contexts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.decoders.forward import log_likelihoods, posteriors
from seqtasks.hmm.decoders.k_best import k_best
from seqtasks.hmm.decoders.lattice import Emissions
from seqtasks.hmm.decoders.span_posteriors import restriction, shares
from seqtasks.hmm.decoders.trellis import runs
from seqtasks.hmm.decoders.viterbi import viterbi
from seqtasks.hmm.emissions import emissions_of
from seqtasks.hmm.model import HMM
from seqtasks.hmm.word_types import WordTypes
from seqtasks.text.tags import Span, legal_transitions

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Sentences = Sequence[Sequence[str]]
CHUNK = 50_000  # words whose types are scored together


@dataclass(frozen=True)
class Marginals:
    """Of T words: first_T1, and the tags_Z and probabilities_Z of the candidates of each word; lengths_B of the sentences."""

    first_T1: Integers
    tags_Z: Integers
    probabilities_Z: Floats
    lengths_B: Integers


class HMMDecoder:
    """A model with the word types it has met. `chunk`: words that are answered together (sentences stay whole)."""

    def __init__(self, model: HMM, types: WordTypes, *, chunk: int = CHUNK) -> None:
        self.model, self.types, self.chunk = model, types, chunk

    def tags(self, sentences: Sentences) -> Integers:
        """The best tags_T of all words, by Viterbi."""
        tag_S = self.model.states.tag_S
        return _together([tag_S[viterbi(emissions, self.model.scores_PPO, *rest)[0]] for emissions, *rest in self._lattices(sentences)])

    def likeliest_tags(self, sentences: Sentences, scheme: str | None) -> Integers:
        """The likeliest tag of each word, tags_T; with a scheme the legal tags whose probabilities have the largest sum.

        The latter is "posterior-Viterbi" decoding (Fariselli, Martelli and Casadio 2005), with sums, so that the expected number of right
        tags is as large as the scheme allows.
        """
        return _together([_best_legal(part, self.model.tags, scheme) for part in self.marginals(sentences)])

    def marginals(self, sentences: Sentences) -> Iterator[Marginals]:
        """The posterior of each tag of each word, for some sentences at a time."""
        for emissions, types_T, lengths_B in self._lattices(sentences):
            first_T1, probabilities_Z, _ = posteriors(emissions, self.model.scores_PPO, types_T, lengths_B)
            tags_Z = self.model.states.tag_S[emissions.tags_C[runs(emissions.first_Y1[types_T], np.diff(first_T1))]]
            yield Marginals(first_T1, tags_Z, probabilities_Z, lengths_B)

    def log_likelihoods(self, sentences: Sentences) -> Floats:
        """log P(words) of each sentence."""
        parts = [log_likelihoods(emissions, self.model.scores_PPO, *rest) for emissions, *rest in self._lattices(sentences)]
        return np.concatenate([np.zeros(0), *parts])

    def k_best(self, sentences: Sentences, k: int) -> list[list[tuple[Integers, float]]]:
        """Of each sentence its k best sequences of tags with their log scores, best first."""
        tag_S = self.model.states.tag_S
        return [
            [(tag_S[states], float(score)) for states, score in ranked]
            for emissions, types_T, lengths_B in self._lattices(sentences)
            for ranked in k_best(emissions, self.model.scores_PPO, types_T, lengths_B, k)
        ]

    def span_probabilities(self, sentences: Sentences, spans: Sequence[Sequence[Span]], scheme: str) -> list[list[float]]:
        """For each sentence the probability of each of its spans, as just these tags of the scheme; 0 of one that the tags cannot mean."""
        found: list[list[float]] = []
        tag_S = self.model.states.tag_S
        for emissions, types_T, lengths_B in self._lattices(sentences):
            rows = spans[len(found) : len(found) + len(lengths_B)]
            asked = [
                restriction(number, span, length, self.model.tags, scheme)
                for number, (row, length) in enumerate(zip(rows, lengths_B.tolist(), strict=True))
                for span in row
            ]
            possible = [one for one in asked if one is not None]
            values = iter(shares(emissions, self.model.scores_PPO, tag_S[emissions.tags_C], types_T, lengths_B, possible).tolist())
            answers = iter([0.0 if one is None else next(values) for one in asked])
            found += [[next(answers) for _ in row] for row in rows]
        return found

    def _lattices(self, sentences: Sentences) -> Iterator[tuple[Emissions, Integers, Integers]]:
        """What the decoders take, for runs of sentences of about `chunk` words."""
        lengths = np.fromiter(map(len, sentences), dtype=np.int64, count=len(sentences))
        numbers = (np.cumsum(lengths) - 1).clip(0) // self.chunk
        bounds = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(sentences)] if len(sentences) else []
        for first, end in zip(bounds[:-1], bounds[1:], strict=True):
            types_T, candidates = self.types.find(sentences[first:end], lengths[first:end])
            yield emissions_of(candidates, self.model.levels, self.model.states), types_T, lengths[first:end]


def _best_legal(marginals: Marginals, tags: list[str], scheme: str | None) -> Integers:
    if scheme is None:
        return _first_of_best(marginals)
    legal = legal_transitions(tags, scheme)
    allowed = np.ones((1, len(tags) + 1, len(tags) + 1), dtype=bool)
    allowed[0, :-1, :-1], allowed[0, -1, :-1], allowed[0, :-1, -1] = legal.pair, legal.start, legal.end
    emissions = Emissions(marginals.first_T1, marginals.tags_Z.astype(np.int32), marginals.probabilities_Z[None])
    words = np.arange(len(marginals.first_T1) - 1)
    return viterbi(emissions, np.where(allowed, 0.0, -np.inf), words, marginals.lengths_B)[0]


def _first_of_best(marginals: Marginals) -> Integers:
    """The first of the likeliest candidates of each word."""
    starts = marginals.first_T1[:-1]
    if not len(starts):
        return np.zeros(0, dtype=np.int64)
    best_T = np.maximum.reduceat(marginals.probabilities_Z, starts)
    hits = np.flatnonzero(marginals.probabilities_Z == np.repeat(best_T, np.diff(marginals.first_T1)))
    return marginals.tags_Z[hits[np.searchsorted(hits, starts)]]


def _together(parts: list[Integers]) -> Integers:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

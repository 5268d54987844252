"""P(word | state before, tag) of words known and unknown, as the decoders take it.

For a word seen in training P(w | c) = P(c | w) P(w) / P(c), where P(c | w) = (count(w, c) + k * guess(c)) / (count(w) + k) is backed by the
guess from its spelling if it is rare; an unknown word has the guess alone (Bayes inversion: Samuelsson 1993, Brants 2000). Looking at the
state before p and its tag q (Thede and Harper 1999; hunpos's second order of emission), with absolute discounting of D,
    P(w | q, c) = (1 - a) count(q, c, w) / count(q, c) + a P(w | c)
    P(w | p, c) = max(count(p, c, w) - D, 0) / count(p, c) + D cells(p, c) / count(p, c) * P(w | q, c)
where a word seen once after p as c has the second part alone, as if its count were 0: the table holds what came again.
The first word of a sentence with a capital counts as itself and, in part, as the same word in small letters.

Shape letters: U word types asked for, C candidates of all types, N tags, S states, P contexts (states, and last the boundary), Q contexts
(tags, and last the boundary), K cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.counts.interpolation import divided
from seqtasks.hmm.counts.states import States
from seqtasks.hmm.counts.word_tags import Cells, WordTags, types_of
from seqtasks.hmm.decoders.lattice import Emissions
from seqtasks.hmm.decoders.trellis import runs
from seqtasks.hmm.unknown.guesser import Guesser
from seqtasks.hmm.unknown.word_classes import uncapitalised

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
LEAST_KNOWN = 0.005  # a tag that a known word was never seen with, below this share of its best tag, is no candidate
LEAST_UNKNOWN = 0.02  # the same for the tags of an unknown word


@dataclass(frozen=True)
class Level:
    """One kind of context. share_PN: what is left of the shorter context's probability; values_K: what each cell adds to it."""

    first_Y1: Integers
    tags_K: Integers
    contexts_K: Integers
    values_K: Floats
    share_PN: Floats


@dataclass(frozen=True)
class Candidates:
    """Types with their candidates: first_U1, tags_C with their states_C, and probabilities_C: P(w | tag) without context.

    words_U: the known word, or -1.
    """

    first_U1: Integers
    tags_C: Integers
    probabilities_C: Floats
    words_U: Integers
    states_C: Integers


def interpolated_level(cells: Cells, weight: float) -> Level:
    """Frequencies, of which the shorter context keeps `weight`; a context never seen leaves it everything."""
    totals_PN, _ = cells.context_sums()
    values_K = (1 - weight) * cells.counts_K / totals_PN[cells.contexts_K, cells.tags_K]
    return Level(cells.first_Y1, cells.tags_K, cells.contexts_K, values_K, np.where(totals_PN > 0, weight, 1.0))


def discounted_level(cells: Cells) -> Level:
    """Every count loses the discount of Ney, Essen and Kneser, n1 / (n1 + 2 n2), 0.5 where none is 1; cells seen once are dropped."""
    totals_PN, kinds_PN = cells.context_sums()
    once, twice = float((cells.counts_K == 1).sum()), float((cells.counts_K == 2).sum())
    discount = once / (once + 2 * twice) if once else 0.5
    share_PN = divided(discount * kinds_PN, totals_PN, 1.0)
    kept_K = cells.counts_K > 1
    types = np.concatenate([[0], np.cumsum(kept_K)])[cells.first_Y1]
    tags_K, contexts_K = cells.tags_K[kept_K], cells.contexts_K[kept_K]
    values_K = (cells.counts_K[kept_K] - discount) / totals_PN[contexts_K, tags_K]
    return Level(types, tags_K, contexts_K, values_K, share_PN)


def deleted_weight(cells: Cells, pairs: WordTags, tags_N: Floats) -> float:
    """The weight of P(w | c) beside P(w | q, c), by leaving each occurrence out once and asking which is larger."""
    totals_PN, _ = cells.context_sums()
    types_K = types_of(cells.first_Y1)
    pair_keys = types_of(pairs.first_Y1) * cells.tags + pairs.tags_A
    places = np.searchsorted(pair_keys, types_K * cells.tags + cells.tags_K)
    plain_K = (pairs.inner_A + pairs.initial_A)[places] - 1
    plain = plain_K / np.maximum(tags_N[cells.tags_K] - 1, 1)
    seen_K = totals_PN[cells.contexts_K, cells.tags_K] - 1
    context = (cells.counts_K - 1) / np.maximum(seen_K, 1)
    votes = cells.counts_K[plain >= context].sum()
    return float(np.clip(votes / max(1, cells.counts_K.sum()), 0.05, 1.0))


@dataclass(frozen=True)
class WordEmissions:
    """All that is known of words. index: the number of each word; prior_N: P(tag); tokens: words counted; guess_weight: k.

    guess_power: the guess of an unknown word is raised to it (above 1: surer of the spelling than of the neighbours). small_letters: the
    part that counts for a capitalised first word. rare: the most occurrences of a word that the guess backs. guesses: the most guessed
    tags of a word. everywhere: a tag that every word may have, or -1 (entities: O).
    """

    index: dict[str, int]
    pairs: WordTags
    prior_N: Floats
    tokens: int
    guesser: Guesser
    guess_weight: float
    guess_power: float
    small_letters: float
    rare: int
    guesses: int
    states: States
    everywhere: int = -1

    def candidates(self, words: Sequence[str], initial_U: NDArray[np.bool_]) -> Candidates:
        """The candidates of types; initial_U: True for the first word of a sentence."""
        words_U = np.fromiter((self.index.get(word, -1) for word in words), dtype=np.int64, count=len(words))
        seen_UN = self._evidence(words, words_U, initial_U)
        total_U = seen_UN.sum(axis=1)
        self._add_guesses(seen_UN, words, initial_U)
        if self.everywhere >= 0:
            seen_UN[:, self.everywhere] = np.maximum(seen_UN[:, self.everywhere], 1e-4)
        rows, tags_C = np.nonzero(seen_UN)
        share = np.maximum(total_U, 1.0) / (seen_UN.sum(axis=1) * self.tokens)
        probabilities_C = seen_UN[rows, tags_C] * share[rows] / self.prior_N[tags_C]
        first_U1 = np.searchsorted(rows, np.arange(len(words) + 1))
        states_C = self.states.states_GN[self.states.groups(words)[rows], tags_C]
        return Candidates(first_U1, tags_C, probabilities_C, words_U, states_C)

    def _add_guesses(self, seen_UN: Floats, words: Sequence[str], initial_U: NDArray[np.bool_]) -> None:
        """Add what is guessed from the spelling of unknown and rare words, in occurrences, where it is likely enough."""
        total_U = seen_UN.sum(axis=1)
        guessed = np.flatnonzero(total_U <= (self.rare if self.guess_weight > 0 else 0))
        unknown = (total_U[guessed] == 0)[:, None]
        guess_UN = self.guesser.probabilities([words[number] for number in guessed.tolist()], initial_U[guessed])
        sharp_UN = np.where(unknown, guess_UN**self.guess_power, guess_UN * self.guess_weight)
        mixed_UN = seen_UN[guessed] + sharp_UN
        kept_UN = mixed_UN >= np.where(unknown, LEAST_UNKNOWN, LEAST_KNOWN) * mixed_UN.max(axis=1, initial=0.0, keepdims=True)
        if len(self.prior_N) > self.guesses:
            kept_UN &= guess_UN >= np.partition(guess_UN, -self.guesses, axis=1)[:, -self.guesses, None]
        seen_UN[guessed] = np.where(kept_UN, mixed_UN, seen_UN[guessed])

    def _evidence(self, words: Sequence[str], words_U: Integers, initial_U: NDArray[np.bool_]) -> Floats:
        """How often each type was seen with each tag, seen_UN: as it is spelt, and in part in small letters at the start of a sentence."""
        seen_UN = np.zeros((len(words_U), len(self.prior_N)))
        self._add(seen_UN, np.arange(len(words_U)), words_U, 1.0, self.pairs.inner_A + self.pairs.initial_A)
        if self.small_letters > 0:
            starts = np.flatnonzero(initial_U)
            firsts = [words[number] for number in starts.tolist()]
            small = [self.index.get(low, -1) if (low := uncapitalised(word)) != word else -1 for word in firsts]
            self._add(seen_UN, starts, np.array(small, dtype=np.int64), self.small_letters, self.pairs.inner_A)
        return seen_UN

    def _add(self, seen_UN: Floats, rows: Integers, words: Integers, weight: float, counts_A: Integers) -> None:
        rows, words = rows[words >= 0], words[words >= 0]
        firsts, counts = self.pairs.first_Y1[words], np.diff(self.pairs.first_Y1)[words]
        places = runs(firsts, counts)
        seen_UN[np.repeat(rows, counts), self.pairs.tags_A[places]] += weight * counts_A[places]


def emissions_of(candidates: Candidates, levels: Sequence[Level], states: States) -> Emissions:
    """What the decoders take: logs of P(w | context, tag), without the shares of the level by states, which `leave_shares` has.

    levels: none, the one by tags, or that and the one by states.
    """
    tags_C, states_C, parents = candidates.tags_C, candidates.states_C.astype(np.int32), states.parents()
    plain_C = np.log(candidates.probabilities_C)
    if not levels:
        return Emissions(candidates.first_U1, states_C, plain_C[None], parents)
    scores_QC = plain_C + np.log(levels[0].share_PN)[:, tags_C]
    places, contexts, values = _cells_of(candidates, levels[0])
    scores_QC[contexts, places] = np.log(values + np.exp(scores_QC[contexts, places]))
    if len(levels) == 1:
        return Emissions(candidates.first_U1, states_C, scores_QC, parents, parents)
    changes_PC = np.zeros((states.count + 1, len(tags_C)))
    places, contexts, values = _cells_of(candidates, levels[1])
    kept = levels[1].share_PN[contexts, tags_C[places]] * np.exp(scores_QC[parents[contexts], places])
    changes_PC[contexts, places] = np.log1p(values / kept)
    return Emissions(candidates.first_U1, states_C, scores_QC, parents, parents, changes_PC)


def leave_shares(scores_PPO: Floats, levels: Sequence[Level]) -> Floats:
    """Log transitions, times the share that emissions by states leave to the level by tags; the table is changed.

    The share depends on the state before and the tag alone, as transitions do, so no table of words needs to hold it.
    """
    if len(levels) > 1:
        scores_PPO[:, :, :-1] += np.log(levels[1].share_PN)
    return scores_PPO


def _cells_of(candidates: Candidates, level: Level) -> tuple[Integers, Integers, Floats]:
    """The cells of these types: the candidate, the context and the value of each."""
    known = np.flatnonzero(candidates.words_U >= 0)
    words = candidates.words_U[known]
    counts = np.diff(level.first_Y1)[words]
    cells = runs(level.first_Y1[words], counts)
    tags = int(max(candidates.tags_C.max(initial=0), level.tags_K.max(initial=0))) + 1
    keys_C = types_of(candidates.first_U1) * tags + candidates.tags_C
    keys = np.repeat(known, counts) * tags + level.tags_K[cells]
    places = np.searchsorted(keys_C, keys)
    return places, level.contexts_K[cells], level.values_K[cells]

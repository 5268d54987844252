"""log P(next tag | the two states before), counted and smoothed, as a table for the decoders.

With specialised states the context is backed off step by step: both states, the state before with the tag two before, then the mean of
two shorter ones: the tags of both, and the state before alone. The outcome is a tag, never a state, since the word decides the state.

Shape letters: S states, P contexts (states and last the boundary), N tags, Q their contexts (tags and last the boundary), O outcomes (tags,
and last the end of the sentence), K trigrams that occurred.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqtasks.hmm.counts.corpus import TaggedCorpus
from seqtasks.hmm.counts.interpolation import deleted_interpolation, divided, floor, interpolated, witten_bell
from seqtasks.hmm.counts.states import States, state_sequence
from seqtasks.text.tags import legal_transitions

Integers = NDArray[np.int64]
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Trigrams:
    """What followed which two states how often. places_K: where they stand in a flat table [P, P, O], ascending; counts_K."""

    places_K: Integers
    counts_K: Integers

    def table(self, states: States, first: Integers, second: Integers) -> Table:
        """The counts as a table, with the contexts of each state taken together that first and second name."""
        contexts, outcomes = states.count + 1, states.tags + 1
        pairs_K, outcome_K = np.divmod(self.places_K, outcomes)
        rows, columns = int(first.max()) + 1, int(second.max()) + 1
        places_K = (first[pairs_K // contexts] * columns + second[pairs_K % contexts]) * outcomes + outcome_K
        sums = np.bincount(places_K, weights=self.counts_K, minlength=rows * columns * outcomes)
        return sums.astype(np.float64).reshape(rows, columns, outcomes)


def count_trigrams(corpus: TaggedCorpus, states: States) -> Trigrams:
    """Count what follows each two states. The boundary stands twice before a sentence, and its end is an outcome."""
    contexts, outcomes = states.count + 1, states.tags + 1
    lengths_B = corpus.lengths_B.astype(np.int64)
    words_T = np.arange(len(corpus.types_T)) + 3 * np.repeat(np.arange(len(lengths_B)), lengths_B) + 2
    stream = np.full(len(words_T) + 3 * len(lengths_B), states.count, dtype=np.int64)
    outcome = np.full(len(stream), -1, dtype=np.int64)
    stream[words_T] = state_sequence(corpus, states)
    outcome[words_T] = corpus.tags_T
    outcome[np.cumsum(lengths_B + 3) - 1] = states.tags
    events = (stream[:-2] * contexts + stream[1:-1]) * outcomes + outcome[2:]
    places_K, counts_K = np.unique(events[outcome[2:] >= 0], return_counts=True)
    return Trigrams(places_K, counts_K)


class TransitionModel:
    """Smoothed transitions under some strength of Witten-Bell smoothing, which the "deleted" kind does not use."""

    def __init__(self, trigrams: Trigrams, states: States, *, order: int, smoothing: str, strength: float) -> None:
        self.trigrams, self.states, self.strength = trigrams, states, strength
        self.backs_off = False  # from both states to `shorter`, which is all there is otherwise
        if order == 1:
            self.shorter = self._first_order(smoothing)[None]
        elif smoothing == "deleted":
            counts_QQO = trigrams.table(states, states.parents(), states.parents())
            self.shorter = interpolated(counts_QQO, deleted_interpolation(counts_QQO))[:, states.parents()]
        else:
            self.shorter = self._second_order()

    def _first_order(self, smoothing: str) -> Table:
        """P(outcome | state before), from the counts of tags and, unless there are none, of states."""
        parents, own = self.states.parents(), np.arange(self.states.count + 1)
        counts_QO = self.trigrams.table(self.states, np.zeros_like(own), parents)[0]
        if smoothing == "deleted":
            return interpolated(counts_QO, deleted_interpolation(counts_QO))[parents]
        tag_QO = witten_bell(counts_QO, floor(counts_QO.sum(axis=0)), self.strength)
        if len(own) == len(tag_QO):  # no specialised states
            return tag_QO
        return witten_bell(self.trigrams.table(self.states, np.zeros_like(own), own)[0], tag_QO[parents], self.strength)

    def _second_order(self) -> Table:
        """P(outcome | tag two before, state before)."""
        parents, own = self.states.parents(), np.arange(self.states.count + 1)
        counts_QQO = self.trigrams.table(self.states, parents, parents)
        tag_QO = witten_bell(counts_QQO.sum(axis=0), floor(counts_QQO.sum(axis=(0, 1))), self.strength)
        tags_QQO = witten_bell(counts_QQO, tag_QO, self.strength)
        self.backs_off = len(own) > len(tag_QO)
        if not self.backs_off:
            return tags_QQO
        short_QPO = 0.5 * tags_QQO[:, parents] + 0.5 * self._first_order("witten_bell")
        return witten_bell(self.trigrams.table(self.states, parents, own), short_QPO, self.strength)

    def log_table(self) -> Table:
        """log P(outcome | two states before), scores_PPO; with order 1 of shape [1, P, O]: the state two before does not matter."""
        scores = np.log(self.shorter)
        if len(scores) == 1:
            return scores
        scores_PPO = scores[self.states.parents()]
        if self.backs_off:
            contexts, totals, kinds = self._contexts()
            outcomes = scores_PPO.shape[2]
            scores_PPO.reshape(-1, outcomes)[contexts] += np.log(kinds / (totals + kinds))[:, None]
            scores_PPO.reshape(-1)[self.trigrams.places_K] = np.log(self.probabilities(self.trigrams.places_K))
        return scores_PPO

    def probabilities(self, places: Integers) -> Table:
        """P(outcome | two states before) at places of the flat table [P, P, O]."""
        contexts, outcomes = self.states.count + 1, self.states.tags + 1
        pairs, outcome = np.divmod(places, outcomes)
        first, second = np.divmod(pairs, contexts)
        found = self.shorter[self.states.parents()[first] if len(self.shorter) > 1 else 0, second, outcome]
        if not self.backs_off or not len(self.trigrams.places_K):
            return found
        seen_pairs, totals, kinds = self._contexts()
        at = np.minimum(np.searchsorted(seen_pairs, pairs), len(seen_pairs) - 1)
        total, kind = (np.where(seen_pairs[at] == pairs, numbers[at], 0) for numbers in (totals, kinds))
        at = np.minimum(np.searchsorted(self.trigrams.places_K, places), len(self.trigrams.places_K) - 1)
        times = np.where(self.trigrams.places_K[at] == places, self.trigrams.counts_K[at], 0)
        return np.where(total > 0, (times + kind * found) / np.where(total > 0, total + kind, 1.0), found)

    def _contexts(self) -> tuple[Integers, Integers, Table]:
        """The pairs of states that were followed by anything, how often, and by how many different outcomes, times the strength."""
        pairs_K = self.trigrams.places_K // (self.states.tags + 1)
        pairs, firsts = np.unique(pairs_K, return_index=True)
        kinds = np.diff(np.append(firsts, len(pairs_K)))
        totals = np.add.reduceat(self.trigrams.counts_K, firsts) if len(firsts) else firsts
        return pairs, totals, kinds * self.strength


def forbid(scores_PPO: Table, states: States, tags: list[str], scheme: str) -> Table:
    """The same with -inf for what the scheme forbids, and probabilities that sum to 1 again."""
    legal = legal_transitions(tags, scheme)
    allowed_QO = np.ones((len(tags) + 1, len(tags) + 1), dtype=bool)
    allowed_QO[:-1, :-1], allowed_QO[-1, :-1], allowed_QO[:-1, -1] = legal.pair, legal.start, legal.end
    left_PPO = np.where(allowed_QO[states.parents()], np.exp(scores_PPO), 0.0)
    total_PP1 = left_PPO.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.log(divided(left_PPO, total_PP1, 0.0))

"""Beam search over a step function, many sentences at once, equal to the plain search of one sentence (tests/oracles/search.py).

At each step the K best continuations of a sentence's live hypotheses are kept; one that ends takes its slot for that step, so one beam is
greedy search. Ranking during the search is by log-probability (all live hypotheses are equally long); what is finished is ranked by
score = log-probability / length penalty + coverage penalty (Wu et al. 2016, equation 14), the length counting the end of sentence.

Early stop: log-probabilities only fall, so a live hypothesis of log-probability p can score at most p / (largest penalty of any length it
may still have); the coverage penalty only takes away from that, and so do constraints, which only forbid. Where the n_best finished
ones are above that, no later one can enter, and the sentence is done: the result is proved to be the same for every positive length
penalty, every coverage penalty and every constraint.

A sentence that is over stays in the batch until enough others are (LEAVING); what happens to it there counts for nothing.

B sentences in the batch, K live hypotheses of each (at most `beams`), N = B * K rows, C candidates per row, J candidates kept per
sentence, M best finished ones, T tokens so far, S source positions (0 without a coverage penalty).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from seqtasks.decoding.step import (
    Constraint,
    Hypothesis,
    MemoryOf,
    State,
    Step,
    StepFunction,
    best,
    check_lengths,
    constrained,
    positions,
    staying,
    with_room,
)

LengthPenalty = Callable[[int], float]
LEAST_COVERED = 1e-6  # a position with less attention counts as if it had this: sparse attention gives exact zeros


@dataclass(frozen=True)
class Coverage:
    """The coverage penalty: weight * sum over source positions of log(min(attention they got in all, 1)); never above 0.

    mask_BS: True at real source positions; padding counts as covered. Raises ValueError for a negative weight, for which the early stop
    of the search would not be proved.
    """

    weight: float
    mask_BS: Tensor

    def __post_init__(self) -> None:
        if not 0 <= self.weight < math.inf:
            raise ValueError(f"the weight of the coverage penalty must be a number from 0 on, got {self.weight}")

    def penalty(self, coverage_NS: Tensor) -> Tensor:
        """penalty_N of the attention that each position has had so far, 1 at padding; 0 for a source of no positions."""
        return self.weight * coverage_NS.clamp(LEAST_COVERED, 1.0).log().sum(dim=-1)


def penalty_table(length_penalty: LengthPenalty, longest: int) -> list[float]:
    """The penalty of every length up to the longest; 1 for length 0. Raises ValueError for a penalty that is not positive."""
    penalties = [1.0] + [float(length_penalty(length)) for length in range(1, longest + 1)]
    for length, penalty in enumerate(penalties):
        if not 0 < penalty < math.inf:
            raise ValueError(f"length_penalty({length}) must be a positive number, got {penalty}")
    return penalties


@dataclass(frozen=True)
class Live:
    """Unfinished hypotheses, best first; an empty slot has log-probability -inf. coverage_BKS: attention so far, 1 more at padding."""

    log_probs_BK: Tensor
    tokens_BKT: Tensor
    coverage_BKS: Tensor

    def select(self, sentences_M: Tensor) -> Live:
        return Live(self.log_probs_BK[sentences_M], self.tokens_BKT[sentences_M], self.coverage_BKS[sentences_M])


@dataclass(frozen=True)
class Finished:
    """The best finished hypotheses, best first, with their ends; an empty slot has score -inf."""

    scores_BM: Tensor
    log_probs_BM: Tensor
    lengths_BM: Tensor
    tokens_BMT: Tensor

    def select(self, sentences_M: Tensor) -> Finished:
        columns = (self.scores_BM, self.log_probs_BM, self.lengths_BM, self.tokens_BMT)
        return Finished(*(column[sentences_M] for column in columns))

    def joined(self, scores_BJ: Tensor, log_probs_BJ: Tensor, tokens_BJT: Tensor) -> Finished:
        """With the candidates that end at this step (the others score -inf), the best M kept."""
        length = tokens_BJT.size(2)
        older_BMT = functional.pad(self.tokens_BMT, (0, length - self.tokens_BMT.size(2)))
        scores_BM, choice_BM = torch.cat([self.scores_BM, scores_BJ], dim=1).topk(self.scores_BM.size(1), dim=1)
        log_probs_BM = torch.cat([self.log_probs_BM, log_probs_BJ], dim=1).gather(1, choice_BM)
        lengths_BM = torch.cat([self.lengths_BM, torch.full_like(scores_BJ, length, dtype=torch.long)], dim=1).gather(1, choice_BM)
        tokens_BMT = torch.cat([older_BMT, tokens_BJT], dim=1).gather(1, choice_BM[:, :, None].expand(-1, -1, length))
        return Finished(scores_BM, log_probs_BM, lengths_BM, tokens_BMT)


@dataclass(frozen=True)
class Search:
    """The sentences in the batch. ahead_BT: the largest penalty of any length from T to the sentence's limit, 0 beyond it."""

    live: Live
    finished: Finished
    ahead_BT: Tensor

    def select(self, sentences_M: Tensor) -> Search:
        return Search(self.live.select(sentences_M), self.finished.select(sentences_M), self.ahead_BT[sentences_M])

    def narrowed(self, width: int) -> Search:
        """Only the first live slots, where the others are empty."""
        live = Live(self.live.log_probs_BK[:, :width], self.live.tokens_BKT[:, :width], self.live.coverage_BKS[:, :width])
        return Search(live, self.finished, self.ahead_BT)

    def over(self) -> Tensor:
        """over_B: nothing lives, the limit is reached, or no live hypothesis can come among the best (see the top of this file)."""
        best_B = self.live.log_probs_BK[:, 0]
        ahead_B = self.ahead_BT[:, self.live.tokens_BKT.size(2) + 1]
        return (best_B == -math.inf) | (ahead_B == 0) | (self.finished.scores_BM[:, -1] > best_B / ahead_B)


def extend(live: Live, log_probs_NC: Tensor, ids_NC: Tensor, beams: int) -> tuple[Tensor, Tensor, Tensor]:
    """The best continuations of each sentence: log_probs_BJ, best first, the row_BJ each came from, and tokens_BJT."""
    sentences, width, length = live.tokens_BKT.shape
    count = ids_NC.size(1)
    total_BX = (live.log_probs_BK[:, :, None] + log_probs_NC.view(sentences, width, count)).flatten(1)
    log_probs_BJ, choice_BJ = total_BX.topk(min(beams, width * count), dim=1)
    beam_BJ = choice_BJ // count
    before_BJT = live.tokens_BKT.gather(1, beam_BJ[:, :, None].expand(-1, -1, length))
    ids_BJ = ids_NC.reshape(sentences, -1).gather(1, choice_BJ)
    row_BJ = beam_BJ + torch.arange(0, sentences * width, width, device=beam_BJ.device)[:, None]
    return log_probs_BJ, row_BJ, torch.cat([before_BJT, ids_BJ[:, :, None]], dim=2)


def covered(live: Live, attention_NS: Tensor | None) -> Tensor:
    """coverage_NS of each row after this step's attention; as it is where none is kept. Raises ValueError if the step gave none."""
    coverage_NS = live.coverage_BKS.flatten(0, 1)
    if not coverage_NS.size(1):
        return coverage_NS
    if attention_NS is None:
        raise ValueError("a coverage penalty needs attention, but the step gave none")
    return coverage_NS + attention_NS


def advance(
    search: Search, answer: Step[State], *, eos: int, beams: int, penalty: float, coverage: Coverage | None
) -> tuple[Search, Tensor]:
    """One step further: the search with its live hypotheses sorted (empty slots last), and the row_BJ each of them came from."""
    log_probs_BJ, row_BJ, tokens_BJT = extend(search.live, *best(answer, beams), beams)
    ends_BJ = tokens_BJT[:, :, -1] == eos
    coverage_NS, scores_BJ = covered(search.live, answer.attention_NS), log_probs_BJ / penalty
    if coverage is not None:
        scores_BJ = scores_BJ + coverage.penalty(coverage_NS)[row_BJ]
    finished = search.finished.joined(torch.where(ends_BJ, scores_BJ, -math.inf), log_probs_BJ, tokens_BJT)
    live_BJ, order_BJ = torch.where(ends_BJ, -math.inf, log_probs_BJ).sort(dim=1, descending=True, stable=True)
    tokens_BJT = tokens_BJT.gather(1, order_BJ[:, :, None].expand(-1, -1, tokens_BJT.size(2)))
    row_BJ = row_BJ.gather(1, order_BJ)
    return Search(Live(live_BJ, tokens_BJT, coverage_NS[row_BJ]), finished, search.ahead_BT), row_BJ


def hypotheses(search: Search, before: Live, penalties: list[float], coverage: Coverage | None, n_best: int) -> list[list[Hypothesis]]:
    """What sentences that leave have found: the finished; else the live; else (all was forbidden) the live of one step ago."""
    finished = search.finished
    columns = (finished.scores_BM, finished.log_probs_BM, finished.lengths_BM, finished.tokens_BMT)
    results = []
    for found in zip(*(column.tolist() for column in columns), strict=True):
        ranked = zip(*found, strict=True)
        results.append([Hypothesis(tuple(words[: n - 1]), p, score, True) for score, p, n, words in ranked if score > -math.inf])
    if all(results):
        return results
    for group in (search.live, before):
        scores_BK = group.log_probs_BK / penalties[group.tokens_BKT.size(2)]
        if coverage is not None:
            scores_BK = scores_BK + coverage.penalty(group.coverage_BKS)
        live = zip(results, scores_BK.tolist(), group.log_probs_BK.tolist(), group.tokens_BKT.tolist(), strict=True)
        for result, *row in live:
            if not result:
                alive = [Hypothesis(tuple(words), p, score, False) for score, p, words in zip(*row, strict=True) if p > -math.inf]
                result.extend(sorted(alive, key=lambda one: -one.score)[:n_best])
    return results


def beginning(penalties: list[float], limits: Tensor, n_best: int, coverage: Coverage | None) -> Search:
    """One live, empty hypothesis per sentence; limits_B and the coverage's mask are those of the sentences that run."""
    sentences = limits.size(0)
    table_T = torch.tensor([*penalties, 0.0], device=limits.device)
    allowed_BT = torch.arange(table_T.size(0), device=limits.device) <= limits[:, None]
    ahead_BT = torch.where(allowed_BT, table_T, 0).flip(1).cummax(dim=1).values.flip(1)
    padding_BS = ahead_BT.new_empty(sentences, 0) if coverage is None else (~coverage.mask_BS).to(ahead_BT.dtype)
    live = Live(ahead_BT.new_zeros(sentences, 1), limits.new_empty(sentences, 1, 0, dtype=torch.long), padding_BS[:, None])
    nothing_BM = ahead_BT.new_full((sentences, n_best), -math.inf)
    lengths_BM = torch.zeros_like(nothing_BM, dtype=torch.long)
    return Search(live, Finished(nothing_BM, nothing_BM, lengths_BM, lengths_BM.new_empty(sentences, n_best, 0)), ahead_BT)


def check_counts(beams: int, n_best: int) -> None:
    """Raises ValueError for beams below 1, and n_best outside 1 to beams."""
    if beams < 1:
        raise ValueError(f"beams must be at least 1, got {beams}")
    if not 1 <= n_best <= beams:
        raise ValueError(f"n_best must lie between 1 and beams ({beams}), got {n_best}")


def beam_search(
    step: StepFunction[MemoryOf, State],
    memory: MemoryOf,
    state: State,
    *,
    bos: int,
    eos: int,
    maximum_lengths: Tensor,
    beams: int,
    length_penalty: LengthPenalty,
    n_best: int = 1,
    coverage: Coverage | None = None,
    constraints: Sequence[Constraint] = (),
) -> list[list[Hypothesis]]:
    """The n_best hypotheses of each sentence, best first: at least one, fewer than n_best where fewer were found.

    memory and state arrive with one row per sentence; the memory keeps it so. maximum_lengths_B counts tokens with the end of sentence
    and lies on the model's device; coverage.mask_BS has the width of the step's attention. Unfinished hypotheses are returned only for a
    sentence of which none finished. Ties may fall either way. Raises ValueError for beams below 1, n_best outside 1 to beams, a negative
    maximum length, a penalty that is not positive, a coverage penalty without attention.
    """
    check_counts(beams, n_best)
    limits = check_lengths(maximum_lengths)
    penalties = penalty_table(length_penalty, max(limits, default=0))
    results = [[Hypothesis((), 0.0, 0.0, False)] for _ in limits]
    sentences, memory, state = with_room(limits, memory, state, maximum_lengths)  # sentences: of each place in the batch
    going = [True for _ in sentences]
    start = positions(sentences, maximum_lengths)
    if coverage is not None:
        coverage = Coverage(coverage.weight, coverage.mask_BS[start])
    search = beginning(penalties, maximum_lengths[start], n_best, coverage)
    last_N = torch.full_like(start, bos)
    while any(going):
        answer = step(last_N, memory, state)
        before, length = search.live, search.live.tokens_BKT.size(2) + 1
        if constraints:
            sentence_N = positions(sentences, last_N).repeat_interleave(before.tokens_BKT.size(1))
            answer = constrained(answer, constraints, before.tokens_BKT.flatten(0, 1), sentence_N)
        search, row_BJ = advance(search, answer, eos=eos, beams=beams, penalty=penalties[length], coverage=coverage)
        living_B = (search.live.log_probs_BK > -math.inf).sum(dim=1)
        over, living = torch.stack([search.over().long(), living_B]).tolist()  # one wait for the device per step
        ending = [place for place, goes in enumerate(going) if goes and over[place]]
        if ending:
            places = positions(ending, start)
            found = hypotheses(search.select(places), before.select(places), penalties, coverage, n_best)
            for place, best_found in zip(ending, found, strict=True):
                results[sentences[place]], going[place] = best_found, False
        width = max((count for count, goes in zip(living, going, strict=True) if goes), default=0)
        if (kept := staying(going)) is not None:
            stay = positions(kept, start)
            sentences, going = [sentences[place] for place in kept], [going[place] for place in kept]
            memory, search, row_BJ = memory.select(stay), search.select(stay), row_BJ[stay]
        if width:
            search = search.narrowed(width)
            state = answer.state.select(row_BJ[:, :width].flatten())
            last_N = search.live.tokens_BKT[:, :, -1].flatten()
    return results


def no_penalty(alpha: float) -> LengthPenalty:
    """No penalty: the score is the log-probability."""
    return lambda length: 1.0


def average_penalty(alpha: float) -> LengthPenalty:
    """length ** alpha; with alpha 1 the score is the mean log-probability of a token."""
    return lambda length: float(length**alpha)


def wu_penalty(alpha: float) -> LengthPenalty:
    """((5 + length) / 6) ** alpha (Wu et al. 2016, equation 14)."""
    return lambda length: float(((5 + length) / 6) ** alpha)


# name -> (alpha -> penalty of a length)
LENGTH_PENALTIES: dict[str, Callable[[float], LengthPenalty]] = {"none": no_penalty, "average": average_penalty, "wu": wu_penalty}

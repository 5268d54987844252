"""Beam search over a step function, many sentences at once, equal to the plain search of one sentence (tests/oracles/search.py).

At each step the K best continuations of a sentence's live hypotheses are kept; one that ends takes its slot for that step, so one beam is
greedy search. Ranking during the search is by log-probability (all live hypotheses are equally long); the length penalty ranks what
is finished: score = log-probability / penalty(length), length counting the end of sentence.

Early stop: log-probabilities only fall, so a live hypothesis of log-probability p can score at most p / (largest penalty of any length it
may still have). Where the n_best finished ones are above that, no later one can enter, and the sentence is done: the result is
proved to be the same for every positive penalty.

B sentences still running, K live hypotheses of each (at most `beams`), N = B * K rows, C candidates per row, J candidates kept per
sentence, M best finished ones, T tokens so far, V vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from seqtasks.decoding.step import Hypothesis, MemoryOf, State, Step, StepFunction, best, check_lengths, positions

LengthPenalty = Callable[[int], float]


@dataclass(frozen=True)
class Live:
    """Unfinished hypotheses, best first; an empty slot has log-probability -inf."""

    log_probs_BK: Tensor
    tokens_BKT: Tensor

    def select(self, sentences_M: Tensor) -> Live:
        return Live(self.log_probs_BK[sentences_M], self.tokens_BKT[sentences_M])


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

    def joined(self, ended_BJ: Tensor, log_probs_BJ: Tensor, tokens_BJT: Tensor, penalty: float) -> Finished:
        """With the candidates that end at this step, the best M kept."""
        length = tokens_BJT.size(2)
        scores_BJ = torch.where(ended_BJ, log_probs_BJ / penalty, -math.inf)
        older_BMT = functional.pad(self.tokens_BMT, (0, length - self.tokens_BMT.size(2)))
        scores_BM, choice_BM = torch.cat([self.scores_BM, scores_BJ], dim=1).topk(self.scores_BM.size(1), dim=1)
        log_probs_BM = torch.cat([self.log_probs_BM, log_probs_BJ], dim=1).gather(1, choice_BM)
        lengths_BM = torch.cat([self.lengths_BM, torch.full_like(ended_BJ, length, dtype=torch.long)], dim=1).gather(1, choice_BM)
        tokens_BMT = torch.cat([older_BMT, tokens_BJT], dim=1).gather(1, choice_BM[:, :, None].expand(-1, -1, length))
        return Finished(scores_BM, log_probs_BM, lengths_BM, tokens_BMT)


def penalty_table(length_penalty: LengthPenalty, longest: int) -> list[float]:
    """The penalty of every length up to the longest; 1 for length 0. Raises ValueError for a penalty that is not positive."""
    penalties = [1.0] + [float(length_penalty(length)) for length in range(1, longest + 1)]
    for length, penalty in enumerate(penalties):
        if not 0 < penalty < math.inf:
            raise ValueError(f"length_penalty({length}) must be a positive number, got {penalty}")
    return penalties


@dataclass(frozen=True)
class Search:
    """The sentences still running. ahead_BT: the largest penalty of any length from T to the sentence's limit, 0 beyond it."""

    live: Live
    finished: Finished
    ahead_BT: Tensor

    def select(self, sentences_M: Tensor) -> Search:
        return Search(self.live.select(sentences_M), self.finished.select(sentences_M), self.ahead_BT[sentences_M])

    def narrowed(self, width: int) -> Search:
        """Only the first live slots, where the others are empty."""
        live = Live(self.live.log_probs_BK[:, :width], self.live.tokens_BKT[:, :width])
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


def advance(search: Search, answer: Step[State], *, eos: int, beams: int, penalty: float) -> tuple[Search, Tensor]:
    """One step further: the search with its live hypotheses sorted (empty slots last), and the row_BJ each of them came from."""
    log_probs_BJ, row_BJ, tokens_BJT = extend(search.live, *best(answer, beams), beams)
    ends_BJ = tokens_BJT[:, :, -1] == eos
    finished = search.finished.joined(ends_BJ, log_probs_BJ, tokens_BJT, penalty)
    live_BJ, order_BJ = torch.where(ends_BJ, -math.inf, log_probs_BJ).sort(dim=1, descending=True, stable=True)
    tokens_BJT = tokens_BJT.gather(1, order_BJ[:, :, None].expand(-1, -1, tokens_BJT.size(2)))
    return Search(Live(live_BJ, tokens_BJT), finished, search.ahead_BT), row_BJ.gather(1, order_BJ)


def hypotheses(search: Search, before: Live, penalties: list[float], n_best: int) -> list[list[Hypothesis]]:
    """What sentences that leave have found: the finished; else the live; else (all was forbidden) the live of one step ago."""
    finished = search.finished
    columns = (finished.scores_BM, finished.log_probs_BM, finished.lengths_BM, finished.tokens_BMT)
    results = []
    for found in zip(*(column.tolist() for column in columns), strict=True):
        ranked = zip(*found, strict=True)
        results.append([Hypothesis(tuple(words[: n - 1]), p, score, True) for score, p, n, words in ranked if score > -math.inf])
    for group in (search.live, before):
        penalty = penalties[group.tokens_BKT.size(2)]
        for result, log_probs, tokens in zip(results, group.log_probs_BK.tolist(), group.tokens_BKT.tolist(), strict=True):
            if not result:
                alive = [(p, words) for p, words in zip(log_probs, tokens, strict=True) if p > -math.inf]
                result.extend(Hypothesis(tuple(words), p, p / penalty, False) for p, words in alive[:n_best])
    return results


def beginning(penalties: list[float], limits: Tensor, n_best: int) -> Search:
    """One live, empty hypothesis per sentence."""
    sentences = limits.size(0)
    table_T = torch.tensor([*penalties, 0.0], device=limits.device)
    allowed_BT = torch.arange(table_T.size(0), device=limits.device) <= limits[:, None]
    ahead_BT = torch.where(allowed_BT, table_T, 0).flip(1).cummax(dim=1).values.flip(1)
    live = Live(ahead_BT.new_zeros(sentences, 1), limits.new_empty(sentences, 1, 0, dtype=torch.long))
    nothing_BM = ahead_BT.new_full((sentences, n_best), -math.inf)
    lengths_BM = torch.zeros_like(nothing_BM, dtype=torch.long)
    return Search(live, Finished(nothing_BM, nothing_BM, lengths_BM, lengths_BM.new_empty(sentences, n_best, 0)), ahead_BT)


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
) -> list[list[Hypothesis]]:
    """The n_best hypotheses of each sentence, best first: at least one, fewer than n_best where fewer were found.

    memory and state arrive with one row per sentence; the memory keeps it so. maximum_lengths_B counts tokens with the end of sentence
    and lies on the model's device. Unfinished hypotheses are returned only for a sentence of which none finished. Ties may fall either
    way. Raises ValueError for beams below 1, n_best outside 1 to beams, a negative maximum length, a penalty that is not positive.
    """
    if beams < 1:
        raise ValueError(f"beams must be at least 1, got {beams}")
    if not 1 <= n_best <= beams:
        raise ValueError(f"n_best must lie between 1 and beams ({beams}), got {n_best}")
    limits = check_lengths(maximum_lengths)
    penalties = penalty_table(length_penalty, max(limits, default=0))
    results = [[Hypothesis((), 0.0, 0.0, False)] for _ in limits]
    running = [sentence for sentence, limit in enumerate(limits) if limit > 0]
    start = positions(running, maximum_lengths)
    if len(running) < len(limits):
        memory, state = memory.select(start), state.select(start)
    search = beginning(penalties, maximum_lengths[start], n_best)
    last_N = torch.full_like(start, bos)
    while running:
        answer = step(last_N, memory, state)
        before, length = search.live, search.live.tokens_BKT.size(2) + 1
        search, row_BJ = advance(search, answer, eos=eos, beams=beams, penalty=penalties[length])
        living_B = (search.live.log_probs_BK > -math.inf).sum(dim=1)
        over, living = torch.stack([search.over().long(), living_B]).tolist()  # one wait for the device per step
        if any(over):
            gone = positions([place for place, done in enumerate(over) if done], start)
            stay = positions([place for place, done in enumerate(over) if not done], start)
            found = iter(hypotheses(search.select(gone), before.select(gone), penalties, n_best))
            for sentence, done in zip(running, over, strict=True):
                if done:
                    results[sentence] = next(found)
            running = [sentence for sentence, done in zip(running, over, strict=True) if not done]
            living = [count for count, done in zip(living, over, strict=True) if not done]
            memory, search, row_BJ = memory.select(stay), search.select(stay), row_BJ[stay]
        if running:
            search = search.narrowed(max(living))
            state = answer.state.select(row_BJ[:, : max(living)].flatten())
            last_N = search.live.tokens_BKT[:, :, -1].flatten()
    return results


def none(alpha: float) -> LengthPenalty:
    """No penalty: the score is the log-probability."""
    return lambda length: 1.0


def average(alpha: float) -> LengthPenalty:
    """length ** alpha; with alpha 1 the score is the mean log-probability of a token."""
    return lambda length: float(length**alpha)


def wu(alpha: float) -> LengthPenalty:
    """((5 + length) / 6) ** alpha (Wu et al. 2016, equation 14)."""
    return lambda length: float(((5 + length) / 6) ** alpha)


# name -> (alpha -> penalty of a length)
LENGTH_PENALTIES: dict[str, Callable[[float], LengthPenalty]] = {"none": none, "average": average, "wu": wu}

"""Greedy search: the best token at every step. Equal to beam search with one beam. B sentences, N of them still running, T length."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from seqtasks.decoding.step import Constraint, Hypothesis, MemoryOf, State, StepFunction, best, check_lengths, constrained, positions


def greedy(
    step: StepFunction[MemoryOf, State],
    memory: MemoryOf,
    state: State,
    *,
    bos: int,
    eos: int,
    maximum_lengths: Tensor,
    constraints: Sequence[Constraint] = (),
) -> list[Hypothesis]:
    """One hypothesis per sentence, in order; its score is its log-probability.

    maximum_lengths_B counts tokens with the end of sentence and lies on the model's device; what has not ended by then is returned
    unfinished, and so is what can go nowhere (every token forbidden). Finished sentences leave the batch.
    """
    limits = check_lengths(maximum_lengths)
    results = [Hypothesis((), 0.0, 0.0, False) for _ in limits]
    running = list(range(len(limits)))  # sentence of each row
    tokens_NT = maximum_lengths.new_empty(len(limits), 0, dtype=torch.long)
    last_N = maximum_lengths.new_full((len(limits),), bos, dtype=torch.long)
    total_N = maximum_lengths.new_zeros(len(limits), dtype=torch.float32)
    leaving = [limit == 0 for limit in limits]
    for length in range(max(limits, default=0) + 1):
        if any(leaving):
            stay = positions([row for row, leaves in enumerate(leaving) if not leaves], last_N)
            running = [sentence for sentence, leaves in zip(running, leaving, strict=True) if not leaves]
            memory, state = memory.select(stay), state.select(stay)
            tokens_NT, last_N, total_N = tokens_NT[stay], last_N[stay], total_N[stay]
        if not running:
            break
        answer = step(last_N, memory, state)
        if constraints:
            answer = constrained(answer, constraints, tokens_NT, positions(running, last_N))
        log_probs_N1, ids_N1 = best(answer, 1)
        before_N, last_N, state = total_N, ids_N1[:, 0], answer.state
        total_N = before_N + log_probs_N1[:, 0]
        stuck_N = log_probs_N1[:, 0] == -math.inf
        ended, stuck = torch.stack([last_N == eos, stuck_N]).tolist()  # one wait for the device per step
        leaving = [end or dead or limits[sentence] == length + 1 for end, dead, sentence in zip(ended, stuck, running, strict=True)]
        if any(leaving):
            gone = [row for row, leaves in enumerate(leaving) if leaves]
            taken = positions(gone, last_N)
            words_MT = torch.cat([tokens_NT[taken], last_N[taken, None]], dim=1).tolist()
            totals = torch.where(stuck_N, before_N, total_N)[taken].tolist()
            for row, words, total in zip(gone, words_MT, totals, strict=True):
                kept = words[:-1] if ended[row] or stuck[row] else words
                results[running[row]] = Hypothesis(tuple(kept), total, total, ended[row] and not stuck[row])
        tokens_NT = torch.cat([tokens_NT, ids_N1], dim=1)
    return results

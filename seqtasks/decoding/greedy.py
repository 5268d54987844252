"""Greedy search: the best token at every step. Equal to beam search with one beam. B sentences, N rows of the batch, T length."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from seqtasks.decoding.step import (
    Constraint,
    Hypothesis,
    MemoryOf,
    State,
    StepFunction,
    best,
    check_lengths,
    constrained,
    positions,
    staying,
    with_room,
)


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
    sentences, memory, state = with_room(limits, memory, state, maximum_lengths)  # sentences: of each row
    going = [True for _ in sentences]
    tokens_NT = maximum_lengths.new_empty(len(sentences), 0, dtype=torch.long)
    last_N = maximum_lengths.new_full((len(sentences),), bos, dtype=torch.long)
    total_N = maximum_lengths.new_zeros(len(sentences), dtype=torch.float32)
    while any(going):
        answer = step(last_N, memory, state)
        if constraints:
            answer = constrained(answer, constraints, tokens_NT, positions(sentences, last_N))
        log_probs_N1, ids_N1 = best(answer, 1)
        before_N, last_N, state = total_N, ids_N1[:, 0], answer.state
        total_N, tokens_NT = before_N + log_probs_N1[:, 0], torch.cat([tokens_NT, ids_N1], dim=1)
        stuck_N = log_probs_N1[:, 0] == -math.inf
        ended, stuck = torch.stack([last_N == eos, stuck_N]).tolist()  # one wait for the device per step
        full = [limits[sentence] == tokens_NT.size(1) for sentence in sentences]
        ending = [row for row, goes in enumerate(going) if goes and (ended[row] or stuck[row] or full[row])]
        if ending:
            rows = positions(ending, last_N)
            totals = torch.where(stuck_N, before_N, total_N)[rows].tolist()
            for row, words, total in zip(ending, tokens_NT[rows].tolist(), totals, strict=True):
                kept_words = words[:-1] if ended[row] or stuck[row] else words
                results[sentences[row]] = Hypothesis(tuple(kept_words), total, total, ended[row] and not stuck[row])
                going[row] = False
        if (kept := staying(going)) is not None:
            stay = positions(kept, last_N)
            sentences, going = [sentences[row] for row in kept], [going[row] for row in kept]
            memory, state = memory.select(stay), state.select(stay)
            tokens_NT, last_N, total_N = tokens_NT[stay], last_N[stay], total_N[stay]
    return results

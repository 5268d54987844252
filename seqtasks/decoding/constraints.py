"""What an output must obey, as plain functions over log-probabilities: a forbidden token gets -inf, the others keep theirs.

A constraint is called at every step with log_probs_NV, candidate_ids (of a shortlist, or None), the tokens_NT so far and the number of
each row's sentence, counted from the beginning of the search (`seqtasks.decoding.step.Constraint`). So the log-probability of an output
is the model's own. Where everything is forbidden the search ends with an unfinished hypothesis.

B sentences, N rows, V columns, T tokens so far, P tokens of a prefix, X tokens per row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from seqtasks.decoding.step import Constraint, ids_of_rows

FREE = -1  # in prefixes_BP, where a sentence's prefix is over
SHORT_LIST = 256  # tokens among which the nucleus is looked for first


def barred(log_probs_NV: Tensor, candidate_ids: Tensor | None, ids_NX: Tensor, where_NX: Tensor) -> Tensor:
    """log_probs_NV with -inf at the vocabulary ids of each row for which `where` is True."""
    if not ids_NX.size(1):
        return log_probs_NV
    change_NX = torch.where(where_NX, -math.inf, 0.0).to(log_probs_NV.dtype)
    if candidate_ids is None:
        return log_probs_NV.scatter_add(1, ids_NX, change_NX)
    size = int(torch.maximum(candidate_ids.max(), ids_NX.max())) + 1
    whole_NX = log_probs_NV.new_zeros(len(ids_NX), size).scatter_add_(1, ids_NX, change_NX)
    return log_probs_NV + whole_NX.gather(1, ids_of_rows(candidate_ids, len(ids_NX)).expand(len(ids_NX), -1))


def minimum_length(minimum_B: Tensor, *, eos: int) -> Constraint:
    """No end of sentence before a sentence has that many tokens."""

    def constraint(log_probs_NV: Tensor, candidate_ids: Tensor | None, tokens_NT: Tensor, sentence_N: Tensor) -> Tensor:
        early_N1 = (minimum_B[sentence_N] > tokens_NT.size(1))[:, None]
        return barred(log_probs_NV, candidate_ids, torch.full_like(sentence_N, eos)[:, None], early_N1)

    return constraint


def block_ngrams(size: int, *, after_B: Tensor | None = None) -> Constraint:
    """No n-gram of this size twice in an output (Paulus et al. 2018, 2.5). after_B: where a sentence's forced prefix ends: that is let be.

    Raises ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError(f"n-grams that must not repeat need a size of at least 1, got {size}")

    def constraint(log_probs_NV: Tensor, candidate_ids: Tensor | None, tokens_NT: Tensor, sentence_N: Tensor) -> Tensor:
        length = tokens_NT.size(1)
        if length < size:
            return log_probs_NV
        windows_NXn = tokens_NT.unfold(1, size, 1)
        repeated_NX = (windows_NXn[:, :, :-1] == tokens_NT[:, None, length - size + 1 :]).all(dim=2)
        if after_B is not None:
            repeated_NX = repeated_NX & (after_B[sentence_N] <= length)[:, None]
        return barred(log_probs_NV, candidate_ids, windows_NXn[:, :, -1], repeated_NX)

    return constraint


def starting_with(prefixes_BP: Tensor) -> Constraint:
    """Each output begins with its prefix, which FREE fills up to P. A shortlist must hold the tokens of the prefix: no other can come."""

    def constraint(log_probs_NV: Tensor, candidate_ids: Tensor | None, tokens_NT: Tensor, sentence_N: Tensor) -> Tensor:
        length = tokens_NT.size(1)
        if length >= prefixes_BP.size(1):
            return log_probs_NV
        wanted_N1 = prefixes_BP[sentence_N, length][:, None]
        every_V = torch.arange(log_probs_NV.size(1), device=wanted_N1.device)
        ids = every_V if candidate_ids is None else ids_of_rows(candidate_ids, len(wanted_N1))
        return log_probs_NV.masked_fill((ids != wanted_N1) & (wanted_N1 != FREE), -math.inf)

    return constraint


def prefix_table(prefixes: Sequence[Sequence[int]], like: Tensor) -> Tensor:
    """prefixes_BP on like's device."""
    longest = max(map(len, prefixes), default=0)
    rows = [[*prefix, *[FREE] * (longest - len(prefix))] for prefix in prefixes]
    return torch.tensor(rows, dtype=torch.long, device=like.device).view(len(prefixes), longest)


def keep_top_k(log_probs_NV: Tensor, k: int) -> Tensor:
    """Only the k most probable tokens of each row, and what ties with the last of them (Fan et al. 2018)."""
    least_N1 = log_probs_NV.topk(min(k, log_probs_NV.size(1)), dim=1).values[:, -1:]
    return log_probs_NV.masked_fill(log_probs_NV < least_N1, -math.inf)


def keep_top_p(log_probs_NV: Tensor, p: float) -> Tensor:
    """The nucleus (Holtzman et al. 2020): the fewest tokens whose share of a row's probability reaches p, and what ties with the last."""
    total_N1 = log_probs_NV.logsumexp(dim=1, keepdim=True)
    for count in (min(SHORT_LIST, log_probs_NV.size(1)), log_probs_NV.size(1)):
        sorted_NC = log_probs_NV.topk(count, dim=1).values
        share_NC = (sorted_NC - total_N1).exp()
        before_NC = share_NC.cumsum(dim=1) - share_NC
        if count == log_probs_NV.size(1) or bool((before_NC[:, -1] + share_NC[:, -1] >= p).all()):
            break
    least_N1 = sorted_NC.masked_fill(before_NC >= p, math.inf).amin(dim=1, keepdim=True)
    return log_probs_NV.masked_fill(log_probs_NV < least_N1, -math.inf)

"""The linear chain: one scan over positions, whatever "plus" means. Sum gives the partition (forward algorithm, Rabiner 1989; as a CRF:
Lafferty et al. 2001), maximum gives the best path (Viterbi 1967); the same scan from the other end gives marginals.

The score of a path is start[y_1] + sum of emissions[t, y_t] + sum of transitions[y_t, y_t+1] + end[y_n]. transitions_NN goes from row to
column. Masks are True at real words, which come first. An empty sentence has one path, the empty one, of score 0.
Computed in float32 at least, also under autocast. B batch, S position, N labels.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from seqtasks.nn.recurrent import reversal

Plus = Callable[[Tensor, int], Tensor]


def at_least_float32(scores: Tensor) -> Tensor:
    """float32 and float64 as they are, lower precisions as float32: chain sums lose whole labels in bf16."""
    return scores.to(torch.promote_types(scores.dtype, torch.float32))


def scan(emissions_BSN: Tensor, transitions_NN: Tensor, start_N: Tensor, mask_BS: Tensor, plus: Plus) -> list[Tensor]:
    """For every position, scores_BN of all paths up to it by their last label, summed with `plus`; carried on over padding."""
    scores_BN = start_N + emissions_BSN[:, 0]
    scores = [scores_BN]
    emissions, masks = emissions_BSN.unbind(1), mask_BS[:, :, None].unbind(1)
    for position in range(1, emissions_BSN.size(1)):
        extended_BN = plus(scores_BN[:, :, None] + transitions_NN, 1) + emissions[position]
        scores_BN = torch.where(masks[position], extended_BN, scores_BN)
        scores.append(scores_BN)
    return scores


def log_partition(emissions_BSN: Tensor, transitions_NN: Tensor, start_N: Tensor, end_N: Tensor, mask_BS: Tensor) -> Tensor:
    """log of the sum over all label paths of exp(score): one number_B per sentence."""
    emissions_BSN = at_least_float32(emissions_BSN)
    if emissions_BSN.size(1) == 0:
        return emissions_BSN.new_zeros(emissions_BSN.size(0))
    last_BN = scan(emissions_BSN, transitions_NN, start_N, mask_BS, torch.logsumexp)[-1]
    return torch.where(mask_BS[:, 0], torch.logsumexp(last_BN + end_N, 1), 0)


def path_score(emissions_BSN: Tensor, transitions_NN: Tensor, start_N: Tensor, end_N: Tensor, tags_BS: Tensor, mask_BS: Tensor) -> Tensor:
    """The score_B of one path per sentence. tags_BS may hold anything at padding."""
    emissions_BSN = at_least_float32(emissions_BSN)
    if emissions_BSN.size(1) == 0:
        return emissions_BSN.new_zeros(emissions_BSN.size(0))
    tags_BS = tags_BS.masked_fill(~mask_BS, 0)
    at_words_BS = emissions_BSN.gather(2, tags_BS[:, :, None]).squeeze(2)
    between_BS = transitions_NN[tags_BS[:, :-1], tags_BS[:, 1:]]
    last_B1 = (mask_BS.sum(dim=1, keepdim=True) - 1).clamp(min=0)
    ends_B = start_N[tags_BS[:, 0]] + end_N[tags_BS.gather(1, last_B1).squeeze(1)]
    inside_B = torch.where(mask_BS, at_words_BS, 0).sum(dim=1) + torch.where(mask_BS[:, 1:], between_BS, 0).sum(dim=1)
    return inside_B + torch.where(mask_BS[:, 0], ends_B, 0)


def viterbi(
    emissions_BSN: Tensor, transitions_NN: Tensor, start_N: Tensor, end_N: Tensor, mask_BS: Tensor
) -> tuple[list[list[int]], Tensor]:
    """The best path of each sentence (as long as the sentence) and its score_B; without gradient."""
    emissions_BSN = at_least_float32(emissions_BSN.detach())
    if emissions_BSN.size(1) == 0:
        return [[] for _ in emissions_BSN], emissions_BSN.new_zeros(emissions_BSN.size(0))
    with torch.no_grad():
        scores = scan(emissions_BSN, transitions_NN, start_N, mask_BS, torch.amax)
        best_B, tags_B = (scores[-1] + end_N).max(dim=1)
        tags = [tags_B]
        arriving_NN = transitions_NN.t()
        for position in range(emissions_BSN.size(1) - 1, 0, -1):  # at padding the scores are carried, and so is the last tag
            before_B = (scores[position - 1] + arriving_NN[tags_B]).argmax(dim=1)
            tags_B = torch.where(mask_BS[:, position], before_B, tags_B)
            tags.append(tags_B)
    rows = torch.stack(tags[::-1], dim=1).tolist()
    paths = [row[:length] for row, length in zip(rows, mask_BS.sum(dim=1).tolist(), strict=True)]
    return paths, torch.where(mask_BS[:, 0], best_B, 0)


def marginals(emissions_BSN: Tensor, transitions_NN: Tensor, start_N: Tensor, end_N: Tensor, mask_BS: Tensor) -> Tensor:
    """probabilities_BSN of each label at each word (forward-backward): rows sum to 1 at words and are 0 at padding."""
    emissions_BSN = at_least_float32(emissions_BSN)
    if emissions_BSN.size(1) == 0:
        return emissions_BSN
    order_BSN = reversal(mask_BS)[:, :, None].expand_as(emissions_BSN)
    from_left = scan(emissions_BSN, transitions_NN, start_N, mask_BS, torch.logsumexp)
    from_right = scan(emissions_BSN.gather(1, order_BSN), transitions_NN.t(), end_N, mask_BS, torch.logsumexp)
    both_BSN = torch.stack(from_left, dim=1) + torch.stack(from_right, dim=1).gather(1, order_BSN) - emissions_BSN
    return both_BSN.softmax(dim=2) * mask_BS[:, :, None]

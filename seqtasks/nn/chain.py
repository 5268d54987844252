"""The linear chain: one scan over positions, whatever "plus" means. Sum gives the partition (forward algorithm, Rabiner 1989; as a CRF:
Lafferty et al. 2001), maximum gives the best path (Viterbi 1967); the same scan from the other end gives marginals.
The k best paths: the list Viterbi algorithm in parallel (Seshadri and Sundberg 1994). Posteriors of spans: forward scores up to the span,
the span itself, backward scores after it.

The score of a path is start[y_1] + sum of emissions[t, y_t] + sum of transitions[y_t, y_t+1] + end[y_n]. transitions_NN goes from row to
column. Masks are True at real words, which come first. An empty sentence has one path, the empty one, of score 0.
Computed in float32 at least, also under autocast. B batch, S position, N labels, K paths, L length of a span, from 1.
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
    real = mask_BS.all(dim=0).tolist()  # where no sentence has padding, nothing is to be carried
    for position in range(1, emissions_BSN.size(1)):
        extended_BN = plus(scores_BN[:, :, None] + transitions_NN, 1) + emissions[position]
        scores_BN = extended_BN if real[position] else torch.where(masks[position], extended_BN, scores_BN)
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
    from_left_BSN, from_right_BSN = both_ways(emissions_BSN, transitions_NN, start_N, end_N, mask_BS)
    return (from_left_BSN + from_right_BSN - emissions_BSN).softmax(dim=2) * mask_BS[:, :, None]


def both_ways(emissions_BSN: Tensor, transitions_NN: Tensor, start_N: Tensor, end_N: Tensor, mask_BS: Tensor) -> tuple[Tensor, Tensor]:
    """Forward and backward scores_BSN by the label at each position; both include the position's emission. At least one position."""
    order_BSN = reversal(mask_BS)[:, :, None].expand_as(emissions_BSN)
    from_left = scan(emissions_BSN, transitions_NN, start_N, mask_BS, torch.logsumexp)
    from_right = scan(emissions_BSN.gather(1, order_BSN), transitions_NN.t(), end_N, mask_BS, torch.logsumexp)
    return torch.stack(from_left, dim=1), torch.stack(from_right, dim=1).gather(1, order_BSN)


def k_best(
    emissions_BSN: Tensor, transitions_NN: Tensor, start_N: Tensor, end_N: Tensor, mask_BS: Tensor, k: int
) -> list[list[tuple[list[int], float]]]:
    """For each sentence its k best paths with their scores, best first: fewer where it has fewer, and none that scores minus infinity.

    Without gradient. Among paths of one score the order is of no meaning. Raises ValueError for k below 1.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    emissions_BSN = at_least_float32(emissions_BSN.detach())
    sentences, length, labels = emissions_BSN.shape
    if length == 0:
        return [[([], 0.0)] for _ in range(sentences)]
    with torch.no_grad():
        scores_BNK = torch.full((sentences, labels, k), -torch.inf, dtype=emissions_BSN.dtype, device=emissions_BSN.device)
        scores_BNK[:, :, 0] = start_N + emissions_BSN[:, 0]
        origins = []  # by position, for each label's k paths which of the N * K before it they go on from
        for position in range(1, length):
            extended_BNKN = scores_BNK[..., None] + transitions_NN[:, None, :]
            found_BKN, origin_BKN = extended_BNKN.flatten(1, 2).topk(k, dim=1)
            goes_on_B11 = mask_BS[:, position, None, None]
            scores_BNK = torch.where(goes_on_B11, found_BKN.transpose(1, 2) + emissions_BSN[:, position, :, None], scores_BNK)
            origins.append(origin_BKN.transpose(1, 2).flatten(1, 2))
        best_BK, state_BK = (scores_BNK + end_N[:, None]).flatten(1, 2).topk(k, dim=1)
        states = [state_BK]  # n * K + k: the label and which of its paths
        for position in range(length - 1, 0, -1):  # at padding the paths are carried
            state_BK = torch.where(mask_BS[:, position, None], origins[position - 1].gather(1, state_BK), state_BK)
            states.append(state_BK)
    rows_BKS = (torch.stack(states[::-1], dim=2) // k).tolist()
    answers: list[list[tuple[list[int], float]]] = []
    for rows, scores, words in zip(rows_BKS, best_BK.tolist(), mask_BS.sum(dim=1).tolist(), strict=True):
        paths = [(row[:words], score) for row, score in zip(rows, scores, strict=True) if score > -torch.inf]
        answers.append(paths if words else [([], 0.0)])
    return answers


def span_marginals(
    emissions_BSN: Tensor,
    transitions_NN: Tensor,
    start_N: Tensor,
    end_N: Tensor,
    mask_BS: Tensor,
    *,
    begins_first_N: Tensor,
    begins_NN: Tensor,
    goes_on_NN: Tensor,
    longest: int,
) -> Tensor:
    """probabilities_BSLN that a span begins at position s, is l + 1 words long, and that label n stands at its last word; no gradient.

    begins_NN and goes_on_NN are True where a span begins at, or goes on to, the label of the column after that of the row, begins_first_N
    where one begins at a sentence's first word; it ends before a label that does not go on with it, and where the sentence ends.
    longest: the greatest length, L.
    """
    emissions_BSN = at_least_float32(emissions_BSN.detach())
    sentences, length, labels = emissions_BSN.shape
    if length == 0 or longest == 0:
        return emissions_BSN.new_zeros(sentences, length, longest, labels)
    with torch.no_grad():
        from_left_BSN, from_right_BSN = both_ways(emissions_BSN, transitions_NN, start_N, end_N, mask_BS)
        total_B11 = torch.logsumexp(from_left_BSN[:, -1] + end_N, dim=1)[:, None, None]
        first_B1N = start_N.masked_fill(~begins_first_N, -torch.inf).expand(sentences, 1, labels)
        later_BSN = stepped(from_left_BSN[:, :-1], transitions_NN.masked_fill(~begins_NN, -torch.inf))
        inside_BSN = emissions_BSN + torch.cat([first_B1N, later_BSN], dim=1)
        leaving_BSN = stepped(from_right_BSN[:, 1:], transitions_NN.masked_fill(goes_on_NN, -torch.inf).t())
        outside_B1N = torch.full_like(first_B1N, -torch.inf)
        after_BSN = torch.cat([leaving_BSN, outside_B1N], dim=1)
        last_BS = mask_BS & ~torch.cat([mask_BS[:, 1:], torch.zeros_like(mask_BS[:, :1])], dim=1)
        after_BSN = torch.where(last_BS[:, :, None], end_N, after_BSN).masked_fill(~mask_BS[:, :, None], -torch.inf)
        onward_NN = transitions_NN.masked_fill(~goes_on_NN, -torch.inf)
        found = []
        for _ in range(longest):  # the word at the end of the span moves on, and with it what is outside
            found.append((inside_BSN + after_BSN - total_B11).exp())
            after_BSN = torch.cat([after_BSN[:, 1:], outside_B1N], dim=1)
            emissions_BSN = torch.cat([emissions_BSN[:, 1:], outside_B1N], dim=1)
            inside_BSN = stepped(inside_BSN, onward_NN) + emissions_BSN
        return torch.stack(found, dim=2)


def stepped(scores_BSN: Tensor, transitions_NN: Tensor) -> Tensor:
    """Scores one transition further, from the label of the row to that of the column."""
    return torch.logsumexp(scores_BSN[..., None] + transitions_NN, dim=2)

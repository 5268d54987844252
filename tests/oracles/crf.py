"""The linear chain by enumeration of every path of one sentence."""

import itertools

import torch


def path_score(emissions_SN, transitions_NN, start_N, end_N, path):
    if not path:
        return torch.zeros((), dtype=emissions_SN.dtype)
    score = start_N[path[0]] + end_N[path[-1]]
    for position, label in enumerate(path):
        score = score + emissions_SN[position, label]
    for before, after in itertools.pairwise(path):
        score = score + transitions_NN[before, after]
    return score


def every_path(emissions_SN, transitions_NN, start_N, end_N):
    """[(path, score)] of every labelling of the sentence."""
    length, labels = emissions_SN.shape
    paths = itertools.product(range(labels), repeat=length)
    return [(path, path_score(emissions_SN, transitions_NN, start_N, end_N, path)) for path in paths]


def log_partition(emissions_SN, transitions_NN, start_N, end_N):
    return torch.logsumexp(torch.stack([score for _, score in every_path(emissions_SN, transitions_NN, start_N, end_N)]), dim=0)


def best_path(emissions_SN, transitions_NN, start_N, end_N):
    return max(every_path(emissions_SN, transitions_NN, start_N, end_N), key=lambda pair: pair[1].item())


def k_best(emissions_SN, transitions_NN, start_N, end_N, k):
    """The k best paths of score above minus infinity, best first."""
    paths = [pair for pair in every_path(emissions_SN, transitions_NN, start_N, end_N) if pair[1] > -torch.inf]
    return sorted(paths, key=lambda pair: -pair[1].item())[:k]


def span_shares(emissions_SN, transitions_NN, start_N, end_N, tags, spans_of):
    """{span: share of all paths' exp(score) whose tags mean it}; spans_of reads one row of tags."""
    total = log_partition(emissions_SN, transitions_NN, start_N, end_N)
    shares = {}
    for path, score in every_path(emissions_SN, transitions_NN, start_N, end_N):
        for span in spans_of([tags[label] for label in path]):
            shares[span] = shares.get(span, 0.0) + (score - total).exp().item()
    return shares


def marginals(emissions_SN, transitions_NN, start_N, end_N):
    """The share of all paths' exp(score) that gives each word each label."""
    total = log_partition(emissions_SN, transitions_NN, start_N, end_N)
    result_SN = torch.zeros_like(emissions_SN)
    for path, score in every_path(emissions_SN, transitions_NN, start_N, end_N):
        for position, label in enumerate(path):
            result_SN[position, label] += (score - total).exp()
    return result_SN

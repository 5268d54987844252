"""Decoding of a hidden Markov model, slow and obvious: by enumeration of every path, and sentence by sentence with dictionaries.

A path is a tuple of candidate positions, one for each word. Of equal paths the one whose last position is lowest wins, then its last but
one, and so on: the lowest reversed tuple.
"""

import itertools
import math
from types import SimpleNamespace

import numpy as np

from seqtasks.hmm.decoders.lattice import Emissions


def sentence_types(types_T, lengths_B):
    """The types of each sentence."""
    ends = np.cumsum(lengths_B)
    return [list(map(int, types_T[end - length : end])) for end, length in zip(ends, lengths_B, strict=True)]


def candidate_tags(emissions, kind):
    return [int(tag) for tag in emissions.tags_C[emissions.first_Y1[kind] : emissions.first_Y1[kind + 1]]]


def emission(emissions, before, kind, position):
    scores_PC = emissions.scores_PC
    return float(scores_PC[before if len(scores_PC) > 1 else 0, emissions.first_Y1[kind] + position])


def transition(transitions_PPC, two_before, before, tag):
    return float(transitions_PPC[two_before if len(transitions_PPC) > 1 else 0, before, tag])


def path_score(emissions, transitions_PPC, kinds, path):
    if not kinds:
        return 0.0
    boundary = transitions_PPC.shape[1] - 1
    two_before, before, score = boundary, boundary, 0.0
    for kind, position in zip(kinds, path, strict=True):
        tag = candidate_tags(emissions, kind)[position]
        score += transition(transitions_PPC, two_before, before, tag) + emission(emissions, before, kind, position)
        two_before, before = before, tag
    return score + transition(transitions_PPC, two_before, before, boundary)


def tags_of(emissions, kinds, path):
    return [candidate_tags(emissions, kind)[position] for kind, position in zip(kinds, path, strict=True)]


def ranked_paths(emissions, transitions_PPC, kinds):
    """[(path, score)] of all paths of finite score, best first."""
    every = itertools.product(*(range(len(candidate_tags(emissions, kind))) for kind in kinds))
    scored = [(path, path_score(emissions, transitions_PPC, kinds, path)) for path in every]
    possible = [(path, score) for path, score in scored if score > -math.inf]
    return sorted(possible, key=lambda pair: (-pair[1], pair[0][::-1]))


def log_sum(scores):
    top = max(scores, default=-math.inf)
    return top if top == -math.inf else top + math.log(sum(math.exp(score - top) for score in scores))


def posteriors(emissions, transitions_PPC, kinds):
    """The probability of each candidate of each word, and log P(words)."""
    ranked = ranked_paths(emissions, transitions_PPC, kinds)
    total = log_sum([score for _, score in ranked])
    shares = [np.zeros(len(candidate_tags(emissions, kind))) for kind in kinds]
    for path, score in ranked:
        for word, position in enumerate(path):
            shares[word][position] += math.exp(score - total)
    return shares, total


def lists(emissions, transitions_PPC, kinds, k):
    """The k best (path, score) of one sentence by dynamic programming: k = 1 is Viterbi. A state is (position of t-1, position of t)."""
    if not kinds:
        return [((), 0.0)]
    boundary = transitions_PPC.shape[1] - 1
    blank = SimpleNamespace(tags=[boundary])
    older, old = blank, blank
    entries = {(0, 0): [((), 0.0)]}
    for kind in kinds:
        word = SimpleNamespace(tags=candidate_tags(emissions, kind))
        entries = {
            (i, j): _best(
                [
                    (path + (j,), score + transition(transitions_PPC, older.tags[h], before, tag) + emission(emissions, before, kind, j))
                    for h in range(len(older.tags))
                    for path, score in entries[h, i]
                ],
                k,
            )
            for j, tag in enumerate(word.tags)
            for i, before in enumerate(old.tags)
        }
        older, old = old, word
    ends = [
        (path, score + transition(transitions_PPC, older.tags[i], old.tags[j], boundary))
        for (i, j), found in entries.items()
        for path, score in found
    ]
    return _best(ends, k)


def _best(scored, k):
    possible = [pair for pair in scored if pair[1] > -math.inf]
    return sorted(possible, key=lambda pair: (-pair[1], pair[0][::-1]))[:k]


def drawn_model(seed, *, tags, kinds, order, contextual, forbidden=0.0, most=None):
    """(emissions, transitions) with 1 to `most` candidates a type. Scores are eighths: sums are exact in any order, and ties occur."""
    draw = np.random.default_rng(seed)
    counts = draw.integers(1, min(tags, most or tags) + 1, kinds)
    first_Y1 = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    tags_C = np.concatenate([draw.permutation(tags)[:count] for count in counts]).astype(np.int32)
    scores_PC = -draw.integers(0, 12, (tags + 1 if contextual else 1, len(tags_C))) / 8
    transitions_PPC = -draw.integers(0, 12, (tags + 1 if order == 2 else 1, tags + 1, tags + 1)) / 8
    transitions_PPC[draw.random(transitions_PPC.shape) < forbidden] = -np.inf
    return Emissions(first_Y1, tags_C, scores_PC), transitions_PPC


def drawn_words(seed, *, kinds, sentences, longest):
    """(types_T, lengths_B); some sentences are empty."""
    draw = np.random.default_rng(seed)
    lengths_B = draw.integers(0, longest + 1, sentences)
    return draw.integers(0, kinds, lengths_B.sum()), lengths_B


def expected_counts(emissions, transitions_PPC, sentences):
    """How often each transition and candidate is used in the mean over all taggings, and log P(words) of each sentence."""
    transitions, candidates, totals = np.zeros_like(transitions_PPC), np.zeros(len(emissions.tags_C)), []
    boundary = transitions_PPC.shape[1] - 1
    for kinds in sentences:
        ranked = ranked_paths(emissions, transitions_PPC, kinds)
        totals.append(log_sum([score for _, score in ranked]))
        for path, score in ranked if kinds else []:
            probability = math.exp(score - totals[-1])
            two_before = before = boundary
            for tag in [*tags_of(emissions, kinds, path), boundary]:
                transitions[two_before if len(transitions) > 1 else 0, before, tag] += probability
                two_before, before = before, tag
            for kind, position in zip(kinds, path, strict=True):
                candidates[emissions.first_Y1[kind] + position] += probability
    return transitions, candidates, totals

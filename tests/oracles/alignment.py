"""Word alignment by loops over tokens, and by enumeration of every alignment of a pair. Sentences are lists of words; None is no word."""

import itertools
import math
from collections import defaultdict


def ibm1(pairs, iterations, target_words):
    """{(source word or None, target word): p} after some iterations of plain EM, and the log-likelihoods before each of them."""
    table = defaultdict(lambda: 1 / target_words)
    history = []
    for _ in range(iterations):
        counts, totals, likelihood = defaultdict(float), defaultdict(float), 0.0
        for source, target in pairs:
            if not source:
                continue
            for word in target:
                places = [None, *source]
                total = sum(table[place, word] for place in places)
                likelihood += math.log(total / len(places))
                for place in places:
                    counts[place, word] += table[place, word] / total
                    totals[place] += table[place, word] / total
        table = defaultdict(float, {(place, word): count / totals[place] for (place, word), count in counts.items()})
        history.append(likelihood)
    return table, history


def hmm_paths(probabilities, jump, length, null):
    """[(path, probability)] of every alignment: a source position from 0, or None, for each target token.

    probabilities[t][s + 1]: p(target token t | source position s), [t][0]: given the empty word; jump(before or None, after): of positions.
    """
    paths = []
    for path in itertools.product([None, *range(length)], repeat=len(probabilities)):
        at, probability = None, 1.0
        for row, position in zip(probabilities, path, strict=True):
            if position is None:
                probability *= null * row[0]
            else:
                probability *= (1 - null) * jump(at, position) * row[position + 1]
                at = position
        paths.append((path, probability))
    return paths


def hmm_posteriors(paths, tokens, length):
    """[t][s + 1], with the empty word first."""
    total = sum(probability for _, probability in paths)
    shares = [[0.0] * (length + 1) for _ in range(tokens)]
    for path, probability in paths:
        for token, position in enumerate(path):
            shares[token][0 if position is None else position + 1] += probability / total
    return shares


def hmm_jumps(paths, length):
    """Expected numbers of jumps, [0 for the start, or position + 1][next position]."""
    total = sum(probability for _, probability in paths)
    jumps = [[0.0] * length for _ in range(length + 1)]
    for path, probability in paths:
        at = None
        for position in path:
            if position is not None:
                jumps[0 if at is None else at + 1][position] += probability / total
                at = position
    return jumps


def grow_diag_final_and(source_length, target_length, forward, backward):
    """The published pseudo-code (Koehn et al. 2003), as it stands. forward, backward: sets of links (source, target)."""
    links, union = forward & backward, forward | backward
    around = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]

    def without(place):
        return all(s != place[0] for s, _ in links), all(t != place[1] for _, t in links)

    added = True
    while added:
        added = False
        for source in range(source_length):
            for target in range(target_length):
                if (source, target) not in links:
                    continue
                for step in around:
                    near = (source + step[0], target + step[1])
                    if near in union and near not in links and any(without(near)):
                        links = links | {near}
                        added = True
    for way in (forward, backward):
        for source in range(source_length):
            for target in range(target_length):
                if (source, target) in way and all(without((source, target))):
                    links = links | {(source, target)}
    return links

"""Nested spans by the plainest means: word by word, set by set."""

import itertools
import math


def words_of(span):
    return set(range(span.start, span.end))


def in_another(span, spans):
    return any(words_of(span) < words_of(other) for other in spans)


def cross(one, other):
    shared = words_of(one) & words_of(other)
    return bool(shared) and shared not in (words_of(one), words_of(other))


def most_disjoint(spans):
    """Of every choice of spans the largest in which no word stands twice."""
    sizes = [0]
    for size in range(1, len(spans) + 1):
        for chosen in itertools.combinations(spans, size):
            if sum(len(words_of(span)) for span in chosen) == len(set().union(*map(words_of, chosen))):
                sizes.append(size)
    return max(sizes)


def f1(gold, predicted):
    """Over sets of spans, a set for each sentence."""
    right = sum(len(true & found) for true, found in zip(gold, predicted, strict=True))
    total = sum(map(len, gold)) + sum(map(len, predicted))
    return 200.0 * right / total if total else 0.0


def score_of_span(head, states_SH, start, end):
    """What the span head gives to one span: "none" and each label, from the weights and the states of its sentence."""
    size = states_SH.size(1)
    projected = [head.projection(states_SH[position]) for position in range(start, end)]
    first, last = projected[0][:size], projected[-1][size : 2 * size]
    mean = sum(one[2 * size :] for one in projected) / (end - start)
    return head.output((first + last + mean + head.widths.weight[end - start - 1]).clamp(min=0))


def log_shares(scores):
    """log of each one's share of the exponentials."""
    total = math.log(sum(math.exp(score) for score in scores))
    return [score - total for score in scores]

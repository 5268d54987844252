"""Attention with plain loops: one query, one source word at a time, on lists of numbers."""

import math


def dot_energy(query_H, value_H):
    return sum(q * v for q, v in zip(query_H.tolist(), value_H.tolist(), strict=True))


def scaled_energy(query_H, value_H):
    return dot_energy(query_H, value_H) / math.sqrt(len(query_H))


def general_energy(query_H, value_H, *, key_HM):
    """query . (W value)."""
    return dot_energy(query_H, key_HM @ value_H)


def additive_energy(query_H, value_H, *, query_AH, bias_A, key_AM, weigh_A, past_A=0.0):
    """v . tanh(W query + b + U value + past)."""
    inner_A = query_AH @ query_H + bias_A + key_AM @ value_H + past_A
    return sum(weight * math.tanh(number) for weight, number in zip(weigh_A.tolist(), inner_A.tolist(), strict=True))


def softmax(energies):
    highest = max(energies)
    total = sum(math.exp(energy - highest) for energy in energies)
    return [math.exp(energy - highest) / total for energy in energies]


def bisected(share, energies):
    """Weights share(energy - t) that sum to 1, t found by halving an interval 200 times."""
    low, high = min(energies) - 3, max(energies)
    for _ in range(200):
        threshold = (low + high) / 2
        if sum(share(energy - threshold) for energy in energies) > 1:
            low = threshold
        else:
            high = threshold
    return [share(energy - threshold) for energy in energies]


def sparsemax(energies):
    return bisected(lambda above: max(above, 0), energies)


def entmax15(energies):
    return bisected(lambda above: max(above, 0) ** 2, [energy / 2 for energy in energies])


def top_k(energies, k):
    kept = sorted(range(len(energies)), key=lambda word: -energies[word])[:k]
    shares = dict(zip(kept, softmax([energies[word] for word in kept]), strict=True))
    return [shares.get(word, 0.0) for word in range(len(energies))]


def summary(weights, values_SM):
    """The sum of the values, weighted."""
    context = [0.0] * values_SM.size(1)
    for weight, value in zip(weights, values_SM.tolist(), strict=True):
        for feature, number in enumerate(value):
            context[feature] += weight * number
    return context


def attend(query_H, values_SM, mask_S, energy, normalise=softmax, seen=lambda position: True, factor=lambda position: 1.0):
    """(context as a list, weights as a list) of one query over one sentence; zeros where no word is real.

    seen and factor: which positions a window lets through, and what it multiplies their weights by.
    """
    real = [position for position, is_real in enumerate(mask_S.tolist()) if is_real and seen(position)]
    weights = [0.0] * len(mask_S)
    if real:
        shares = normalise([energy(query_H, values_SM[position]) for position in real])
        for position, share in zip(real, shares, strict=True):
            weights[position] = share * factor(position)
    return summary(weights, values_SM), weights


def located(weights_before, sum_before, kernel_FCW):
    """features_SF of a convolution over the last weights and their sum, with zeros beyond the ends."""
    width, length = kernel_FCW.size(2), len(weights_before)
    rows = []
    for position in range(length):
        row = []
        for kernel_CW in kernel_FCW.tolist():
            total = 0.0
            for channel, numbers in enumerate((weights_before, sum_before)):
                for offset in range(width):
                    place = position + offset - width // 2
                    total += kernel_CW[channel][offset] * numbers[place] if 0 <= place < length else 0.0
            row.append(total)
        rows.append(row)
    return rows


def hierarchical(query_H, values_SM, mask_S, segments, word_energy, segment_energy, placed, normalise=softmax):
    """(context, weights): words shared out within each segment, then the segments by placed(summary, distance from the last one)."""
    inside, summaries = {}, {}
    for segment in sorted({segments[position] for position, is_real in enumerate(mask_S.tolist()) if is_real}):
        members = [position for position, is_real in enumerate(mask_S.tolist()) if is_real and segments[position] == segment]
        shares = normalise([word_energy(query_H, values_SM[position]) for position in members])
        inside[segment] = dict(zip(members, shares, strict=True))
        weights = [inside[segment].get(position, 0.0) for position in range(len(mask_S))]
        summaries[segment] = summary(weights, values_SM)
    weights = [0.0] * len(mask_S)
    if summaries:
        last = max(summaries)
        above = normalise([segment_energy(query_H, placed(vector, last - segment)) for segment, vector in summaries.items()])
        for segment, share in zip(summaries, above, strict=True):
            for position, within in inside[segment].items():
                weights[position] = share * within
    return summary(weights, values_SM), weights

"""Attention with plain loops: one query, one source word at a time."""

import math


def dot_energy(query_H, value_H):
    return sum(q * v for q, v in zip(query_H.tolist(), value_H.tolist(), strict=True))


def general_energy(query_H, value_H, *, key_HM):
    """query . (W value)."""
    return dot_energy(query_H, key_HM @ value_H)


def additive_energy(query_H, value_H, *, query_AH, bias_A, key_AM, weigh_A):
    """v . tanh(W query + b + U value)."""
    inner_A = query_AH @ query_H + bias_A + key_AM @ value_H
    return sum(weight * math.tanh(number) for weight, number in zip(weigh_A.tolist(), inner_A.tolist(), strict=True))


def attend(query_H, values_SM, mask_S, energy):
    """(context as a list, weights as a list) of one query over one sentence; zeros where no word is real."""
    real = [position for position, is_real in enumerate(mask_S.tolist()) if is_real]
    weights = [0.0] * len(mask_S)
    context = [0.0] * values_SM.size(1)
    if real:
        energies = {position: energy(query_H, values_SM[position]) for position in real}
        highest = max(energies.values())
        total = sum(math.exp(value - highest) for value in energies.values())
        for position in real:
            weights[position] = math.exp(energies[position] - highest) / total
            for feature, value in enumerate(values_SM[position].tolist()):
                context[feature] += weights[position] * value
    return context, weights

"""Gradients by distance written out: the chain of Jacobians of an Elman network, and Jacobians by autograd, one input at a time."""

import torch


def elman_norms(layer, inputs_BSE, directions_BH):
    """norms_D of a one-layer nn.RNN (tanh), root mean square over the batch: u' diag(1 - h^2) W diag(...) W ... W_in, word by word back."""
    input_HE, recurrent_HH, *biases = (weight.detach().double() for weight in layer.all_weights[0])
    totals_D = torch.zeros(inputs_BSE.size(1), dtype=torch.float64)
    for words_SE, direction_H in zip(inputs_BSE.double(), directions_BH, strict=True):
        state_H, states = torch.zeros(len(recurrent_HH), dtype=torch.float64), []
        for word_E in words_SE:
            state_H = torch.tanh(input_HE @ word_E + recurrent_HH @ state_H + sum(biases))
            states.append(state_H)
        back_H = direction_H
        for distance, state_H in enumerate(reversed(states)):
            before_H = back_H * (1 - state_H**2)
            totals_D[distance] += (before_H @ input_HE).square().sum()
            back_H = before_H @ recurrent_HH
    return (totals_D / len(inputs_BSE)).sqrt()


def jacobian_norms(network, words_SE):
    """norms_D: Frobenius norm of the Jacobian of the last output of one sentence by each word."""
    jacobian_HSE = torch.autograd.functional.jacobian(lambda words: network(words[None])[0, -1], words_SE)
    return jacobian_HSE.square().sum(dim=(0, 2)).sqrt().flip(0)


def separated_pairs(scores, positive):
    """The share of pairs of a positive and a negative one of which the positive one has the higher score, by counting."""
    pairs = [
        (a, b) for a, right in zip(scores, positive, strict=True) if right for b, wrong in zip(scores, positive, strict=True) if not wrong
    ]
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)

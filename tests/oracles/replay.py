"""Gates of one sentence, word by word and unit by unit, from the published equations."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def logistic(number: float) -> float:
    return 1 / (1 + math.exp(-number))


def rows_of(layer: nn.RNNBase) -> tuple[list[list[float]], list[list[float]], list[float], list[float]]:
    weights = [weight.tolist() for weight in layer.all_weights[0]]
    zeros = [0.0] * len(weights[0])
    return (weights[0], weights[1], *(weights[2:4] if layer.bias else (zeros, zeros)))


def dot(left: list[float], right: list[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def lstm_by_unit(layer: nn.LSTM, words_SE: Tensor) -> dict[str, Tensor]:
    """input, forget, output, candidate, cell and state: values_SH each."""
    enter, recurrent, bias, recurrent_bias = rows_of(layer)
    size, found = layer.hidden_size, {name: [] for name in ("input", "forget", "output", "candidate", "cell", "state")}
    state, cell = [0.0] * size, [0.0] * size
    for word in words_SE.tolist():
        sums = [dot(enter[row], word) + bias[row] + dot(recurrent[row], state) + recurrent_bias[row] for row in range(4 * size)]
        now = {name: [] for name in found}
        for unit in range(size):
            i, f, o = (logistic(sums[gate * size + unit]) for gate in (0, 1, 3))
            g = math.tanh(sums[2 * size + unit])
            c = f * cell[unit] + i * g
            for name, value in zip(found, (i, f, o, g, c, o * math.tanh(c)), strict=True):
                now[name].append(value)
        state, cell = now["state"], now["cell"]
        for name, values in now.items():
            found[name].append(values)
    return {name: torch.tensor(rows, dtype=words_SE.dtype) for name, rows in found.items()}


def gru_by_unit(layer: nn.GRU, words_SE: Tensor) -> dict[str, Tensor]:
    """reset, update, candidate and state: values_SH each."""
    enter, recurrent, bias, recurrent_bias = rows_of(layer)
    size, found = layer.hidden_size, {name: [] for name in ("reset", "update", "candidate", "state")}
    state = [0.0] * size
    for word in words_SE.tolist():
        given = [dot(enter[row], word) + bias[row] for row in range(3 * size)]
        before = [dot(recurrent[row], state) + recurrent_bias[row] for row in range(3 * size)]
        now = {name: [] for name in found}
        for unit in range(size):
            r, z = (logistic(given[gate * size + unit] + before[gate * size + unit]) for gate in (0, 1))
            n = math.tanh(given[2 * size + unit] + r * before[2 * size + unit])
            for name, value in zip(found, (r, z, n, (1 - z) * n + z * state[unit]), strict=True):
                now[name].append(value)
        state = now["state"]
        for name, values in now.items():
            found[name].append(values)
    return {name: torch.tensor(rows, dtype=words_SE.dtype) for name, rows in found.items()}

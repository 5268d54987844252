"""Poolings of one text at a time, word by word, as their definitions say. S words, H features."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from seqtasks.nn.pooling import AttentionPooling


def last(states_SH: Tensor, backward: int) -> Tensor:
    """Features of the last word, and the last `backward` ones of the first word."""
    ahead = states_SH.size(1) - backward
    return torch.tensor([*states_SH[-1, :ahead].tolist(), *states_SH[0, ahead:].tolist()])


def mean(states_SH: Tensor) -> Tensor:
    return torch.tensor([sum(column) / len(column) for column in states_SH.T.tolist()])


def largest(states_SH: Tensor) -> Tensor:
    return torch.tensor([max(column) for column in states_SH.T.tolist()])


def attention(pooling: AttentionPooling, states_SH: Tensor) -> Tensor:
    """Yang et al. (2016), equations 5 to 7."""
    energies = [float(pooling.energy(torch.tanh(pooling.hidden(state_H)))) for state_H in states_SH]
    shares = [math.exp(energy) for energy in energies]
    pooled_H = torch.zeros(states_SH.size(1))
    for share, state_H in zip(shares, states_SH, strict=True):
        pooled_H += share / sum(shares) * state_H
    return pooled_H

"""The table of backbones: numbers in, a module out whose forward(embedded_BSE, mask_BS) gives Encoded, with an output_size.

A new backbone is one function and one line in BACKBONES. B batch, S position, E input size.
"""

from __future__ import annotations

from typing import Protocol

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.recurrent import Bidirectional, Directional, Stack


class BackboneBuilder(Protocol):
    """hidden_size is per direction; dropout acts between layers, one mask per sentence."""

    def __call__(self, *, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool = False) -> Stack: ...


def one_way(kind: str, *, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool) -> Stack:
    """Left to right; output_size is hidden_size."""
    sizes = [input_size] + [hidden_size] * (layers - 1)
    stack = [Directional(kind=kind, input_size=size, hidden_size=hidden_size, reverse=False) for size in sizes[:layers]]
    return Stack(stack, dropout=LockedDropout(dropout), residual=residual)


def two_way(kind: str, *, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool) -> Stack:
    """Both directions, joined after every layer; output_size is 2 * hidden_size, forward half first."""
    sizes = [input_size] + [2 * hidden_size] * (layers - 1)
    stack = [Bidirectional(kind=kind, input_size=size, hidden_size=hidden_size) for size in sizes[:layers]]
    return Stack(stack, dropout=LockedDropout(dropout), residual=residual)


def rnn(*, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool = False) -> Stack:
    """Elman network (tanh), left to right."""
    return one_way("rnn", input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)


def birnn(*, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool = False) -> Stack:
    """Elman network (tanh) in both directions."""
    return two_way("rnn", input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)


def gru(*, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool = False) -> Stack:
    """GRU, left to right."""
    return one_way("gru", input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)


def bigru(*, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool = False) -> Stack:
    """GRU in both directions."""
    return two_way("gru", input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)


def lstm(*, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool = False) -> Stack:
    """LSTM, left to right."""
    return one_way("lstm", input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)


def bilstm(*, input_size: int, hidden_size: int, layers: int, dropout: float, residual: bool = False) -> Stack:
    """LSTM in both directions."""
    return two_way("lstm", input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)


BACKBONES: dict[str, BackboneBuilder] = {"rnn": rnn, "birnn": birnn, "gru": gru, "bigru": bigru, "lstm": lstm, "bilstm": bilstm}

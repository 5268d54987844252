"""The networks that studies set side by side, all of which read from left to right: a word's state knows what came before it, nothing else.

A network is a name, a line of what it is, and a function of sizes; a new one is a line in NETWORKS. B batch, S position, E input, H states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from seqtasks.errors import UsageError, did_you_mean
from seqtasks.nn.backbones import one_way
from seqtasks.nn.biases import set_chrono_biases, set_forget_biases
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.meta import shapes_only
from seqtasks.nn.recurrent import RecurrentLayer, RecurrentStack
from seqtasks.nn.transformer import SelfAttention, Transformer, TransformerLayer

HEADS = 2
DILATIONS = (1, 2, 4, 8, 16)
Builder = Callable[[int, int, int], nn.Module]  # (input size, hidden size, longest distance in words) -> backbone


@dataclass(frozen=True)
class NetworkKind:
    """A network to study. unit: its hidden sizes are multiples of it."""

    name: str
    summary: str
    build: Builder
    unit: int = 1

    def matched(self, input_size: int, parameters: int, rest: Callable[[int], int] = lambda hidden: 0) -> int:
        """The hidden size that comes closest to so many parameters in all. rest: those of what stands around it, by the hidden size."""

        def count(hidden: int) -> int:
            with shapes_only():
                return sum(weight.numel() for weight in self.build(input_size, hidden, 2).parameters()) + rest(hidden)

        size = self.unit
        while count(size + self.unit) <= parameters:
            size += self.unit
        return min(size, size + self.unit, key=lambda hidden: abs(count(hidden) - parameters))


class Past(nn.Module):
    """Self-attention of each word over the words up to its own, added to a stack's states and normed."""

    def __init__(self, stack: RecurrentStack, *, heads: int) -> None:
        super().__init__()
        self.stack = stack
        self.attention = SelfAttention(size=stack.output_size, heads=heads)
        self.norm = nn.LayerNorm(stack.output_size)
        self.output_size = stack.output_size

    def forward(self, embedded_BSE: Tensor, mask_BS: Tensor) -> Encoded:
        below = self.stack(embedded_BSE, mask_BS)
        looked_BSH = self.attention(below.output, mask_BS, hidden_future(below.output))
        top_BSH = self.norm(below.output + looked_BSH) * mask_BS[:, :, None]
        return Encoded((*below.layers[:-1], top_BSH), below.final, mask_BS)


class PastLayer(TransformerLayer):
    """A layer of a Transformer whose words look at those up to their own."""

    def forward(self, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        bias_ASS = self.bias(states_BSH.size(1)) + hidden_future(states_BSH)
        attended_BSH = self.attention(self.attention_norm(states_BSH), mask_BS, bias_ASS)
        return self.fed(states_BSH + self.dropout(attended_BSH))


def hidden_future(states_BSH: Tensor) -> Tensor:
    """bias_SS: 0 at a word itself and those before it, -inf at those after it."""
    return states_BSH.new_full((states_BSH.size(1), states_BSH.size(1)), -torch.inf).triu(1)


def plain(kind: str, input_size: int, hidden_size: int, longest: int, *, layers: int = 1) -> RecurrentStack:
    """Layers as every recipe has them: orthogonal recurrent weights, forget bias 1."""
    return one_way(kind, input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=0.0)


def as_torch_begins(kind: str, input_size: int, hidden_size: int, longest: int) -> RecurrentStack:
    """One layer with torch's own initialisation: everything uniform in +-1 / sqrt(H)."""
    stack = plain(kind, input_size, hidden_size, longest)
    for layer in stack.layers:
        layer.layer.reset_parameters()  # type: ignore[union-attr, operator]  # an nn.RNNBase
    return stack


def forgetting(bias: float, input_size: int, hidden_size: int, longest: int) -> RecurrentStack:
    """An LSTM whose forget gate begins with a bias."""
    stack = plain("lstm", input_size, hidden_size, longest)
    set_forget_biases(stack, bias)
    return stack


def chrono(kind: str, input_size: int, hidden_size: int, longest: int) -> RecurrentStack:
    """Gates that begin with memories of up to `longest` words."""
    stack = plain(kind, input_size, hidden_size, longest)
    set_chrono_biases(stack, longest)
    return stack


def around(way: str, input_size: int, hidden_size: int, longest: int) -> RecurrentStack:
    """Two LSTM layers with a way around each: residual or highway."""
    return one_way("lstm", input_size=input_size, hidden_size=hidden_size, layers=2, dropout=0.0, residual=way == "residual",
                   highway=way == "highway")  # fmt: skip


def dilated(input_size: int, hidden_size: int, longest: int) -> RecurrentStack:
    """LSTM layers that go 1, 2, 4, 8 and 16 words at a time (Chang et al. 2017)."""
    sizes = [input_size, *[hidden_size] * (len(DILATIONS) - 1)]
    layers = [
        RecurrentLayer(kind="lstm", input_size=size, hidden_size=hidden_size, reverse=False, dilation=words)
        for size, words in zip(sizes, DILATIONS, strict=True)
    ]
    return RecurrentStack(layers, dropout=LockedDropout(0.0))


def attending(input_size: int, hidden_size: int, longest: int) -> Past:
    """An LSTM whose states look back at all states before them."""
    return Past(plain("lstm", input_size, hidden_size, longest), heads=HEADS)


def transformer(input_size: int, hidden_size: int, longest: int) -> Transformer:
    """Two layers of self-attention over the words so far; no recurrence."""
    built = Transformer(
        input_size=input_size, hidden_size=hidden_size, layers=2, heads=HEADS, dropout=LockedDropout(0.0), inner_size=2 * hidden_size
    )
    built.layers = nn.ModuleList(
        PastLayer(size=hidden_size, heads=HEADS, dropout=LockedDropout(0.0), inner_size=2 * hidden_size) for _ in range(2)
    )
    return built


def network_kinds(names: Sequence[str]) -> list[NetworkKind]:
    """Those called so, in the order given. Raises UsageError for a name that is not in NETWORKS."""
    if unknown := [name for name in names if name not in NETWORKS]:
        raise UsageError(f"no network {unknown[0]!r}{did_you_mean(unknown[0], NETWORKS)} Networks: {', '.join(NETWORKS)}.")
    return [NETWORKS[name] for name in names]


NETWORKS = {
    one.name: one
    for one in (
        NetworkKind("rnn", "Elman network, as torch begins it", partial(as_torch_begins, "rnn")),
        NetworkKind("rnn-orthogonal", "Elman network with orthogonal recurrent weights", partial(plain, "rnn")),
        NetworkKind("gru", "GRU", partial(plain, "gru")),
        NetworkKind("lstm-bias-0", "LSTM, forget bias 0", partial(forgetting, 0.0)),
        NetworkKind("lstm", "LSTM, forget bias 1", partial(forgetting, 1.0)),
        NetworkKind("lstm-bias-2", "LSTM, forget bias 2", partial(forgetting, 2.0)),
        NetworkKind("lstm-chrono", "LSTM, chrono initialisation", partial(chrono, "lstm")),
        NetworkKind("residual", "two LSTM layers, residual", partial(around, "residual")),
        NetworkKind("highway", "two LSTM layers, highways", partial(around, "highway")),
        NetworkKind("dilated", "LSTM layers that go 1 to 16 words at a time", dilated),
        NetworkKind("attention", "LSTM with self-attention over the words so far", attending, HEADS),
        NetworkKind("transformer", "two layers of self-attention, no recurrence", transformer, HEADS),
    )
}

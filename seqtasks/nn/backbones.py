"""The table of backbones: numbers in, a module out whose forward(embedded_BSE, mask_BS) gives Encoded, with an output_size.

A new backbone is one function and one line in BACKBONES. What a function takes beside the four numbers that all take is an option of that
backbone: residual or highway connections, dropout of recurrent weights, heads of attention. B batch, S position, E input size.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol

from torch import nn

from seqtasks.nn.convolution import IteratedConvolutions
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.recurrent import BidirectionalLayer, Highway, RecurrentLayer, RecurrentStack
from seqtasks.nn.transformer import SelfAttentionOnTop, Transformer


class BackboneBuilder(Protocol):
    """hidden_size is per direction, where there are directions; dropout acts between layers, one mask per sentence."""

    def __call__(self, *, input_size: int, hidden_size: int, layers: int, dropout: float) -> nn.Module: ...


def one_way(
    kind: str,
    *,
    input_size: int,
    hidden_size: int,
    layers: int,
    dropout: float,
    residual: bool = False,
    highway: bool = False,
    recurrent_dropout: float = 0.0,
) -> RecurrentStack:
    """Left to right; output_size is hidden_size."""
    sizes = [input_size] + [hidden_size] * (layers - 1)
    stack = [
        RecurrentLayer(kind=kind, input_size=size, hidden_size=hidden_size, reverse=False, recurrent_dropout=recurrent_dropout)
        for size in sizes[:layers]
    ]
    return stacked(stack, dropout, residual=residual, highway=highway)


def two_way(
    kind: str,
    *,
    input_size: int,
    hidden_size: int,
    layers: int,
    dropout: float,
    residual: bool = False,
    highway: bool = False,
    recurrent_dropout: float = 0.0,
    dilate: bool = False,
) -> RecurrentStack:
    """Both directions, joined after every layer; output_size is 2 * hidden_size, forward half first.

    dilate: layer l (0, 1, ...) goes from a word to the one 2^l further on.
    """
    sizes = [input_size] + [2 * hidden_size] * (layers - 1)
    stack = [
        BidirectionalLayer(
            kind=kind,
            input_size=size,
            hidden_size=hidden_size,
            dilation=2**number if dilate else 1,
            recurrent_dropout=recurrent_dropout,
        )
        for number, size in enumerate(sizes[:layers])
    ]
    return stacked(stack, dropout, residual=residual, highway=highway)


def stacked(layers: list[RecurrentLayer] | list[BidirectionalLayer], dropout: float, *, residual: bool, highway: bool) -> RecurrentStack:
    """The layers as a backbone, with a highway beside each where there are any."""
    highways = [Highway(input_size=layer.input_size, output_size=layer.output_size) for layer in layers if highway]
    return RecurrentStack(layers, dropout=LockedDropout(dropout), residual=residual, highways=highways)


def bilstm_attention(
    *,
    input_size: int,
    hidden_size: int,
    layers: int,
    dropout: float,
    residual: bool = False,
    highway: bool = False,
    recurrent_dropout: float = 0.0,
    heads: int = 4,
) -> SelfAttentionOnTop:
    """LSTM in both directions with self-attention on top; heads must divide 2 * hidden_size."""
    stack = two_way(
        "lstm",
        input_size=input_size,
        hidden_size=hidden_size,
        layers=layers,
        dropout=dropout,
        residual=residual,
        highway=highway,
        recurrent_dropout=recurrent_dropout,
    )
    return SelfAttentionOnTop(stack, heads=heads, dropout=LockedDropout(dropout))


def transformer(*, input_size: int, hidden_size: int, layers: int, dropout: float, heads: int = 4, inner_size: int = 0) -> Transformer:
    """Self-attention layers; output_size is hidden_size, which heads must divide. inner_size: of the feed-forward parts, 0 is 4 x that."""
    return Transformer(
        input_size=input_size,
        hidden_size=hidden_size,
        layers=layers,
        heads=heads,
        dropout=LockedDropout(dropout),
        inner_size=inner_size,
    )


def convolution(*, input_size: int, hidden_size: int, layers: int, dropout: float) -> IteratedConvolutions:
    """A block of dilated convolutions, run `layers` times; output_size is hidden_size."""
    return IteratedConvolutions(input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=LockedDropout(dropout))


BACKBONES: dict[str, BackboneBuilder] = {
    "rnn": partial(one_way, "rnn"),  # Elman network (tanh), left to right
    "birnn": partial(two_way, "rnn"),
    "gru": partial(one_way, "gru"),
    "bigru": partial(two_way, "gru"),
    "lstm": partial(one_way, "lstm"),
    "bilstm": partial(two_way, "lstm"),
    "dilated_bilstm": partial(two_way, "lstm", dilate=True),  # layers skip 1, 2, 4, ... words (Chang et al. 2017)
    "bilstm_attention": bilstm_attention,
    "transformer": transformer,
    "convolution": convolution,
}

"""Recurrent layers that are exact under padding, without packing.

A sentence's states are the same alone or in any batch. A backward layer reads each sentence reversed by its own length, so it starts at
the last real word and never at padding; every layer is one unpacked nn.RNN/GRU/LSTM call (on a CPU oneDNN's fast path, which packed
sequences leave). LSTM: Hochreiter and Schmidhuber (1997); GRU: Cho et al. (2014); forget bias 1: Jozefowicz et al. (2015); dropped
recurrent weights: Merity et al. (2018, section 3).
B batch, S position, E input size, H hidden size per direction. Masks are True at real words, which come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.dropout import LockedDropout, check_rate
from seqtasks.nn.encoded import Encoded


def reversal(mask_BS: Tensor) -> Tensor:
    """order_BS: position p of a sentence of n words takes word n - 1 - p; padding stays in place. Its own inverse."""
    positions_S = torch.arange(mask_BS.size(1), device=mask_BS.device)
    return torch.where(mask_BS, mask_BS.sum(dim=1, keepdim=True) - 1 - positions_S, positions_S)


class _Reverse(torch.autograd.Function):
    """Rows reordered by a permutation that is its own inverse; so the gradient is one more copy of rows, not a scatter."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, states_RH: Tensor, rows_R: Tensor) -> Tensor:
        ctx.save_for_backward(rows_R)
        return states_RH.index_select(0, rows_R)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None]:
        (rows_R,) = ctx.saved_tensors  # type: ignore[attr-defined]  # set by save_for_backward
        return cast(Tensor, _Reverse.apply(gradients[0], rows_R)), None


def reverse(states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
    """states_BSH with each sentence reversed by its own length; padding stays in place. Undone by a second call."""
    sentences, length, size = states_BSH.shape
    first_B = torch.arange(0, sentences * length, max(length, 1), device=mask_BS.device)
    rows_R = (reversal(mask_BS) + first_B[:, None]).reshape(-1)
    return cast(Tensor, _Reverse.apply(states_BSH.reshape(-1, size), rows_R)).view(sentences, length, size)


def last_real(states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
    """state_BH at each sentence's last real word; zeros for an empty sentence (given states that are zero at padding)."""
    if states_BSH.size(1) == 0:
        return states_BSH.new_zeros(states_BSH.size(0), states_BSH.size(2))
    last_B = (mask_BS.sum(dim=1) - 1).clamp(min=0)
    return states_BSH[torch.arange(states_BSH.size(0), device=states_BSH.device), last_B]


def interleaved(states_BSH: Tensor, dilation: int) -> Tensor:
    """dealt_RPH: each sentence dealt out into `dilation` ones, R of them in all, of words 0, D, 2D, ..., of 1, D + 1, ... and so on.

    So an ordinary layer goes from each word to the one D further on (Chang et al. 2017, 2.1-2.2). Words behind the last one are zero.
    """
    sentences, length, size = states_BSH.shape
    steps = -(-length // dilation)
    padded_BSH = functional.pad(states_BSH, (0, 0, 0, steps * dilation - length))
    return padded_BSH.view(sentences, steps, dilation, size).transpose(1, 2).reshape(sentences * dilation, steps, size)


def rejoined(dealt_RPH: Tensor, dilation: int, length: int) -> Tensor:
    """states_BSH, the first `length` words of each sentence: what `interleaved` dealt out."""
    rows, steps, size = dealt_RPH.shape
    whole_BSH = dealt_RPH.view(rows // dilation, dilation, steps, size).transpose(1, 2).reshape(rows // dilation, steps * dilation, size)
    return whole_BSH[:, :length]


def initialise(layer: nn.RNNBase) -> None:
    """Gate by gate: orthogonal recurrent weights, Xavier input weights, zero biases; 1 for an LSTM's forget gate. In place."""
    for name, parameter in layer.named_parameters():
        blocks = parameter.data.split(layer.hidden_size)
        if name.startswith("weight_hh"):
            for block in blocks:
                nn.init.orthogonal_(block)
        elif name.startswith("weight_ih"):
            for block in blocks:
                nn.init.xavier_uniform_(block)
        else:
            parameter.data.zero_()
            if name.startswith("bias_ih") and isinstance(layer, nn.LSTM):
                blocks[1].fill_(1)  # gates are i, f, g, o; the second bias stays 0, so the sum is 1


def single_layer(*, kind: str, input_size: int, hidden_size: int) -> nn.RNNBase:
    """One initialised layer, one direction, batch first. Raises ValueError for a kind that is not in KINDS."""
    if kind not in KINDS:
        raise ValueError(f"unknown recurrent kind {kind!r}; choose from {', '.join(KINDS)}")
    layer = KINDS[kind](input_size, hidden_size, batch_first=True)
    initialise(layer)
    return layer


Start = Tensor | tuple[Tensor, Tensor]  # what a layer begins with or ends in: hidden_1BH, of an LSTM with its cell_1BH


def with_dropped_weights(layer: nn.RNNBase, inputs_BSE: Tensor, rate: float, start: Start | None = None) -> tuple[Tensor, Start]:
    """states_BSH of the layer with a share of its recurrent weights zeroed, the same at every step and in every sentence of the batch.

    The others are scaled by 1 / (1 - rate). Still the one fused call of a layer; the gradient reaches the weights that were kept.
    start: what it begins with, zeros where None; the second result is what it ends in.
    """
    input_weight, recurrent_weight, *biases = layer.all_weights[0]
    weights = [input_weight, functional.dropout(recurrent_weight, rate), *biases]
    zeros_1BH = inputs_BSE.new_zeros(1, inputs_BSE.size(0), layer.hidden_size)
    if isinstance(layer, nn.LSTM):
        both = start if isinstance(start, tuple) else (zeros_1BH, zeros_1BH)
        states_BSH, hidden_1BH, cell_1BH = torch.lstm(inputs_BSE, both, weights, True, 1, 0.0, True, False, True)
        return states_BSH, (hidden_1BH, cell_1BH)
    call = torch.gru if isinstance(layer, nn.GRU) else torch.rnn_tanh
    return call(inputs_BSE, start if isinstance(start, Tensor) else zeros_1BH, weights, True, 1, 0.0, True, False, True)


class RecurrentLayer(nn.Module):
    """One layer in one direction; with `reverse` from each sentence's last real word to its first.

    dilation: a state follows on the one `dilation` words before. recurrent_dropout: share of the recurrent weights that each batch of the
    training goes without; none in evaluation.
    """

    def __init__(
        self, *, kind: str, input_size: int, hidden_size: int, reverse: bool, dilation: int = 1, recurrent_dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.layer = single_layer(kind=kind, input_size=input_size, hidden_size=hidden_size)
        self.reverse = reverse
        self.dilation = dilation
        self.recurrent_dropout = check_rate(recurrent_dropout)
        self.input_size = input_size
        self.output_size = hidden_size

    def run(self, inputs_BSE: Tensor, mask_BS: Tensor) -> Tensor:
        """states_BSH in sentence order; whatever at padding."""
        if inputs_BSE.numel() == 0:
            return inputs_BSE.new_zeros(*inputs_BSE.shape[:2], self.output_size)
        if not self.reverse:
            return self.ahead(inputs_BSE)
        return reverse(self.ahead(reverse(inputs_BSE, mask_BS)), mask_BS)

    def ahead(self, inputs_BSE: Tensor) -> Tensor:
        """states_BSH of the words in the order given."""
        if self.dilation > 1:
            return rejoined(self.fused(interleaved(inputs_BSE, self.dilation))[0], self.dilation, inputs_BSE.size(1))
        return self.fused(inputs_BSE)[0]

    def fused(self, inputs_BSE: Tensor, start: Start | None = None) -> tuple[Tensor, Start]:
        """states_BSH by one call of the layer, and what it ends in; start: what it begins with, zeros where None."""
        if self.training and self.recurrent_dropout:
            return with_dropped_weights(self.layer, inputs_BSE, self.recurrent_dropout, start)
        return cast(tuple[Tensor, Start], self.layer(inputs_BSE, start))

    def forward(self, inputs_BSE: Tensor, mask_BS: Tensor) -> tuple[Tensor, Tensor]:
        """states_BSH, zero at padding, and final_BH: the state at position 0 if reversed, else at the last real word."""
        states_BSH = self.run(inputs_BSE, mask_BS) * mask_BS[:, :, None]
        return states_BSH, last_real(states_BSH, mask_BS[:, :1] if self.reverse else mask_BS)


class BidirectionalLayer(nn.Module):
    """Two recurrent layers over the same inputs, one in each direction; features joined, forward half first."""

    def __init__(self, *, kind: str, input_size: int, hidden_size: int, dilation: int = 1, recurrent_dropout: float = 0.0) -> None:
        super().__init__()
        self.ahead, self.back = (
            RecurrentLayer(
                kind=kind,
                input_size=input_size,
                hidden_size=hidden_size,
                reverse=back,
                dilation=dilation,
                recurrent_dropout=recurrent_dropout,
            )
            for back in (False, True)
        )
        self.input_size = input_size
        self.output_size = 2 * hidden_size

    def forward(self, inputs_BSE: Tensor, mask_BS: Tensor) -> tuple[Tensor, Tensor]:
        """states_BSH, forward half first, zero at padding, and final_BH: that of the last real word and of position 0, joined."""
        states_BSH = torch.cat([self.ahead.run(inputs_BSE, mask_BS), self.back.run(inputs_BSE, mask_BS)], dim=2) * mask_BS[:, :, None]
        half = self.ahead.output_size
        ahead_BH = last_real(states_BSH[:, :, :half], mask_BS)
        back_BH = last_real(states_BSH[:, :, half:], mask_BS[:, :1])
        return states_BSH, torch.cat([ahead_BH, back_BH], dim=1)


class Highway(nn.Module):
    """What one layer was given, gated and added to its states, whatever their sizes. Gates start half open.

    states + sigmoid(G input + g) * tanh(W input + w): Srivastava et al. (2015), in the form of Stanza's taggers (Qi et al. 2018).
    """

    def __init__(self, *, input_size: int, output_size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(input_size, output_size)
        self.carry = nn.Linear(input_size, output_size)
        for linear in (self.gate, self.carry):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, inputs_BSE: Tensor, states_BSH: Tensor) -> Tensor:
        """states_BSH with their inputs; not zero at padding."""
        return states_BSH + torch.sigmoid(self.gate(inputs_BSE)) * torch.tanh(self.carry(inputs_BSE))


class RecurrentStack(nn.Module):
    """Recurrent layers on top of each other: a backbone. Dropout between them, one mask per sentence; none after the last.

    With residual, a layer whose input and output sizes agree adds its input to its states; with highways, one for each layer, each joins
    a layer's input and states. `final` stays the layer's own state. Raises ValueError for no layer, and for highways that do not fit.
    """

    def __init__(
        self,
        layers: Sequence[RecurrentLayer | BidirectionalLayer],
        *,
        dropout: LockedDropout,
        residual: bool = False,
        highways: Sequence[Highway] = (),
    ) -> None:
        super().__init__()
        if not layers:
            raise ValueError("a stack needs at least one layer, got none")
        if highways and (residual or len(highways) != len(layers)):
            raise ValueError(f"{len(highways)} highways for {len(layers)} layers, residual={residual}; give one a layer and no residual")
        self.layers = nn.ModuleList(layers)
        self.highways = nn.ModuleList(highways)
        self.dropout = dropout
        self.residual = residual
        self.output_size = layers[-1].output_size

    def forward(self, embedded_BSE: Tensor, mask_BS: Tensor) -> Encoded:
        """States of every layer. mask_BS is True at real words, which must come first in each row."""
        inputs_BSE, layers, final = embedded_BSE, [], []
        for number, layer in enumerate(self.layers):
            if number > 0 and self.training:
                inputs_BSE = self.dropout(inputs_BSE)
            states_BSH, final_BH = layer(inputs_BSE, mask_BS)
            inputs_BSE = self.around(number, inputs_BSE, states_BSH, mask_BS)
            layers.append(inputs_BSE)
            final.append(final_BH)
        return Encoded(tuple(layers), tuple(final), mask_BS)

    def around(self, number: int, inputs_BSE: Tensor, states_BSH: Tensor, mask_BS: Tensor) -> Tensor:
        """What layer `number` passes on: its states, with its inputs where there is a way around it; zero at padding."""
        if self.highways:
            return self.highways[number](inputs_BSE, states_BSH) * mask_BS[:, :, None]
        if self.residual and inputs_BSE.size(2) == states_BSH.size(2):
            return (states_BSH + inputs_BSE) * mask_BS[:, :, None]
        return states_BSH


KINDS: dict[str, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
WITH_CELLS = frozenset({"lstm"})  # kinds whose state is a hidden state and a cell

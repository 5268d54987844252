"""The recurrent layers of a decoder: whole sequences in one call per layer, or one token at a time. The same weights, the same values.

A layer's weights live in a one-layer nn.LSTM or nn.GRU. Over a whole sequence that module is called; step by step the equations are
written out (LSTM: gates i, f, g, o; GRU: r, z, n, as torch orders them), so that what a loop over T multiplies can be joined over T:
the part of the input product which is known beforehand, and in the backward pass the gradients of the weights.
N rows, T target position, X input size, Y output size, H hidden size, L layers, G gates * H.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional

from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.recurrent import WITH_CELLS, single_layer

Step = Callable[[Tensor, Tensor, Tensor | None], tuple[Tensor, Tensor | None]]


class GateWeights(NamedTuple):
    """A layer's four parameters, as torch orders them."""

    input_GX: Tensor
    recurrent_GH: Tensor
    input_bias_G: Tensor
    recurrent_bias_G: Tensor


def weights_of(layer: nn.Module) -> GateWeights:
    """The parameters of a one-layer, one-directional nn.LSTM or nn.GRU."""
    return GateWeights(*cast(nn.RNNBase, layer).all_weights[0])


def lstm_state(gates_NG: Tensor, cell_NH: Tensor) -> tuple[Tensor, Tensor]:
    """hidden_NH and cell_NH from the summed gate inputs and the last cell. The cell keeps its own (higher) precision."""
    enter, forget, new, leave = gates_NG.chunk(4, dim=1)
    cell_NH = forget.sigmoid() * cell_NH + enter.sigmoid() * new.tanh()
    return leave.sigmoid() * cell_NH.tanh(), cell_NH


def gru_state(input_NG: Tensor, recurrent_NG: Tensor, hidden_NH: Tensor) -> Tensor:
    """hidden_NH from the input products, the recurrent products (each with its bias) and the last hidden state."""
    size = hidden_NH.size(1)
    reset_update = (input_NG[:, : 2 * size] + recurrent_NG[:, : 2 * size]).sigmoid()
    reset, update = reset_update.chunk(2, dim=1)
    new = (input_NG[:, 2 * size :] + reset * recurrent_NG[:, 2 * size :]).tanh()
    return new + update * (hidden_NH - new)


def working(weight: Tensor) -> Tensor:
    """The weight in autocast's type, where autocast is on: a slice is no parameter, so autocast would convert it at every step."""
    kind = weight.device.type
    return weight.to(torch.get_autocast_dtype(kind)) if torch.is_autocast_enabled(kind) else weight


class _OneWeightGradient(torch.autograd.Function):
    """base_TNY as it is. Its gradient is that of every step's sum, so the weight's is one product of it with all the steps' inputs."""

    @staticmethod
    def forward(ctx: FunctionCtx, base_TNY: Tensor, weight_XY: Tensor, inputs: list[Tensor]) -> Tensor:
        ctx.inputs = inputs  # type: ignore[attr-defined]  # filled by the steps, read in backward
        return base_TNY.view_as(base_TNY)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        inputs_RX = torch.cat(ctx.inputs).to(gradients[0].dtype)  # type: ignore[attr-defined]
        return gradients[0], inputs_RX.t() @ gradients[0].flatten(0, 1), None


class SteppedLinear:
    """base_t + input_t @ weight, one step per call, T calls in order; the weight's gradient is one product over all T (all must be made).

    Without it a loop pays T small products and T additions to the whole weight in the backward pass.
    """

    def __init__(self, base_TNY: Tensor, weight_XY: Tensor) -> None:
        self.inputs: list[Tensor] = []
        self.weight_XY = weight_XY.detach()
        self.learns = torch.is_grad_enabled() and weight_XY.requires_grad and weight_XY.numel() > 0
        if self.learns:
            base_TNY = cast(Tensor, _OneWeightGradient.apply(base_TNY, weight_XY, self.inputs))
        self.bases = iter(base_TNY.unbind(0))

    def __call__(self, input_NX: Tensor) -> Tensor:
        if not self.weight_XY.size(0):  # everything was known beforehand
            return next(self.bases)
        if self.learns:
            self.inputs.append(input_NX.detach())
        return torch.addmm(next(self.bases), input_NX, self.weight_XY)


class CellStack(nn.Module):
    """A decoder's recurrent layers. Dropout between them, one mask per sentence, in training; `step` and its parts apply none.

    context_size: of a context that joins the input of every layer above the first; 0: there is none. residual: every layer above the first
    adds the states that it is given (not the context) to its own; what runs on over time are its own.
    """

    def __init__(
        self, *, kind: str, input_size: int, hidden_size: int, layers: int, dropout: float, context_size: int = 0, residual: bool = False
    ) -> None:
        super().__init__()
        if kind not in ("lstm", "gru"):
            raise ValueError(f"unknown decoder kind {kind!r}; choose from lstm, gru")
        if layers < 1:
            raise ValueError(f"a decoder needs at least one layer, got {layers}")
        sizes = [input_size] + [hidden_size + context_size] * (layers - 1)
        self.layers = nn.ModuleList(single_layer(kind=kind, input_size=size, hidden_size=hidden_size) for size in sizes)
        self.between = LockedDropout(dropout)
        self.hidden_size = hidden_size
        self.lstm = kind in WITH_CELLS
        self.residual = residual

    def sequence(self, inputs_NTX: Tensor, hidden_LNH: Tensor, cell_LNH: Tensor | None) -> Tensor:
        """Top states_NTH over a whole sequence: one call per layer."""
        return self.further(self.layer_sequence(0, inputs_NTX, hidden_LNH, cell_LNH), hidden_LNH, cell_LNH)

    def further(self, states_NTH: Tensor, hidden_LNH: Tensor, cell_LNH: Tensor | None, context_NTC: Tensor | None = None) -> Tensor:
        """Top states_NTH, given those of the first layer."""
        for number in range(1, len(self.layers)):
            inputs_NTX = self.between(states_NTH if context_NTC is None else torch.cat([states_NTH, context_NTC], dim=2))
            states_NTH = self.layer_sequence(number, inputs_NTX, hidden_LNH, cell_LNH)
            if self.residual:
                states_NTH = states_NTH + inputs_NTX[:, :, : self.hidden_size]
        return states_NTH

    def layer_sequence(self, number: int, inputs_NTX: Tensor, hidden_LNH: Tensor, cell_LNH: Tensor | None) -> Tensor:
        """One layer's own states_NTH over a whole sequence, in one call."""
        hidden_1NH = hidden_LNH[number : number + 1].contiguous()
        start = hidden_1NH if cell_LNH is None else (hidden_1NH, cell_LNH[number : number + 1].contiguous())
        return cast(Tensor, self.layers[number](inputs_NTX, start)[0])

    def step(self, inputs_NX: Tensor, hidden_LNH: Tensor, cell_LNH: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
        """After one more token: the top states_NH, hidden_LNH and cell_LNH."""
        cell_NH = None if cell_LNH is None else cell_LNH[0]
        return self.further_step(self.layer_step(0, inputs_NX, hidden_LNH[0], cell_NH), hidden_LNH, cell_LNH)

    def further_step(
        self, first: tuple[Tensor, Tensor | None], hidden_LNH: Tensor, cell_LNH: Tensor | None, context_NC: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """The same, given what layer_step says of the first layer."""
        top_NH, found = first[0], [first]
        for number in range(1, len(self.layers)):
            inputs_NX = top_NH if context_NC is None else torch.cat([top_NH, context_NC], dim=1)
            found.append(self.layer_step(number, inputs_NX, hidden_LNH[number], None if cell_LNH is None else cell_LNH[number]))
            top_NH = found[-1][0] + top_NH if self.residual else found[-1][0]
        cells = [cell_NH for _, cell_NH in found if cell_NH is not None]
        return top_NH, torch.stack([hidden_NH for hidden_NH, _ in found]), torch.stack(cells) if cells else None

    def layer_step(self, number: int, inputs_NX: Tensor, hidden_NH: Tensor, cell_NH: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """One layer's own hidden_NH and cell_NH after one more token."""
        weights = weights_of(self.layers[number])
        if cell_NH is None:
            recurrent_NG = functional.linear(hidden_NH, weights.recurrent_GH, weights.recurrent_bias_G)
            return gru_state(functional.linear(inputs_NX, weights.input_GX, weights.input_bias_G), recurrent_NG, hidden_NH), None
        input_NG = functional.linear(inputs_NX, weights.input_GX, weights.input_bias_G + weights.recurrent_bias_G)
        return lstm_state(torch.addmm(input_NG, hidden_NH, weights.recurrent_GH.t()), cell_NH)

    def prepared(self, number: int, *, steps: int, rows: int, known_NTX: Tensor | None) -> Step:
        """One layer's step with its weights laid out once: (varying_NX, hidden_NH, cell_NH) -> (hidden_NH, cell_NH), called `steps` times.

        known_NTX: the first columns of the layer's input, where they are known beforehand: multiplied here for all steps at once. A layer
        of which all are known is given a varying_NX without columns.
        """
        weights = weights_of(self.layers[number])
        bias_G = working(weights.input_bias_G + weights.recurrent_bias_G if self.lstm else weights.input_bias_G)
        known = 0 if known_NTX is None else known_NTX.size(2)
        if known_NTX is None:
            base_TNG = bias_G.expand(steps, rows, -1)
        else:
            base_TNG = functional.linear(known_NTX.transpose(0, 1), working(weights.input_GX[:, :known]), bias_G)
        varying_GX = weights.input_GX[:, known:]
        return prepared_lstm(base_TNG, varying_GX, weights) if self.lstm else prepared_gru(base_TNG, varying_GX, weights)


def prepared_lstm(base_TNG: Tensor, varying_GX: Tensor, weights: GateWeights) -> Step:
    """Input and recurrent weights side by side: one matrix product per step."""
    product = SteppedLinear(base_TNG, working(torch.cat([varying_GX, weights.recurrent_GH], dim=1)).t())

    def step(varying_NX: Tensor, hidden_NH: Tensor, cell_NH: Tensor | None) -> tuple[Tensor, Tensor | None]:
        if cell_NH is None:
            raise ValueError("an LSTM decoder needs cells in its state (cell_LNH), got none; take the state from start")
        return lstm_state(product(torch.cat([varying_NX, hidden_NH], dim=1)), cell_NH)

    return step


def prepared_gru(base_TNG: Tensor, varying_GX: Tensor, weights: GateWeights) -> Step:
    """Two products per step: the reset gate acts on the recurrent one alone. The cell passes through."""
    product = SteppedLinear(base_TNG, working(varying_GX).t())
    recurrent = SteppedLinear(working(weights.recurrent_bias_G).expand_as(base_TNG), working(weights.recurrent_GH).t())

    def step(varying_NX: Tensor, hidden_NH: Tensor, cell_NH: Tensor | None) -> tuple[Tensor, Tensor | None]:
        return gru_state(product(varying_NX), recurrent(hidden_NH), hidden_NH), cell_NH

    return step

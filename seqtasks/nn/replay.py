"""Recurrent layers replayed word by word in plain torch, so that gates and cells are seen, which the fused calls keep to themselves.

The equations, a product for each word, with s the logistic function and * by element:

    RNN    h' = tanh(W x + U h + b)                     (Elman 1990; relu where an nn.RNN says so)
    GRU    r, z = s(W x + U h + b);  n = tanh(W x + b + r * (U h + b'));  h' = (1 - z) * n + z * h            (Cho et al. 2014)
    LSTM   i, f, o = s(W x + U h + b);  g = tanh(W x + U h + b);  c' = f * c + i * g;  h' = o * tanh(c')
           (Hochreiter and Schmidhuber 1997; the forget gate: Gers et al. 2000)

States equal those of the layer up to rounding, under any padding, without dropout: as in evaluation mode. Gradients flow, so a replay also
serves where a fused call has none to give (cuDNN in evaluation mode). Decoders: `replay_decoders`.
B batch, S position, X input size, E embedding, H hidden size, Y size of what runs on (H, or that of an nn.LSTM's projection), G gates * H.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.encoded import Encoded
from seqtasks.nn.recurrent import BidirectionalLayer, RecurrentLayer, RecurrentStack, interleaved, last_real, rejoined, reverse
from seqtasks.nn.transformer import SelfAttentionOnTop

GATES = {"rnn": (), "gru": ("reset", "update"), "lstm": ("input", "forget", "output")}
Clamp = Mapping[int, float]  # {unit: the value that its cell (LSTM) or state is held at}
Clamps = Mapping[str, Clamp]  # {name of a trace: what is held}


@dataclass(frozen=True)
class LayerTrace:
    """What one layer did in one direction with a batch; zero at padding.

    name: "layer 1", with " ahead" or " back" where there are both; kind: rnn, gru or lstm; gates: {name: values_BSH}, 0 to 1;
    candidates_BSH: what was offered to the cell or state, None for an RNN; cells_BSH: an LSTM's, None for others;
    states_BSY: the layer's own, before anything is added to them.
    """

    name: str
    kind: str
    gates: Mapping[str, Tensor]
    candidates_BSH: Tensor | None
    cells_BSH: Tensor | None
    states_BSY: Tensor

    @property
    def memory(self) -> Tensor:
        """What is carried from word to word: the cells of an LSTM, the states of others."""
        return self.states_BSY if self.cells_BSH is None else self.cells_BSH

    def mapped(self, function: Callable[[Tensor], Tensor]) -> LayerTrace:
        """The same of every tensor."""
        return replace(
            self,
            gates={name: function(gate) for name, gate in self.gates.items()},
            candidates_BSH=None if self.candidates_BSH is None else function(self.candidates_BSH),
            cells_BSH=None if self.cells_BSH is None else function(self.cells_BSH),
            states_BSY=function(self.states_BSY),
        )


@dataclass(frozen=True)
class Moment:
    """A layer after one word: gates in the order of GATES, candidate, cell and state."""

    gates: tuple[Tensor, ...]
    candidate_NH: Tensor | None
    cell_NH: Tensor | None
    state_NY: Tensor


@dataclass(frozen=True)
class Equations:
    """One layer in one direction: its weights, as torch orders them, and what they compute. Biases are 0 where the layer has none."""

    kind: str
    input_GX: Tensor
    recurrent_GY: Tensor
    input_bias_G: Tensor
    recurrent_bias_G: Tensor
    projection_YH: Tensor | None = None
    relu: bool = False

    @classmethod
    def of(cls, layer: nn.RNNBase, number: int = 0) -> Equations:
        """Of the layer and direction at `number` among a module's weights. Raises ValueError for a module that is none of the three."""
        kind = next((name for name, known in (("lstm", nn.LSTM), ("gru", nn.GRU), ("rnn", nn.RNN)) if isinstance(layer, known)), None)
        if kind is None:
            raise ValueError(f"no nn.RNN, nn.GRU or nn.LSTM but {type(layer).__name__}; its equations are not known")
        input_GX, recurrent_GY, *rest = layer.all_weights[number]
        none_G = input_GX.new_zeros(len(input_GX))
        bias_G, recurrent_bias_G = rest[:2] if layer.bias else (none_G, none_G)
        projection_YH = rest[-1] if layer.proj_size else None
        return cls(kind, input_GX, recurrent_GY, bias_G, recurrent_bias_G, projection_YH, layer.mode == "RNN_RELU")

    @property
    def hidden_size(self) -> int:
        return len(self.input_GX) // (len(GATES[self.kind]) + 1)

    def products(self, inputs_X: Tensor) -> Tensor:
        """products_...G: what the gates are given before any recurrence, for words of any shape."""
        return functional.linear(inputs_X, self.input_GX, self.input_bias_G)

    def start(self, like_NX: Tensor) -> tuple[Tensor, Tensor]:
        """State and cell before the first word: zeros."""
        rows = like_NX.size(0)
        return self.input_GX.new_zeros(rows, self.recurrent_GY.size(1)), self.input_GX.new_zeros(rows, self.hidden_size)

    def step(self, products_NG: Tensor, state_NY: Tensor, cell_NH: Tensor | None, clamp: Clamp | None = None) -> Moment:
        """After one more word. clamp: units whose cell, or state where there is none, is held."""
        recurrent_NG = functional.linear(state_NY, self.recurrent_GY, self.recurrent_bias_G)
        if self.kind == "rnn":
            summed_NH = products_NG + recurrent_NG
            return Moment((), None, None, held(summed_NH.relu() if self.relu else summed_NH.tanh(), clamp))
        if self.kind == "gru":
            reset_NH, update_NH, new_NH = products_NG.chunk(3, dim=1)
            by_reset_NH, by_update_NH, by_new_NH = recurrent_NG.chunk(3, dim=1)
            reset_NH, update_NH = (reset_NH + by_reset_NH).sigmoid(), (update_NH + by_update_NH).sigmoid()
            new_NH = (new_NH + reset_NH * by_new_NH).tanh()
            return Moment((reset_NH, update_NH), new_NH, None, held((1 - update_NH) * new_NH + update_NH * state_NY, clamp))
        if cell_NH is None:
            raise ValueError("an LSTM needs the cell before this word, got none; take the state from start")
        enter_NH, forget_NH, new_NH, leave_NH = (products_NG + recurrent_NG).chunk(4, dim=1)
        gates = enter_NH.sigmoid(), forget_NH.sigmoid(), leave_NH.sigmoid()
        new_NH = new_NH.tanh()
        cell_NH = held(gates[1] * cell_NH + gates[0] * new_NH, clamp)
        state_NH = gates[2] * cell_NH.tanh()
        state_NY = state_NH if self.projection_YH is None else functional.linear(state_NH, self.projection_YH)
        return Moment(gates, new_NH, cell_NH, state_NY)

    def run(
        self, inputs_BSX: Tensor, *, name: str, start: tuple[Tensor, Tensor | None] | None = None, clamp: Clamp | None = None
    ) -> LayerTrace:
        """Word after word, in the order given; padding is read as if it were words. start: state and cell before the first."""
        state_BY, cell_BH = self.start(inputs_BSX) if start is None else start
        moments = []
        for products_BG in self.products(inputs_BSX).unbind(1):
            moments.append(self.step(products_BG, state_BY, cell_BH, clamp))
            state_BY, cell_BH = moments[-1].state_NY, moments[-1].cell_NH
        return trace_of(name, self, moments, inputs_BSX)


def held(memory_NH: Tensor, clamp: Clamp | None) -> Tensor:
    """The memory with some units held at a value. Raises ValueError for a unit that is not there."""
    if not clamp:
        return memory_NH
    if max(clamp) >= memory_NH.size(1) or min(clamp) < 0:
        raise ValueError(f"no unit {max(clamp)} among {memory_NH.size(1)}, which are numbered from 0")
    units = torch.tensor(list(clamp), device=memory_NH.device)
    values = torch.tensor(list(clamp.values()), dtype=memory_NH.dtype, device=memory_NH.device)
    return memory_NH.index_copy(1, units, values.expand(len(memory_NH), -1))


def trace_of(name: str, equations: Equations, moments: Sequence[Moment], like_BSX: Tensor) -> LayerTrace:
    """The moments of a layer side by side; like_BSX: of a batch of this size, which may have no word."""

    def stack(size: int, parts: Sequence[Tensor | None]) -> Tensor:
        known = [part for part in parts if part is not None]
        return torch.stack(known, dim=1) if known else like_BSX.new_zeros(like_BSX.size(0), 0, size)

    size, gated = equations.hidden_size, equations.kind != "rnn"
    return LayerTrace(
        name=name,
        kind=equations.kind,
        gates={gate: stack(size, [moment.gates[place] for moment in moments]) for place, gate in enumerate(GATES[equations.kind])},
        candidates_BSH=stack(size, [moment.candidate_NH for moment in moments]) if gated else None,
        cells_BSH=stack(size, [moment.cell_NH for moment in moments]) if equations.kind == "lstm" else None,
        states_BSY=stack(equations.recurrent_GY.size(1), [moment.state_NY for moment in moments]),
    )


def replay_direction(
    equations: Equations,
    inputs_BSX: Tensor,
    mask_BS: Tensor,
    *,
    name: str,
    reverse_order: bool = False,
    dilation: int = 1,
    start: tuple[Tensor, Tensor | None] | None = None,
    clamp: Clamp | None = None,
) -> LayerTrace:
    """One layer in one direction under padding; reverse_order: each sentence from its last real word to its first.

    dilation: a state follows on the one so many words before (then there is no start).
    """
    ordered_BSX = reverse(inputs_BSX, mask_BS) if reverse_order else inputs_BSX
    if dilation > 1:
        dealt = equations.run(interleaved(ordered_BSX, dilation), name=name, clamp=clamp)
        trace = dealt.mapped(lambda values: rejoined(values, dilation, inputs_BSX.size(1)))
    else:
        trace = equations.run(ordered_BSX, name=name, start=start, clamp=clamp)
    if reverse_order:
        trace = trace.mapped(lambda values: reverse(values, mask_BS))
    return trace.mapped(lambda values: values * mask_BS[:, :, None])


def replay_backbone(
    backbone: nn.Module, embedded_BSE: Tensor, mask_BS: Tensor, clamps: Clamps | None = None
) -> tuple[Encoded, list[LayerTrace]]:
    """What a recurrent backbone answers, in evaluation mode, and what each of its layers did, lowest first, ahead before back.

    clamps: units held at a value while the sentence is read, by the name of their trace: what the network is without them.
    Raises ValueError for a backbone without recurrent layers (`replayable` tells), and for a name that no trace has.
    """
    if isinstance(backbone, SelfAttentionOnTop):
        below, traces = replay_backbone(backbone.stack, embedded_BSE, mask_BS, clamps)
        return backbone.on_top(below), traces
    if not isinstance(backbone, RecurrentStack):
        raise ValueError(f"{type(backbone).__name__} has no recurrent layers that could be replayed")
    inputs_BSE, layers, final, traces = embedded_BSE, [], [], []
    for number, layer in enumerate(backbone.layers):
        own = layer_traces(layer, f"layer {number + 1}", inputs_BSE, mask_BS, clamps or {})
        parts = directions(layer)
        states_BSH = torch.cat([trace.states_BSY for trace in own], dim=2)
        ends = [last_real(trace.states_BSY, mask_BS[:, :1] if part.reverse else mask_BS) for part, trace in zip(parts, own, strict=True)]
        inputs_BSE = backbone.around(number, inputs_BSE, states_BSH, mask_BS)
        layers.append(inputs_BSE)
        final.append(torch.cat(ends, dim=1))
        traces += own
    refuse_unknown(clamps, traces)
    return Encoded(tuple(layers), tuple(final), mask_BS), traces


def replayable(backbone: nn.Module) -> bool:
    """Whether a backbone has recurrent layers of which `replay_backbone` knows the equations."""
    return isinstance(backbone, RecurrentStack | SelfAttentionOnTop)


def directions(layer: nn.Module) -> list[RecurrentLayer]:
    """The parts of a layer of a stack, ahead before back."""
    parts = [layer.ahead, layer.back] if isinstance(layer, BidirectionalLayer) else [layer]
    return [part for part in parts if isinstance(part, RecurrentLayer)]


def layer_traces(layer: nn.Module, name: str, inputs_BSX: Tensor, mask_BS: Tensor, clamps: Clamps) -> list[LayerTrace]:
    """One layer of a stack, in its direction or both."""
    parts = directions(layer)
    names = [name] if len(parts) == 1 else [f"{name} ahead", f"{name} back"]
    return [
        replay_direction(
            Equations.of(part.layer),
            inputs_BSX,
            mask_BS,
            name=own,
            reverse_order=part.reverse,
            dilation=part.dilation,
            clamp=clamps.get(own),
        )
        for own, part in zip(names, parts, strict=True)
    ]


def replay_module(
    module: nn.RNNBase, inputs: Tensor, mask_BS: Tensor | None = None, start: tuple[Tensor, Tensor | None] | None = None
) -> list[LayerTrace]:
    """What each layer of an nn.RNN, nn.GRU or nn.LSTM does, lowest first, ahead before back: for modules of the user's own.

    inputs: as the module takes them, [B, S, X] with batch_first, else [S, B, X]; the traces are batch first in any case. mask_BS: True at
    real words, which come first; None: all are; with it the states are those of a packed batch. start: hidden_LBY and cell_LBH (None but
    for an LSTM) as the module takes them. As in evaluation mode: without the dropout between layers.
    Raises ValueError for inputs that are no batch of sequences of the module's input size.
    """
    if inputs.dim() != 3 or inputs.size(2) != module.input_size:
        raise ValueError(f"the module takes batches of sequences of {module.input_size} features, got a tensor of {list(inputs.shape)}")
    below_BSX = inputs if module.batch_first else inputs.transpose(0, 1)
    mask_BS = torch.ones(below_BSX.shape[:2], dtype=torch.bool, device=inputs.device) if mask_BS is None else mask_BS
    ways = 2 if module.bidirectional else 1
    traces: list[LayerTrace] = []
    for layer in range(module.num_layers):
        own = []
        for way in range(ways):
            number = layer * ways + way
            equations = Equations.of(module, number)
            first = None if start is None else (start[0][number], None if start[1] is None else start[1][number])
            name = f"layer {layer + 1}" + ("" if ways == 1 else (" ahead", " back")[way])
            own.append(replay_direction(equations, below_BSX, mask_BS, name=name, reverse_order=way == 1, start=first))
        below_BSX = torch.cat([trace.states_BSY for trace in own], dim=2)
        traces += own
    return traces


def refuse_unknown(clamps: Clamps | None, traces: Sequence[LayerTrace]) -> None:
    """Raises ValueError for a clamp of a layer that is not there."""
    names = [trace.name for trace in traces]
    if unknown := [name for name in clamps or {} if name not in names]:
        raise ValueError(f"no layer {unknown[0]!r} to hold units of; choose from {', '.join(names)}")

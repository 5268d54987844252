"""Stacked LSTMs that answer without gradients and without padding: what a `RecurrentStack` answers, several times as fast on a CPU.

Sentences lie packed, longest first: the first words of all of them, then all second words, and so on. So a step is one matrix product
over the sentences that still go on, and what needs no recurrence is one product over real words. A backward layer takes the steps from the
last one to the first; a sentence joins at its last word, with a state of zeros, so nothing need be reversed. The first layer's input
products and highway are computed once for each distinct word. In bfloat16 the matrix products and the states between layers are bfloat16;
gates and cells stay float32. Gates stand in the order i, f, g, o, and g's weights are doubled, since tanh(x) = 2 sigmoid(2x) - 1: one
sigmoid serves all four.
B sentences, S position, T steps, M sentences at a step, N real words in packed order, U distinct words, E input, H states, G four gates.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

import torch
from torch import Tensor, nn
from torch.nn import functional

from seqtasks.nn.encoded import Encoded
from seqtasks.nn.recurrent import BidirectionalLayer, Highway, RecurrentLayer, RecurrentStack

AT_ONCE = 512  # words whose highway is computed together: so many stay in the processor's cache


@dataclass(frozen=True)
class Packing:
    """Where packed words stand. sizes: sentences at each step; places_N: the words' places in the flattened [B, S]."""

    mask_BS: Tensor
    places_N: Tensor
    sizes: list[int]

    @classmethod
    def of(cls, mask_BS: Tensor) -> Packing:
        """The packing of a batch. Raises ValueError where a sentence is longer than one before it."""
        if not bool(mask_BS.any()):
            raise ValueError("nothing to pack: the batch has no words")
        if bool((mask_BS[1:] & ~mask_BS[:-1]).any()):
            raise ValueError("packing needs the longest sentences first; sort them by length, falling")
        steps_N, rows_N = mask_BS.T.nonzero(as_tuple=True)
        sizes = [size for size in mask_BS.sum(dim=0).tolist() if size]
        return cls(mask_BS, rows_N * mask_BS.size(1) + steps_N, sizes)

    def padded(self, values_NH: Tensor) -> Tensor:
        """values_BSH in float32, zero at padding."""
        flat_PH = torch.empty(self.mask_BS.numel(), values_NH.size(1))
        flat_PH[~self.mask_BS.flatten()] = 0
        return flat_PH.index_copy_(0, self.places_N, values_NH.float()).view(*self.mask_BS.shape, values_NH.size(1))


@cache
def compiled() -> Callable[[Tensor, list[Tensor], Tensor, bool], Tensor]:
    """`scan`, compiled where torch can.

    Step after step it runs small operations, between which threads would wait for the interpreter's lock. TorchScript runs the whole loop
    without it, and two threads do twice as much. It is deprecated: where it is gone, `scan` runs as it stands, slower.
    """
    script = getattr(torch.jit, "script", None)
    if script is None:
        return scan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        function: Callable[[Tensor, list[Tensor], Tensor, bool], Tensor] = script(scan)
    return function


def scan(products_UG: Tensor, steps: list[Tensor], recurrent_HG: Tensor, backward: bool) -> Tensor:
    """states_NH of an LSTM (Hochreiter and Schmidhuber 1997, with a forget gate).

    products_UG: what the gates are given before any recurrence; steps: the rows numbers_M of it that each step reads, no step longer than
    the one before; backward: from the last step to the first.

    Rows of a recurrent product are rounded up to a multiple of 16, since oneDNN makes a plan for each shape, and fewer shapes need fewer
    plans; what the rows beyond the sentences hold is never read.
    """
    hidden, longest = recurrent_HG.size(0), steps[0].size(0)
    rows = (longest + 15) // 16 * 16
    before_BH = torch.zeros(rows, hidden, dtype=recurrent_HG.dtype)  # the last state of each sentence, 0 before its first
    inputs_BG = torch.zeros(rows, 4 * hidden, dtype=recurrent_HG.dtype)
    cells_BH, squashed_BH, gates_BG = torch.zeros(longest, hidden), torch.empty(longest, hidden), torch.empty(longest, 4 * hidden)
    sizes = [numbers_M.size(0) for numbers_M in steps]
    states_NH = torch.empty(sum(sizes), hidden, dtype=recurrent_HG.dtype)
    states = states_NH.split(sizes)
    going = 0  # how many sentences have a state already
    for count in range(len(steps)):
        step = len(steps) - 1 - count if backward else count
        size = sizes[step]
        torch.index_select(products_UG, 0, steps[step], out=inputs_BG[:size])
        rows = (min(going, size) + 15) // 16 * 16
        if rows > 0:
            inputs_BG[:rows].addmm_(before_BH[:rows], recurrent_HG)
        gates_MG = gates_BG[:size].copy_(inputs_BG[:size]).sigmoid_()
        input_MH, forget_MH, new_MH, output_MH = gates_MG.chunk(4, dim=1)
        cells_MH = cells_BH[:size].mul_(forget_MH).addcmul_(input_MH, new_MH, value=2).sub_(input_MH)
        torch.tanh(cells_MH, out=squashed_BH[:size])
        states[step].copy_(before_BH[:size].copy_(squashed_BH[:size].mul_(output_MH)))
        going = size
    return states_NH


class PackedDirection:
    """The weights of one layer in one direction, arranged for `scan`."""

    def __init__(self, part: RecurrentLayer, precision: torch.dtype) -> None:
        weights = [weight.detach() for weight in part.layer.all_weights[0]]
        input_GE, recurrent_GH, bias_G = weights[0], weights[1], weights[2] + weights[3]
        self.backward = part.reverse
        self.input_GE = arranged(input_GE).to(precision)
        self.recurrent_HG = arranged(recurrent_GH).T.contiguous().to(precision)
        self.bias_G = arranged(bias_G).to(precision)

    def products(self, inputs_NE: Tensor) -> Tensor:
        """products_NG: what the gates are given before any recurrence."""
        return functional.linear(inputs_NE, self.input_GE, self.bias_G)


class PackedLayer:
    """One layer of a stack in all its directions, with its highway."""

    def __init__(self, layer: nn.Module, highway: nn.Module | None, precision: torch.dtype) -> None:
        parts = [layer.ahead, layer.back] if isinstance(layer, BidirectionalLayer) else [layer]
        self.directions = [PackedDirection(part, precision) for part in parts if isinstance(part, RecurrentLayer)]
        self.highway: tuple[Tensor, Tensor] | None = None
        if isinstance(highway, Highway):
            both = (highway.gate.weight, 2 * highway.carry.weight), (highway.gate.bias, 2 * highway.carry.bias)
            weight_KE, bias_K = (torch.cat(pair).detach().to(precision) for pair in both)
            self.highway = weight_KE, bias_K

    def scan(self, products: Sequence[Tensor], steps: Sequence[Tensor]) -> Tensor:
        """states_NH of all directions, side by side, from their products_UG, of which each step reads these rows."""
        pairs = zip(self.directions, products, strict=True)
        return torch.cat([compiled()(products_UG, list(steps), part.recurrent_HG, part.backward) for part, products_UG in pairs], dim=1)

    def passed(self, inputs_NE: Tensor) -> Tensor | None:
        """What the highway lets pass beside the layer, [N, H]; None without one."""
        if self.highway is None:
            return None
        passed_NH = inputs_NE.new_empty(len(inputs_NE), len(self.highway[0]) // 2)
        for inputs_ME, passed_MH in zip(inputs_NE.split(AT_ONCE), passed_NH.split(AT_ONCE), strict=True):
            gate_MH, carry_MH = functional.linear(inputs_ME, *self.highway).float().sigmoid_().chunk(2, dim=1)
            passed_MH.copy_(carry_MH.mul_(2).sub_(1).mul_(gate_MH))
        return passed_NH


@dataclass(frozen=True)
class FirstLayer:
    """What depends on one word alone: vectors of the distinct words, their products in each direction, and what passes the layer by."""

    vectors_UE: Tensor
    products: list[Tensor]
    passed_UH: Tensor | None


class PackedStack:
    """The weights of a RecurrentStack of LSTMs, ready to answer on a CPU. precision: torch.float32 or torch.bfloat16.

    A copy: it does not follow later changes of the stack. Raises ValueError for a backbone that is no plain stack of LSTMs.
    """

    def __init__(self, stack: nn.Module, precision: torch.dtype) -> None:
        if not isinstance(stack, RecurrentStack) or not packable(stack):
            raise ValueError("only a stack of LSTMs without dilation can be packed")
        highways: list[nn.Module | None] = [*stack.highways] or [None] * len(stack.layers)
        self.layers = [PackedLayer(*pair, precision) for pair in zip(stack.layers, highways, strict=True)]
        self.residual = stack.residual
        self.precision = precision

    def first(self, vectors_UE: Tensor) -> FirstLayer:
        """The part of the first layer that depends on one word alone."""
        vectors_UE, layer = vectors_UE.to(self.precision), self.layers[0]
        return FirstLayer(vectors_UE, [part.products(vectors_UE) for part in layer.directions], layer.passed(vectors_UE))

    def __call__(self, first: FirstLayer, numbers_BS: Tensor, mask_BS: Tensor) -> Encoded:
        """The states of a batch, longest sentences first, whose words have these numbers among the distinct ones; no final states.

        Raises ValueError where it has no words or its sentences are not sorted.
        """
        packing = Packing.of(mask_BS)
        numbers_N = numbers_BS.flatten()[packing.places_N]
        passed_NH = None if first.passed_UH is None else first.passed_UH[numbers_N]
        states_NH = self.layers[0].scan(first.products, numbers_N.split(packing.sizes))
        states = [self.added(states_NH, passed_NH, first.vectors_UE[numbers_N] if self.residual else None)]
        steps = torch.arange(len(numbers_N)).split(packing.sizes)
        for layer in self.layers[1:]:
            inputs_NH = states[-1]
            states_NH = layer.scan([part.products(inputs_NH) for part in layer.directions], steps)
            states.append(self.added(states_NH, layer.passed(inputs_NH), inputs_NH))
        return PackedEncoded(Padded(packing, states), None, mask_BS)

    def added(self, states_NH: Tensor, passed_NH: Tensor | None, inputs_NE: Tensor | None) -> Tensor:
        """States with what passes beside their layer: by its highway, or as it is where a residual stack's sizes agree. In place."""
        if passed_NH is not None:
            states_NH += passed_NH
        elif self.residual and inputs_NE is not None and inputs_NE.size(1) == states_NH.size(1):
            states_NH += inputs_NE
        return states_NH


@dataclass(frozen=True)
class Padded(Sequence[Tensor]):
    """states_BSH of each layer, padded when they are asked for."""

    packing: Packing
    states: list[Tensor]

    def __len__(self) -> int:
        return len(self.states)

    @overload
    def __getitem__(self, layer: int) -> Tensor: ...

    @overload
    def __getitem__(self, layer: slice) -> list[Tensor]: ...

    def __getitem__(self, layer: int | slice) -> Tensor | list[Tensor]:
        if isinstance(layer, slice):
            return [self.packing.padded(states_NH) for states_NH in self.states[layer]]
        return self.packing.padded(self.states[layer])


@dataclass(frozen=True)
class PackedEncoded(Encoded):
    """Encoded sentences whose states lie packed."""

    layers: Padded

    def projected(self, layer: int, projection: Callable[[Tensor], Tensor]) -> Tensor:
        """Of real words alone; zero at padding."""
        return self.layers.packing.padded(projection(self.layers.states[layer].float()[None])[0])


def packable(backbone: nn.Module) -> bool:
    """Whether a backbone is a stack of LSTMs without dilation."""
    parts = [part for part in backbone.modules() if isinstance(part, RecurrentLayer)]
    return isinstance(backbone, RecurrentStack) and all(isinstance(part.layer, nn.LSTM) and part.dilation == 1 for part in parts)


def arranged(weights: Tensor) -> Tensor:
    """An LSTM's weights or biases with those of the new cell (the third of i, f, g, o) doubled."""
    gates = list(weights.chunk(4))
    gates[2] = 2 * gates[2]
    return torch.cat(gates)

"""A stack of left-to-right layers that goes on from where it stopped: through a text in stretches, or word by word.

B rows of a batch, in a search N; S position of a stretch, E embedding, H hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from seqtasks.nn.recurrent import BidirectionalLayer, RecurrentLayer, RecurrentStack, Start


@dataclass(frozen=True)
class RunningState:
    """What each layer has read so far: one hidden_BH a layer, lowest first, and of LSTMs one cell_BH (else none)."""

    hidden: tuple[Tensor, ...]
    cells: tuple[Tensor, ...]

    @classmethod
    def unread(cls, stack: RecurrentStack, rows: int, like: Tensor) -> RunningState:
        """Zeros, of like's device: nothing has been read."""
        layers = [cast(RecurrentLayer, layer) for layer in stack.layers]
        cells = isinstance(layers[0].layer, nn.LSTM)
        hidden = tuple(torch.zeros(rows, layer.output_size, device=like.device) for layer in layers)
        return cls(hidden, tuple(map(torch.zeros_like, hidden)) if cells else ())

    def select(self, rows: Tensor) -> RunningState:
        """The state of some rows, by position, in the order given; a row may be taken more than once."""
        return RunningState(*(tuple(part.index_select(0, rows) for part in parts) for parts in (self.hidden, self.cells)))

    def detached(self) -> RunningState:
        """The same numbers, through which no gradient goes."""
        return RunningState(*(tuple(part.detach() for part in parts) for parts in (self.hidden, self.cells)))

    def tensors(self) -> dict[str, Tensor]:
        """The parts by name, as a checkpoint keeps them."""
        named = {"hidden": self.hidden, "cell": self.cells}
        return {f"{name}/{number}": part for name, parts in named.items() for number, part in enumerate(parts)}

    @classmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor]) -> RunningState:
        """The inverse of `tensors`."""
        hidden, cells = (
            tuple(tensors[f"{name}/{number}"] for number in range(len(tensors)) if f"{name}/{number}" in tensors)
            for name in ("hidden", "cell")
        )
        return cls(hidden, cells)

    def start(self, number: int) -> Start:
        """What layer `number` begins with, as torch's layers take it."""
        hidden_1BH = self.hidden[number][None].contiguous()
        return (hidden_1BH, self.cells[number][None].contiguous()) if self.cells else hidden_1BH


def runs_ahead(backbone: nn.Module) -> bool:
    """Whether each state of a backbone depends on the words up to its own only, so that it can go on: a stack from left to right."""
    return isinstance(backbone, RecurrentStack) and all(
        isinstance(layer, RecurrentLayer) and not layer.reverse and layer.dilation == 1 for layer in backbone.layers
    )


def lowest_layer(backbone: nn.Module) -> RecurrentLayer | BidirectionalLayer | None:
    """The recurrent layer that reads the words themselves; None where there is none."""
    stack = getattr(backbone, "stack", backbone)  # self-attention stands on one
    return cast(RecurrentLayer | BidirectionalLayer, stack.layers[0]) if isinstance(stack, RecurrentStack) else None


def go_on(stack: RecurrentStack, embedded_BSE: Tensor, mask_BS: Tensor, state: RunningState) -> tuple[Tensor, RunningState]:
    """Top states_BSH of a stretch that follows what was read before, and the state after its last position.

    The states are those of one pass over all that was read. Padding may stand at the end of a text, after which nothing comes: the state
    after it means nothing. Recurrent states are kept in float32. Raises ValueError for a stack that does not run from left to right.
    """
    if not runs_ahead(stack):
        raise ValueError("only a stack of layers from left to right can go on; this one reads what comes later")
    inputs_BSE, hidden, cells = embedded_BSE, [], []
    for number, layer in enumerate(stack.layers):
        if number > 0:
            inputs_BSE = stack.dropout(inputs_BSE)
        states_BSH, end = cast(RecurrentLayer, layer).fused(inputs_BSE, state.start(number))
        hidden_1BH, cell = (end[0], [end[1][0].float()]) if isinstance(end, tuple) else (end, [])
        hidden.append(hidden_1BH[0].float())
        cells += cell
        inputs_BSE = stack.around(number, inputs_BSE, states_BSH * mask_BS[:, :, None], mask_BS)
    return inputs_BSE, RunningState(tuple(hidden), tuple(cells))

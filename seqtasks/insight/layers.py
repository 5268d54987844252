"""What a recurrent layer did with one sentence, as arrays; its gates in a word each, its strongest cells, and its saturation.

Saturation of a gate's units: the share of words at which a unit is below LEFT (left-saturated: shut) and above RIGHT (right-saturated:
open), as Karpathy et al. (2016, section 4.3) count them. A forget gate that is right-saturated at all words keeps its cell for the whole
sentence; an LSTM's forget gates begin open here (bias 1), so read them relative to that. S words, H units, K of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from seqtasks.nn.replay import LayerTrace

LEFT, RIGHT = 0.1, 0.9
Table = NDArray[np.float32]


@dataclass(frozen=True)
class LayerReading:
    """One layer in one direction over one sentence: tables [S, H]. What they hold: `nn.replay.LayerTrace`."""

    name: str
    kind: str
    gates: Mapping[str, Table]
    candidates: Table | None
    cells: Table | None
    states: Table

    @classmethod
    def of(cls, trace: LayerTrace, row: int, length: int, prefix: str = "") -> LayerReading:
        """The first `length` words of a sentence of the batch that was traced; prefix: before the name."""

        def table(values_BSH: Tensor) -> Table:
            own: Table = values_BSH[row, :length].float().cpu().numpy()
            return own

        return cls(
            prefix + trace.name,
            trace.kind,
            {gate: table(values_BSH) for gate, values_BSH in trace.gates.items()},
            None if trace.candidates_BSH is None else table(trace.candidates_BSH),
            None if trace.cells_BSH is None else table(trace.cells_BSH),
            table(trace.states_BSY),
        )

    @property
    def memory(self) -> Table:
        """What is carried from word to word: the cells of an LSTM, the states of others."""
        return self.states if self.cells is None else self.cells

    def gate_means(self) -> dict[str, NDArray[np.float64]]:
        """{gate: its mean over the units at each word}, 0 to 1."""
        return {gate: values.mean(axis=1, dtype=np.float64) for gate, values in self.gates.items()}

    def strongest(self, count: int) -> NDArray[np.int64]:
        """units_SK: at each word the units whose memory is furthest from 0, the furthest first."""
        ranked = np.argsort(-np.abs(self.memory), axis=1, kind="stable")
        return ranked[:, :count].astype(np.int64)


@dataclass(frozen=True)
class Saturation:
    """Of one gate of a layer: the share of words at which each unit is nearly shut and nearly open, [H] each, 0 to 1."""

    layer: str
    gate: str
    left: NDArray[np.float64]
    right: NDArray[np.float64]


def saturation(sentences: Sequence[Sequence[LayerReading]]) -> list[Saturation]:
    """For every gate of every layer, over the words of all sentences, each given as its layers in the same order."""
    found = []
    for layers in zip(*sentences, strict=True):
        for gate in layers[0].gates:
            values = np.concatenate([layer.gates[gate] for layer in layers])
            if len(values):
                found.append(Saturation(layers[0].name, gate, (values < LEFT).mean(axis=0), (values > RIGHT).mean(axis=0)))
    return found

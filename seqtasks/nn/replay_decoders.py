"""Recurrent decoders replayed token by token: what `replay_backbone` is for backbones.

Each decoder's step is written with the equations of `replay`, in the order of its own `step`; the values are those of teacher forcing in
evaluation mode. N rows, T target position, E embedding, H hidden size, C size of a context, S source position, L layers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from seqtasks.nn.attention import Memory
from seqtasks.nn.cells import CellStack
from seqtasks.nn.decoders import AttentionDecoder, DecoderState, PlainDecoder, attend
from seqtasks.nn.deep_decoders import ConditionalGRUDecoder, GNMTDecoder
from seqtasks.nn.replay import Clamps, Equations, LayerTrace, Moment, refuse_unknown, trace_of

DECODERS = (AttentionDecoder, PlainDecoder, GNMTDecoder, ConditionalGRUDecoder)


@dataclass
class Record:
    """Steps layers by their equations and keeps what each of them did, by name."""

    clamps: Clamps
    moments: defaultdict[str, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    equations: dict[str, Equations] = field(default_factory=dict)

    def layer(self, name: str, cells: CellStack, number: int, inputs_NX: Tensor, hidden_NH: Tensor, cell_NH: Tensor | None) -> Moment:
        """One layer after one more token."""
        if name not in self.equations:
            self.equations[name] = Equations.of(cast(nn.RNNBase, cells.layers[number]))
        own = self.equations[name]
        self.moments[name].append(own.step(own.products(inputs_NX), hidden_NH, cell_NH, self.clamps.get(name)))
        return self.moments[name][-1]

    def above(
        self, cells: CellStack, first: Moment, state: DecoderState, context_NC: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Top states_NH, hidden_LNH and cell_LNH, given what the first layer did; context_NC joins the inputs of those above."""
        top_NH, found = first.state_NY, [first]
        for number in range(1, len(cells.layers)):
            inputs_NX = top_NH if context_NC is None else torch.cat([top_NH, context_NC], dim=1)
            cell_NH = None if state.cell_LNH is None else state.cell_LNH[number]
            found.append(self.layer(f"layer {number + 1}", cells, number, inputs_NX, state.hidden_LNH[number], cell_NH))
            top_NH = found[-1].state_NY + top_NH if cells.residual else found[-1].state_NY
        kept = [moment.cell_NH for moment in found if moment.cell_NH is not None]
        return top_NH, torch.stack([moment.state_NY for moment in found]), torch.stack(kept) if kept else None

    def traces(self, like_NTX: Tensor) -> list[LayerTrace]:
        return [trace_of(name, self.equations[name], moments, like_NTX) for name, moments in self.moments.items()]


Stepped = tuple[Tensor, DecoderState, Tensor | None]


def first_layer(record: Record, cells: CellStack, inputs_NX: Tensor, state: DecoderState) -> Moment:
    """The lowest layer after one more token."""
    return record.layer("layer 1", cells, 0, inputs_NX, state.hidden_LNH[0], None if state.cell_LNH is None else state.cell_LNH[0])


def attention_step(decoder: AttentionDecoder, record: Record, last_N: Tensor, memory: Memory, state: DecoderState) -> Stepped:
    inputs_NX = decoder.embedding(last_N)
    if state.feed_NH is not None:
        inputs_NX = torch.cat([inputs_NX, state.feed_NH], dim=1)
    top_NH, hidden_LNH, cell_LNH = record.above(decoder.cells, first_layer(record, decoder.cells, inputs_NX, state), state)
    context_N1C, weights_N1S, looked_NSX = attend(decoder.attention, top_NH[:, None], memory, state.looked_NSX)
    outputs_NH = torch.tanh(decoder.combine(torch.cat([context_N1C[:, 0], top_NH], dim=1)))
    feed_NH = outputs_NH if decoder.input_feeding else None
    return outputs_NH, DecoderState(hidden_LNH, cell_LNH, feed_NH, looked_NSX), weights_N1S[:, 0]


def plain_step(decoder: PlainDecoder, record: Record, last_N: Tensor, memory: Memory, state: DecoderState) -> Stepped:
    inputs_NX = decoder.joined(decoder.embedding(last_N)[:, None], memory)[:, 0]
    top_NH, hidden_LNH, cell_LNH = record.above(decoder.cells, first_layer(record, decoder.cells, inputs_NX, state), state)
    return top_NH, DecoderState(hidden_LNH, cell_LNH, None), None


def gnmt_step(decoder: GNMTDecoder, record: Record, last_N: Tensor, memory: Memory, state: DecoderState) -> Stepped:
    first = first_layer(record, decoder.cells, decoder.embedding(last_N), state)
    context_N1C, weights_N1S, looked_NSX = attend(decoder.attention, first.state_NY[:, None], memory, state.looked_NSX)
    context_NC = context_N1C[:, 0]
    top_NH, hidden_LNH, cell_LNH = record.above(decoder.cells, first, state, context_NC)
    outputs_NH = torch.tanh(decoder.combine(torch.cat([context_NC, top_NH], dim=1)))
    return outputs_NH, DecoderState(hidden_LNH, cell_LNH, None, looked_NSX), weights_N1S[:, 0]


def conditional_step(decoder: ConditionalGRUDecoder, record: Record, last_N: Tensor, memory: Memory, state: DecoderState) -> Stepped:
    """Its first GRU is named "asking", its second one "reading", those above "layer 2" and so on."""
    embedded_NE = decoder.embedding(last_N)
    asking = record.layer("asking", decoder.asking, 0, embedded_NE, state.hidden_LNH[0], None)
    context_N1C, weights_N1S, looked_NSX = attend(decoder.attention, asking.state_NY[:, None], memory, state.looked_NSX)
    context_NC = context_N1C[:, 0]
    reading = record.layer("reading", decoder.cells, 0, context_NC, asking.state_NY, None)
    top_NH, hidden_LNH, _ = record.above(decoder.cells, reading, state)
    return decoder.deep_output(top_NH, embedded_NE, context_NC), DecoderState(hidden_LNH, None, None, looked_NSX), weights_N1S[:, 0]


def stepped(decoder: nn.Module, record: Record, last_N: Tensor, memory: Memory, state: DecoderState) -> Stepped:
    """One more token through a decoder of one of the four kinds. Raises ValueError for another."""
    match decoder:
        case AttentionDecoder():
            return attention_step(decoder, record, last_N, memory, state)
        case PlainDecoder():
            return plain_step(decoder, record, last_N, memory, state)
        case GNMTDecoder():
            return gnmt_step(decoder, record, last_N, memory, state)
        case ConditionalGRUDecoder():
            return conditional_step(decoder, record, last_N, memory, state)
    raise ValueError(f"{type(decoder).__name__} has no recurrent layers that could be replayed")


def replay_decoder(
    decoder: nn.Module, inputs_NT: Tensor, memory: Memory, state: DecoderState, clamps: Clamps | None = None
) -> tuple[Tensor, Tensor | None, list[LayerTrace]]:
    """outputs_NTH and weights_NTS of teacher forcing in evaluation mode, and what each layer did with the tokens, lowest first.

    inputs_NT: bos and the target without its end; clamps: as for `replay_backbone`. Raises ValueError for a decoder without recurrent
    layers (DECODERS are those with) and for a name that no trace has.
    """
    record, outputs, weights = Record(clamps or {}), [], []
    for last_N in inputs_NT.unbind(1):
        outputs_NH, state, weights_NS = stepped(decoder, record, last_N, memory, state)
        outputs.append(outputs_NH)
        if weights_NS is not None:
            weights.append(weights_NS)
    if not outputs:
        raise ValueError("no tokens to replay: a target has at least its begin")
    traces = record.traces(outputs[0][:, None])
    refuse_unknown(clamps, traces)
    return torch.stack(outputs, dim=1), torch.stack(weights, dim=1) if weights else None, traces

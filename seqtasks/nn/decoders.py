"""Recurrent decoders: with attention (Luong et al. 2015; input feeding, 3.3) and from one context vector (Cho et al. 2014).

Training calls `forward` with the whole target (teacher forcing); search calls `step` once per token. Both give the same values.
With residual every layer above the first adds its input to its states. Others: `deep_decoders`.
Dropout acts in `forward` in training: on the embedded inputs, between layers and on the outputs, one mask per sentence each.
B batch, S source position, T target position, E embedding, H hidden size, C size of a context, L layers, Q queries; N = B * K rows, where
the K rows of a sentence (its beams) are consecutive and the memory has B rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, cast

import torch
from torch import Tensor, nn

from seqtasks.nn.attention import AnyAttention, Memory
from seqtasks.nn.cells import CellStack, SteppedLinear, working
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Bridge, Encoded, summary
from seqtasks.nn.recurrent import WITH_CELLS

Self = TypeVar("Self", bound="RowState")


class RowState(Protocol):
    """What a decoder remembers of each row."""

    def select(self: Self, rows: Tensor) -> Self:
        """The state of some rows, by position, in the order given; a row may be taken more than once."""
        ...


State = TypeVar("State", bound=RowState)


class Decoder(Protocol[State]):
    """A module that writes the target. What it remembers between steps is in the state, never in the module."""

    embedding: nn.Module
    output_size: int

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, State]:
        """What it sees of each source, made once per sentence, and each sentence's first state. segments_BS: chunks of a document."""
        ...

    def __call__(self, inputs_BT: Tensor, memory: Memory, state: State) -> tuple[Tensor, Tensor | None]:
        """Teacher forcing: outputs_BTH and attention weights_BTS (None without attention). Dropout acts in training."""
        ...

    def step(self, last_N: Tensor, memory: Memory, state: State) -> tuple[Tensor, State, Tensor | None]:
        """One more token for every row: outputs_NH, the next state and weights_NS; in evaluation the values of teacher forcing."""
        ...


@dataclass(frozen=True)
class CachedState:
    """What each layer keeps of the tokens read so far, a tensor each whose first dimension are the rows."""

    caches: tuple[Tensor, ...]

    def select(self, rows: Tensor) -> CachedState:
        return CachedState(tuple(cache.index_select(0, rows) for cache in self.caches))


@dataclass(frozen=True)
class DecoderState:
    """What a decoder remembers of each row: hidden states, an LSTM's cells, with input feeding its last output.

    looked_NSX: the state of an attention that runs over time; None before its first step, and for other kinds.
    """

    hidden_LNH: Tensor
    cell_LNH: Tensor | None
    feed_NH: Tensor | None
    looked_NSX: Tensor | None = None

    def select(self, rows: Tensor) -> DecoderState:
        cell = None if self.cell_LNH is None else self.cell_LNH.index_select(1, rows)
        feed = None if self.feed_NH is None else self.feed_NH.index_select(0, rows)
        looked = None if self.looked_NSX is None else self.looked_NSX.index_select(0, rows)
        return DecoderState(self.hidden_LNH.index_select(1, rows), cell, feed, looked)


class TargetEmbedding(Protocol):
    """ids of any shape -> vectors of output_size."""

    output_size: int

    def __call__(self, ids: Tensor) -> Tensor: ...


def check_bridge(bridge: Bridge, *, hidden_size: int, layers: int, kind: str) -> None:
    """Raises ValueError unless the bridge makes first states for such a decoder."""
    expected = (hidden_size, layers, kind in WITH_CELLS)
    found = (bridge.hidden_size, bridge.layers, bridge.cell)
    if found != expected:
        raise ValueError(f"the {kind} decoder needs a bridge with (hidden_size, layers, cell) = {expected}, got {found}")


def sentence_rows(rows: int, memory: Memory) -> int:
    """B, where N rows are a multiple of it. Raises ValueError otherwise."""
    sentences = memory.mask_BS.size(0)
    if rows % max(sentences, 1):
        raise ValueError(f"{rows} rows are not a multiple of the {sentences} sentences in memory; select the memory's rows first")
    return sentences


def check_attention(attention: AnyAttention, bridge: Bridge, *, hidden_size: int) -> None:
    """Raises ValueError unless the attention takes the decoder's states as queries and reads what the bridge does."""
    if attention.query_size != hidden_size:
        raise ValueError(f"the attention takes queries of {attention.query_size} features but the decoder has {hidden_size}")
    if attention.memory_size != bridge.encoder_size:
        raise ValueError(f"the attention reads {attention.memory_size} features but the bridge {bridge.encoder_size}")


def attend(attention: AnyAttention, states_NTH: Tensor, memory: Memory, looked_NSX: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
    """context_NTC, weights_NTS and the attention's next state; one step at a time where that runs over time."""
    if attention.parallel or states_NTH.size(1) == 1:
        return attend_rows(attention, states_NTH, memory, looked_NSX)
    found = []
    for states_NH in states_NTH.unbind(1):
        context_N1C, weights_N1S, looked_NSX = attend_rows(attention, states_NH[:, None], memory, looked_NSX)
        found.append((context_N1C, weights_N1S))
    contexts, weights = zip(*found, strict=True)
    return torch.cat(contexts, dim=1), torch.cat(weights, dim=1), looked_NSX


def attend_rows(
    attention: AnyAttention, states_NTH: Tensor, memory: Memory, looked_NSX: Tensor | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """The same in one call of the attention, where the rows of one sentence ask together."""
    rows, steps, size = states_NTH.shape
    sentences = sentence_rows(rows, memory)
    queries = rows * steps // max(sentences, 1)
    looked = None if looked_NSX is None else looked_NSX.reshape(sentences, queries, *looked_NSX.shape[1:])
    context_BQC, weights_BQS, looked = attention(states_NTH.reshape(sentences, queries, size), memory, looked)
    context_NTC = context_BQC.reshape(rows, steps, context_BQC.size(2))
    return context_NTC, weights_BQS.reshape(rows, steps, weights_BQS.size(2)), None if looked is None else looked.flatten(0, 1)


class AttendingDecoder(nn.Module):
    """What recurrent decoders that ask an attention have in common: these parts, which must fit, and where they start."""

    def __init__(
        self, *, embedding: nn.Module, attention: AnyAttention, bridge: Bridge, hidden_size: int, layers: int, dropout: float, kind: str
    ) -> None:
        super().__init__()
        check_bridge(bridge, hidden_size=hidden_size, layers=layers, kind=kind)
        check_attention(attention, bridge, hidden_size=hidden_size)
        self.embedding = embedding
        self.attention = attention
        self.bridge = bridge
        self.dropout = LockedDropout(dropout)

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, DecoderState]:
        """The memory and first state of each sentence, with nothing fed back; segments_BS numbers chunks of a document."""
        hidden_LBH, cell_LBH = self.bridge(encoded)
        memory = self.attention.project(encoded.output, encoded.mask_BS, segments_BS)
        return memory, DecoderState(hidden_LBH, cell_LBH, None)


class AttentionDecoder(AttendingDecoder):
    """The top layer's states ask the attention; output = tanh(W [context; state]).

    With input feeding the last output joins the next input, so training loops over T (the embeddings' share of the input product is
    computed for all T at once); without it training is one recurrent call and one attention call over all T, or T of them for an
    attention whose state runs over time.
    """

    def __init__(
        self,
        *,
        embedding: nn.Module,
        attention: AnyAttention,
        bridge: Bridge,
        hidden_size: int,
        layers: int,
        dropout: float,
        input_feeding: bool,
        kind: str,
        residual: bool = False,
    ) -> None:
        super().__init__(
            embedding=embedding, attention=attention, bridge=bridge, hidden_size=hidden_size, layers=layers, dropout=dropout, kind=kind
        )
        self.input_feeding = input_feeding
        input_size = cast(TargetEmbedding, embedding).output_size + (hidden_size if input_feeding else 0)
        self.cells = CellStack(kind=kind, input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)
        self.combine = nn.Linear(attention.memory_size + hidden_size, hidden_size)
        self.output_size = hidden_size

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, DecoderState]:
        memory, state = super().start(encoded, segments_BS)
        return memory, replace(state, feed_NH=torch.zeros_like(state.hidden_LNH[0])) if self.input_feeding else state

    def forward(self, inputs_BT: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs_BT are bos and the target without its end. Returns outputs_BTH and weights_BTS."""
        embedded_BTE = self.dropout(self.embedding(inputs_BT))
        if self.input_feeding:
            outputs_BTH, weights_BTS = self.fed(embedded_BTE, memory, state)
        else:
            states_BTH = self.cells.sequence(embedded_BTE, state.hidden_LNH, state.cell_LNH)
            context_BTC, weights_BTS, _ = attend(self.attention, states_BTH, memory, state.looked_NSX)
            outputs_BTH = torch.tanh(self.combine(torch.cat([context_BTC, states_BTH], dim=2)))
        return self.dropout(outputs_BTH), weights_BTS

    def fed(self, embedded_BTE: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor]:
        """The loop over T of input feeding. Raises ValueError if the state has no feed."""
        if state.feed_NH is None:
            raise ValueError("input feeding needs the last output in the state (feed_NH), got none; take the state from start")
        rows, length, _ = embedded_BTE.shape
        hidden = list(state.hidden_LNH.unbind(0))
        cells: list[Tensor | None] = [None for _ in hidden] if state.cell_LNH is None else list(state.cell_LNH.unbind(0))
        steps = [self.cells.prepared(0, steps=length, rows=rows, known_NTX=embedded_BTE)]
        steps += [self.cells.prepared(number, steps=length, rows=rows, known_NTX=None) for number in range(1, len(hidden))]
        masks = [None] + [self.cells.between.mask(rows, self.output_size, state.hidden_LNH) for _ in hidden[1:]]
        bias_TBH = working(self.combine.bias).expand(length, rows, -1)
        combine = SteppedLinear(bias_TBH, working(self.combine.weight).t())
        feed_BH, looked_BSX, outputs, weights = state.feed_NH, state.looked_NSX, [], []
        for _ in range(length):
            below = feed_BH
            for number, step in enumerate(steps):
                mask = masks[number]
                inputs_BH = below if mask is None else below * mask
                hidden[number], cells[number] = step(inputs_BH, hidden[number], cells[number])
                below = hidden[number] + inputs_BH if number and self.cells.residual else hidden[number]
            context_B1C, weights_B1S, looked_BSX = attend(self.attention, below[:, None], memory, looked_BSX)
            feed_BH = torch.tanh(combine(torch.cat([context_B1C[:, 0], below], dim=1)))
            outputs.append(feed_BH)
            weights.append(weights_B1S[:, 0])
        return torch.stack(outputs, dim=1), torch.stack(weights, dim=1)

    def step(self, last_N: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, DecoderState, Tensor]:
        """One more token for every row, without dropout: outputs_NH, the next state and weights_NS."""
        inputs_NX = self.embedding(last_N)
        if state.feed_NH is not None:
            inputs_NX = torch.cat([inputs_NX, state.feed_NH], dim=1)
        top_NH, hidden_LNH, cell_LNH = self.cells.step(inputs_NX, state.hidden_LNH, state.cell_LNH)
        context_N1C, weights_N1S, looked_NSX = attend(self.attention, top_NH[:, None], memory, state.looked_NSX)
        outputs_NH = torch.tanh(self.combine(torch.cat([context_N1C[:, 0], top_NH], dim=1)))
        feed_NH = outputs_NH if self.input_feeding else None
        return outputs_NH, DecoderState(hidden_LNH, cell_LNH, feed_NH, looked_NSX), weights_N1S[:, 0]


class PlainDecoder(nn.Module):
    """No attention: one context vector per sentence (its final state, or the masked mean) joins every input (Cho et al. 2014).

    The memory carries it as a source of one position. Outputs are the top states; there are no weights.
    """

    def __init__(
        self, *, embedding: nn.Module, bridge: Bridge, hidden_size: int, layers: int, dropout: float, kind: str, residual: bool = False
    ) -> None:
        super().__init__()
        check_bridge(bridge, hidden_size=hidden_size, layers=layers, kind=kind)
        input_size = cast(TargetEmbedding, embedding).output_size + bridge.encoder_size
        self.embedding = embedding
        self.bridge = bridge
        self.cells = CellStack(kind=kind, input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual)
        self.dropout = LockedDropout(dropout)
        self.output_size = hidden_size

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, DecoderState]:
        """The memory (one position: the context vector) and first state of each sentence."""
        context_B1H = summary(encoded)[:, None]
        mask_B1 = torch.ones(context_B1H.shape[:2], dtype=torch.bool, device=context_B1H.device)
        hidden_LBH, cell_LBH = self.bridge(encoded)
        return Memory(context_B1H, context_B1H, mask_B1), DecoderState(hidden_LBH, cell_LBH, None)

    def forward(self, inputs_BT: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, None]:
        """Teacher forcing in one recurrent call per layer: outputs_BTH, and None for weights."""
        embedded_BTE = self.dropout(self.embedding(inputs_BT))
        states_BTH = self.cells.sequence(self.joined(embedded_BTE, memory), state.hidden_LNH, state.cell_LNH)
        return self.dropout(states_BTH), None

    def step(self, last_N: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, DecoderState, None]:
        """One more token for every row, without dropout: outputs_NH, the next state, and None for weights."""
        inputs_NX = self.joined(self.embedding(last_N)[:, None], memory)[:, 0]
        top_NH, hidden_LNH, cell_LNH = self.cells.step(inputs_NX, state.hidden_LNH, state.cell_LNH)
        return top_NH, DecoderState(hidden_LNH, cell_LNH, None), None

    def joined(self, embedded_NTE: Tensor, memory: Memory) -> Tensor:
        """inputs_NTX: every embedded token with its sentence's context vector."""
        rows, steps, _ = embedded_NTE.shape
        sentences = sentence_rows(rows, memory)
        context_N1H = memory.values_BSH.repeat_interleave(rows // max(sentences, 1), dim=0)
        return torch.cat([embedded_NTE, context_N1H.expand(-1, steps, -1)], dim=2)

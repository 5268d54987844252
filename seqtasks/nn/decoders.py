"""Recurrent decoders: with attention (Luong et al. 2015; input feeding, 3.3) and from one context vector (Cho et al. 2014).

Training calls `forward` with the whole target (teacher forcing); search calls `step` once per token. Both give the same values.
Dropout acts in `forward` in training: on the embedded inputs, between layers and on the outputs, one mask per sentence each.
B batch, S source position, T target position, E embedding, H hidden size, L layers, Q queries; N = B * K rows, where the K rows of a
sentence (its beams) are consecutive and the memory has B rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from seqtasks.nn.attention import Attention, Memory
from seqtasks.nn.bridge import Bridge
from seqtasks.nn.cells import CellStack, SteppedLinear, working
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded, summary


@dataclass(frozen=True)
class DecoderState:
    """What a decoder remembers of each row: hidden states, an LSTM's cells, and with input feeding its last output."""

    hidden_LNH: Tensor
    cell_LNH: Tensor | None
    feed_NH: Tensor | None

    def select(self, rows: Tensor) -> DecoderState:
        """The state of some rows, by position, in the order given; a row may be taken more than once."""
        cell = None if self.cell_LNH is None else self.cell_LNH.index_select(1, rows)
        feed = None if self.feed_NH is None else self.feed_NH.index_select(0, rows)
        return DecoderState(self.hidden_LNH.index_select(1, rows), cell, feed)


class TargetEmbedding(Protocol):
    """ids of any shape -> vectors of output_size."""

    output_size: int

    def __call__(self, ids: Tensor) -> Tensor: ...


def check_bridge(bridge: Bridge, *, hidden_size: int, layers: int, kind: str) -> None:
    """Raises ValueError unless the bridge makes first states for such a decoder."""
    expected = (hidden_size, layers, kind == "lstm")
    found = (bridge.hidden_size, bridge.layers, bridge.cell)
    if found != expected:
        raise ValueError(f"the {kind} decoder needs a bridge with (hidden_size, layers, cell) = {expected}, got {found}")


def sentence_rows(rows: int, memory: Memory) -> int:
    """B, where N rows are a multiple of it. Raises ValueError otherwise."""
    sentences = memory.mask_BS.size(0)
    if rows % max(sentences, 1):
        raise ValueError(f"{rows} rows are not a multiple of the {sentences} sentences in memory; select the memory's rows first")
    return sentences


class AttentionDecoder(nn.Module):
    """Recurrent states ask the attention; output = tanh(W [context; state]).

    With input feeding the last output joins the next input, so training loops over T (the embeddings' share of the input product is
    computed for all T at once); without it training is one recurrent call and one attention call over all T.
    """

    def __init__(
        self,
        *,
        embedding: nn.Module,
        attention: Attention,
        bridge: Bridge,
        hidden_size: int,
        layers: int,
        dropout: float,
        input_feeding: bool,
        kind: str,
    ) -> None:
        super().__init__()
        check_bridge(bridge, hidden_size=hidden_size, layers=layers, kind=kind)
        if attention.query_size != hidden_size:
            raise ValueError(f"the attention takes queries of {attention.query_size} features but the decoder has {hidden_size}")
        if attention.memory_size != bridge.encoder_size:
            raise ValueError(f"the attention reads {attention.memory_size} features but the bridge {bridge.encoder_size}")
        if not attention.parallel:
            raise ValueError(f"{type(attention).__name__} keeps a state over time (parallel = False); AttentionDecoder carries none")
        embedding_size = cast(TargetEmbedding, embedding).output_size
        self.embedding = embedding
        self.attention = attention
        self.bridge = bridge
        self.input_feeding = input_feeding
        input_size = embedding_size + (hidden_size if input_feeding else 0)
        self.cells = CellStack(kind=kind, input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout)
        self.combine = nn.Linear(attention.memory_size + hidden_size, hidden_size)
        self.dropout = LockedDropout(dropout)
        self.output_size = hidden_size

    def start(self, encoded: Encoded) -> tuple[Memory, DecoderState]:
        """The memory and first state of each sentence."""
        hidden_LBH, cell_LBH = self.bridge(encoded)
        feed_BH = torch.zeros_like(hidden_LBH[0]) if self.input_feeding else None
        return self.attention.project(encoded.output, encoded.mask_BS), DecoderState(hidden_LBH, cell_LBH, feed_BH)

    def forward(self, inputs_BT: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs_BT are bos and the target without its end. Returns outputs_BTH and weights_BTS."""
        embedded_BTE = self.dropout(self.embedding(inputs_BT))
        if self.input_feeding:
            outputs_BTH, weights_BTS = self.fed(embedded_BTE, memory, state)
        else:
            states_BTH = self.cells.sequence(embedded_BTE, state.hidden_LNH, state.cell_LNH)
            outputs_BTH, weights_BTS = self.attend(states_BTH, memory)
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
        feed_BH, outputs, weights = state.feed_NH, [], []
        for _ in range(length):
            below = feed_BH
            for number, step in enumerate(steps):
                mask = masks[number]
                hidden[number], cells[number] = step(below if mask is None else below * mask, hidden[number], cells[number])
                below = hidden[number]
            joined_B1X, weights_B1S = self.look(below[:, None], memory)
            feed_BH = torch.tanh(combine(joined_B1X[:, 0]))
            outputs.append(feed_BH)
            weights.append(weights_B1S[:, 0])
        return torch.stack(outputs, dim=1), torch.stack(weights, dim=1)

    def step(self, last_N: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, DecoderState, Tensor]:
        """One more token for every row, without dropout: outputs_NH, the next state and weights_NS."""
        inputs_NX = self.embedding(last_N)
        if state.feed_NH is not None:
            inputs_NX = torch.cat([inputs_NX, state.feed_NH], dim=1)
        hidden_LNH, cell_LNH = self.cells.step(inputs_NX, state.hidden_LNH, state.cell_LNH)
        outputs_N1H, weights_N1S = self.attend(hidden_LNH[-1][:, None], memory)
        outputs_NH = outputs_N1H[:, 0]
        feed_NH = outputs_NH if self.input_feeding else None
        return outputs_NH, DecoderState(hidden_LNH, cell_LNH, feed_NH), weights_N1S[:, 0]

    def attend(self, states_NTH: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """outputs_NTH = tanh(W [context; state]) and weights_NTS."""
        joined_NTX, weights_NTS = self.look(states_NTH, memory)
        return torch.tanh(self.combine(joined_NTX)), weights_NTS

    def look(self, states_NTH: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """[context; state]_NTX and weights_NTS; the rows of one sentence ask together."""
        rows, steps, size = states_NTH.shape
        sentences = sentence_rows(rows, memory)
        queries = rows * steps // max(sentences, 1)
        context_BQX, weights_BQS, _ = self.attention(states_NTH.reshape(sentences, queries, size), memory)
        context_NTX = context_BQX.reshape(rows, steps, context_BQX.size(2))
        return torch.cat([context_NTX, states_NTH], dim=2), weights_BQS.reshape(rows, steps, weights_BQS.size(2))


class PlainDecoder(nn.Module):
    """No attention: one context vector per sentence (its final state, or the masked mean) joins every input (Cho et al. 2014).

    The memory carries it as a source of one position. Outputs are the top states; there are no weights.
    """

    def __init__(self, *, embedding: nn.Module, bridge: Bridge, hidden_size: int, layers: int, dropout: float, kind: str) -> None:
        super().__init__()
        check_bridge(bridge, hidden_size=hidden_size, layers=layers, kind=kind)
        input_size = cast(TargetEmbedding, embedding).output_size + bridge.encoder_size
        self.embedding = embedding
        self.bridge = bridge
        self.cells = CellStack(kind=kind, input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout)
        self.dropout = LockedDropout(dropout)
        self.output_size = hidden_size

    def start(self, encoded: Encoded) -> tuple[Memory, DecoderState]:
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
        hidden_LNH, cell_LNH = self.cells.step(inputs_NX, state.hidden_LNH, state.cell_LNH)
        return hidden_LNH[-1], DecoderState(hidden_LNH, cell_LNH, None), None

    def joined(self, embedded_NTE: Tensor, memory: Memory) -> Tensor:
        """inputs_NTX: every embedded token with its sentence's context vector."""
        rows, steps, _ = embedded_NTE.shape
        sentences = sentence_rows(rows, memory)
        context_N1H = memory.values_BSH.repeat_interleave(rows // max(sentences, 1), dim=0)
        return torch.cat([embedded_NTE, context_N1H.expand(-1, steps, -1)], dim=2)

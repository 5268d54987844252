"""Recurrent decoders whose attention sits among their layers: after the first (GNMT), or between two GRU steps (the conditional GRU).

B batch, S source position, T target position, E embedding, H hidden size, C size of a context; N rows of a search (see `decoders`).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from seqtasks.nn.attention import AnyAttention, Memory
from seqtasks.nn.cells import CellStack
from seqtasks.nn.decoders import AttendingDecoder, DecoderState, TargetEmbedding, attend
from seqtasks.nn.encoded import Bridge


class GNMTDecoder(AttendingDecoder):
    """The first layer's state asks; the context joins the input of each layer above; output = tanh(W [context; top state]).

    As in GNMT (Wu et al. 2016, 3.1) and in NVIDIA's GNMT v2. Nothing is fed back, so training is one recurrent call per layer and one call
    of the attention over all T (T calls for one whose state runs over time).
    GNMT goes from the top state straight to the words. Here the output is that of AttentionDecoder, so that the two differ in nothing but
    where the attention sits: the context has a short way to the words, and the tied output reads a hidden layer of its own. It costs one
    product over all T, a tenth of two layers of 512.
    Dropout acts in training on the embedded inputs, on all that enters a further layer (state and context), and on the outputs.
    Raises ValueError for a single layer, above which there is none to read the context, and for parts that do not fit.
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
        kind: str,
        residual: bool = False,
    ) -> None:
        if layers < 2:
            raise ValueError(f"a decoder whose first layer asks the attention needs another to read the context, got {layers} layers")
        super().__init__(
            embedding=embedding, attention=attention, bridge=bridge, hidden_size=hidden_size, layers=layers, dropout=dropout, kind=kind
        )
        self.cells = CellStack(
            kind=kind,
            input_size=cast(TargetEmbedding, embedding).output_size,
            hidden_size=hidden_size,
            layers=layers,
            dropout=dropout,
            context_size=attention.memory_size,
            residual=residual,
        )
        self.combine = nn.Linear(attention.memory_size + hidden_size, hidden_size)
        self.output_size = hidden_size

    def forward(self, inputs_BT: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs_BT are bos and the target without its end. Returns outputs_BTH and weights_BTS."""
        embedded_BTE = self.dropout(self.embedding(inputs_BT))
        first_BTH = self.cells.layer_sequence(0, embedded_BTE, state.hidden_LNH, state.cell_LNH)
        context_BTC, weights_BTS, _ = attend(self.attention, first_BTH, memory, state.looked_NSX)
        top_BTH = self.cells.further(first_BTH, state.hidden_LNH, state.cell_LNH, context_BTC)
        outputs_BTH = torch.tanh(self.combine(torch.cat([context_BTC, top_BTH], dim=2)))
        return self.dropout(outputs_BTH), weights_BTS

    def step(self, last_N: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, DecoderState, Tensor]:
        cell_NH = None if state.cell_LNH is None else state.cell_LNH[0]
        first = self.cells.layer_step(0, self.embedding(last_N), state.hidden_LNH[0], cell_NH)
        context_N1C, weights_N1S, looked_NSX = attend(self.attention, first[0][:, None], memory, state.looked_NSX)
        context_NC = context_N1C[:, 0]
        top_NH, hidden_LNH, cell_LNH = self.cells.further_step(first, state.hidden_LNH, state.cell_LNH, context_NC)
        outputs_NH = torch.tanh(self.combine(torch.cat([context_NC, top_NH], dim=1)))
        return outputs_NH, DecoderState(hidden_LNH, cell_LNH, None, looked_NSX), weights_N1S[:, 0]


class ConditionalGRUDecoder(AttendingDecoder):
    """GRU, attention, GRU for every word: what was looked at changes the state that asks for the next word.

        asking    s' = GRU1(embedding of the last word, s)
        looking   c = attention(s')
        reading   s = GRU2(c, s')
        output    t = tanh(W_s s + W_y embedding + W_c c), of the embedding's size (their deep output)

    That of dl4mt and Nematus (Sennrich et al. 2017). Layers above it are plain GRUs, which read s (and none of the context); the top one's
    state then stands for s in the output.
    So training loops over T, but only with what depends on the step before: the products of all words' embeddings are one, and the layers
    above and the output come after the loop, for all T at once.
    Dropout acts in training on the embedded inputs, on the contexts, between layers and on the outputs, one mask per sentence each.
    Raises ValueError for parts that do not fit.
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
        residual: bool = False,
    ) -> None:
        super().__init__(
            embedding=embedding, attention=attention, bridge=bridge, hidden_size=hidden_size, layers=layers, dropout=dropout, kind="gru"
        )
        embedding_size, context_size = cast(TargetEmbedding, embedding).output_size, attention.memory_size
        self.asking = CellStack(kind="gru", input_size=embedding_size, hidden_size=hidden_size, layers=1, dropout=0.0)
        self.cells = CellStack(
            kind="gru", input_size=context_size, hidden_size=hidden_size, layers=layers, dropout=dropout, residual=residual
        )
        self.combine = nn.Linear(hidden_size + embedding_size + context_size, embedding_size)
        self.output_size = embedding_size

    def forward(self, inputs_BT: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs_BT are bos and the target without its end. Returns outputs_BTE and weights_BTS."""
        embedded_BTE = self.dropout(self.embedding(inputs_BT))
        states_BTH, context_BTC, weights_BTS = self.base(embedded_BTE, memory, state)
        top_BTH = self.cells.further(states_BTH, state.hidden_LNH, None)
        return self.dropout(self.deep_output(top_BTH, embedded_BTE, context_BTC)), weights_BTS

    def base(self, embedded_BTE: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor, Tensor]:
        """The loop over T: states_BTH after reading, what was read (with dropout) as context_BTC, and weights_BTS."""
        rows, length, _ = embedded_BTE.shape
        asking = self.asking.prepared(0, steps=length, rows=rows, known_NTX=embedded_BTE)
        reading = self.cells.prepared(0, steps=length, rows=rows, known_NTX=None)
        mask_BC = self.dropout.mask(rows, self.attention.memory_size, state.hidden_LNH)
        state_BH, looked_BSX = state.hidden_LNH[0], state.looked_NSX
        states, contexts, weights = [], [], []
        for _ in range(length):
            asking_BH, _ = asking(state_BH[:, :0], state_BH, None)  # its input is known beforehand, all of it
            context_B1C, weights_B1S, looked_BSX = attend(self.attention, asking_BH[:, None], memory, looked_BSX)
            context_BC = context_B1C[:, 0] if mask_BC is None else context_B1C[:, 0] * mask_BC
            state_BH, _ = reading(context_BC, asking_BH, None)
            states.append(state_BH)
            contexts.append(context_BC)
            weights.append(weights_B1S[:, 0])
        return torch.stack(states, dim=1), torch.stack(contexts, dim=1), torch.stack(weights, dim=1)

    def step(self, last_N: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, DecoderState, Tensor]:
        """One more token for every row, without dropout: outputs_NE, the next state and weights_NS."""
        embedded_NE = self.embedding(last_N)
        asking_NH, _ = self.asking.layer_step(0, embedded_NE, state.hidden_LNH[0], None)
        context_N1C, weights_N1S, looked_NSX = attend(self.attention, asking_NH[:, None], memory, state.looked_NSX)
        context_NC = context_N1C[:, 0]
        read = self.cells.layer_step(0, context_NC, asking_NH, None)
        top_NH, hidden_LNH, _ = self.cells.further_step(read, state.hidden_LNH, None)
        outputs_NE = self.deep_output(top_NH, embedded_NE, context_NC)
        return outputs_NE, DecoderState(hidden_LNH, None, None, looked_NSX), weights_N1S[:, 0]

    def deep_output(self, top_H: Tensor, embedded_E: Tensor, context_C: Tensor) -> Tensor:
        """t_...E of top states_...H, embedded last words and contexts; W_s, W_y and W_c side by side in one product."""
        return torch.tanh(self.combine(torch.cat([top_H, embedded_E, context_C], dim=-1)))

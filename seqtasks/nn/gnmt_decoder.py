"""A deep decoder whose first layer asks the attention, as in GNMT (Wu et al. 2016, 3.1) and in NVIDIA's GNMT v2.

What the attention finds joins the input of every further layer, at the same step; so nothing is fed back, and training is one recurrent
call per layer and one call of the attention over all T (T calls for one whose state runs over time).
B batch, S source position, T target position, E embedding, H hidden size, C size of a context; N rows of a search (see `decoders`).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from seqtasks.nn.attention import AnyAttention, Memory
from seqtasks.nn.cells import CellStack
from seqtasks.nn.decoders import DecoderState, TargetEmbedding, attend, check_attention, check_bridge, initial_state
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Bridge, Encoded


class GNMTDecoder(nn.Module):
    """The first layer's state asks; the context joins the input of each layer above; output = tanh(W [context; top state]).

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
        super().__init__()
        if layers < 2:
            raise ValueError(f"a decoder whose first layer asks the attention needs another to read the context, got {layers} layers")
        check_bridge(bridge, hidden_size=hidden_size, layers=layers, kind=kind)
        check_attention(attention, bridge, hidden_size=hidden_size)
        self.embedding = embedding
        self.attention = attention
        self.bridge = bridge
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
        self.dropout = LockedDropout(dropout)
        self.output_size = hidden_size

    def start(self, encoded: Encoded, segments_BS: Tensor | None = None) -> tuple[Memory, DecoderState]:
        """The memory and first state of each sentence; segments_BS numbers chunks of a document."""
        return initial_state(self.attention, self.bridge, encoded, segments_BS)

    def forward(self, inputs_BT: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs_BT are bos and the target without its end. Returns outputs_BTH and weights_BTS."""
        embedded_BTE = self.dropout(self.embedding(inputs_BT))
        first_BTH = self.cells.layer_sequence(0, embedded_BTE, state.hidden_LNH, state.cell_LNH)
        context_BTC, weights_BTS, _ = attend(self.attention, first_BTH, memory, state.looked_NSX)
        top_BTH = self.cells.further(first_BTH, state.hidden_LNH, state.cell_LNH, context_BTC)
        outputs_BTH = torch.tanh(self.combine(torch.cat([context_BTC, top_BTH], dim=2)))
        return self.dropout(outputs_BTH), weights_BTS

    def step(self, last_N: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, DecoderState, Tensor]:
        """One more token for every row, without dropout: outputs_NH, the next state and weights_NS."""
        cell_NH = None if state.cell_LNH is None else state.cell_LNH[0]
        first = self.cells.layer_step(0, self.embedding(last_N), state.hidden_LNH[0], cell_NH)
        context_N1C, weights_N1S, looked_NSX = attend(self.attention, first[0][:, None], memory, state.looked_NSX)
        context_NC = context_N1C[:, 0]
        top_NH, hidden_LNH, cell_LNH = self.cells.further_step(first, state.hidden_LNH, state.cell_LNH, context_NC)
        outputs_NH = torch.tanh(self.combine(torch.cat([context_NC, top_NH], dim=1)))
        return outputs_NH, DecoderState(hidden_LNH, cell_LNH, None, looked_NSX), weights_N1S[:, 0]

"""Sequence to sequence: a trunk encodes the source, a decoder writes the target, with attention or without.

B sentences, T target position, H hidden, V target vocabulary, S source position, N rows of a search (B x beams).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqtasks.models.trunk import Trunk
from seqtasks.nn.attention import Memory
from seqtasks.nn.decoder_state import Decoder
from seqtasks.nn.embeddings import WordEmbedding
from seqtasks.text.batching import IGNORE, Batch

TARGET = "target"  # the name of the target words in a batch, and of the loss in the history


class TiedOutput(nn.Module):
    """The output layer that shares the target embedding (Press and Wolf 2017): a projection to its size, its rows, and a bias."""

    def __init__(self, *, input_size: int, words: WordEmbedding) -> None:
        super().__init__()
        self.projection = nn.Linear(input_size, words.output_size, bias=False)
        self.words = words
        self.bias = nn.Parameter(torch.zeros(words.table.num_embeddings))

    def forward(self, outputs_H: Tensor) -> Tensor:
        """outputs_...H -> logits_...V."""
        return F.linear(self.projection(outputs_H), self.words.table.weight, self.bias)


def output_of(output: nn.Module, ids_C: Tensor) -> Callable[[Tensor], Tensor]:
    """The output layer of a few words only: outputs_...H -> logits_...C. Raises ValueError for a layer that is neither kind of ours."""
    if isinstance(output, TiedOutput):
        projection, weight_CE, bias_C = output.projection, output.words.table.weight[ids_C], output.bias[ids_C]
        return lambda outputs_H: F.linear(projection(outputs_H), weight_CE, bias_C)
    if isinstance(output, nn.Linear):
        weight_CH, bias = output.weight[ids_C], None if output.bias is None else output.bias[ids_C]
        return lambda outputs_H: F.linear(outputs_H, weight_CH, bias)
    raise ValueError(f"the rows of an output layer {type(output).__name__} cannot be told")


class TranslationModel(nn.Module):
    """Encoder, decoder and output layer.

    output: from the decoder's outputs to the target vocabulary: a Linear, or a TiedOutput that shares the decoder's embedding;
    bos: id that starts every target; padding: id that pads; sentence_end: id that ends each sentence of a source that is part of a
    document, whose sentences are then numbered for the attention; None where sources are single sentences.
    """

    def __init__(
        self,
        *,
        trunk: Trunk,
        decoder: Decoder[Any],
        output: nn.Module,
        bos: int,
        padding: int,
        sentence_end: int | None = None,
    ) -> None:
        super().__init__()
        self.trunk = trunk
        self.decoder = decoder
        self.output = output
        self.bos = bos
        self.padding = padding
        self.sentence_end = sentence_end

    def encode(self, batch: Batch) -> tuple[Memory, Any]:
        """What attention sees of each source (B rows) and the decoder's first state (B rows)."""
        segments_BS = batch.segments_BS
        if segments_BS is None and self.sentence_end is not None:
            ends_BS = (batch.ids_BS == self.sentence_end).long()
            segments_BS = ends_BS.cumsum(dim=1) - ends_BS
        memory, state = self.decoder.start(self.trunk(batch), segments_BS)
        return memory, state

    def shifted(self, targets_BT: Tensor) -> Tensor:
        """The decoder's inputs: begin of sentence, then the target without its last word; padding where the target has none."""
        words_BT = targets_BT.masked_fill(targets_BT == IGNORE, self.padding)
        return torch.cat([torch.full_like(words_BT[:, :1], self.bos), words_BT[:, :-1]], dim=1)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor | None]:
        """Teacher forcing: outputs_BTH before the output layer, and attention weights_BTS (None without attention)."""
        outputs_BTH, weights_BTS = self.decoder(self.shifted(batch.targets[TARGET]), *self.encode(batch))
        return outputs_BTH, weights_BTS

    def step(self, last_N: Tensor, memory: Memory, state: Any) -> tuple[Tensor, Any, Tensor | None]:
        """One word further: log_probs_NV (float32), the new state, and attention weights_NS (None without attention).

        Row n belongs to sentence n // (N / B) of the memory.
        """
        outputs_NH, state, weights_NS = self.decoder.step(last_N, memory, state)
        return torch.log_softmax(self.output(outputs_NH).float(), dim=-1), state, weights_NS

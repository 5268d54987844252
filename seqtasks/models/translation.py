"""Sequence to sequence: a trunk encodes the source, a decoder writes the target, with attention or without.

B sentences, T target position, H hidden, V target vocabulary, S source position, N rows of a search (B x K),
A words of all shortlists, C more of one, E size of an embedding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqtasks.nn.attention import Memory
from seqtasks.nn.decoders import Decoder
from seqtasks.nn.trunk import Trunk, WordEmbedding
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


def output_weights(output: nn.Module) -> tuple[nn.Module | None, Tensor, Tensor]:
    """What stands before an output layer's rows (a tied layer's projection), if anything; weight_VE and bias_V.

    Raises ValueError for a layer that is neither kind of ours.
    """
    if isinstance(output, TiedOutput):
        return output.projection, output.words.table.weight, output.bias
    if isinstance(output, nn.Linear):
        return None, output.weight, torch.zeros_like(output.weight[:, 0]) if output.bias is None else output.bias
    raise ValueError(f"the rows of an output layer {type(output).__name__} cannot be told")


@dataclass(frozen=True)
class OutputRows:
    """The output layer of a few words: A that all sentences share, and C of each one's own. outputs_BKH -> logits_BKX (float32) of both.

    before: what stands before the rows, if anything; own_BC is -inf where a sentence has no more words.
    """

    before: nn.Module | None
    shared_AE: Tensor
    shared_A: Tensor
    own_BCE: Tensor
    own_BC: Tensor

    @classmethod
    def of(cls, output: nn.Module, shared: Tensor, own_BC: Tensor, mask_BC: Tensor) -> OutputRows:
        """Of the words with these ids. Raises ValueError for a layer that is neither kind of ours."""
        before, weight_VE, bias_V = output_weights(output)
        bias_BC = bias_V[own_BC].float().masked_fill(~mask_BC, -math.inf)
        return cls(before, weight_VE[shared], bias_V[shared].float(), F.embedding(own_BC, weight_VE), bias_BC)

    def select(self, sentences: Tensor) -> OutputRows:
        own_BCE, own_BC = (table.index_select(0, sentences) for table in (self.own_BCE, self.own_BC))
        return OutputRows(self.before, self.shared_AE, self.shared_A, own_BCE, own_BC)

    def __call__(self, outputs_BKH: Tensor) -> Tensor:
        outputs_BKE = outputs_BKH if self.before is None else self.before(outputs_BKH)
        shared_BKA = F.linear(outputs_BKE, self.shared_AE) + self.shared_A
        own_BKC = outputs_BKE @ self.own_BCE.transpose(1, 2) + self.own_BC[:, None]
        return torch.cat([shared_BKA, own_BKC], dim=2)


class TranslationModel(nn.Module):
    """Encoder, decoder and output layer.

    output: from the decoder's outputs to the target vocabulary: a Linear, or a TiedOutput that shares the decoder's embedding;
    bos: id that starts every target; padding_idx: id that pads; sentence_end: id that ends each sentence of a source that is part of a
    document, whose sentences are then numbered for the attention; None where sources are single sentences.
    """

    def __init__(
        self,
        *,
        trunk: Trunk,
        decoder: Decoder[Any],
        output: nn.Module,
        bos: int,
        padding_idx: int,
        sentence_end: int | None = None,
    ) -> None:
        super().__init__()
        self.trunk = trunk
        self.decoder = decoder
        self.output = output
        self.bos = bos
        self.padding_idx = padding_idx
        self.sentence_end = sentence_end

    def encode(self, batch: Batch) -> tuple[Memory, Any]:
        """What attention sees of each source (B rows) and the decoder's first state (B rows)."""
        memory, state = self.decoder.start(self.trunk(batch), self.segments(batch))
        return memory, state

    def segments(self, batch: Batch) -> Tensor | None:
        """The number of each position's sentence in its source, from 0, [B, S]; None where a source is one sentence."""
        if batch.segments_BS is not None or self.sentence_end is None:
            return batch.segments_BS
        ends_BS = (batch.ids_BS == self.sentence_end).long()
        return ends_BS.cumsum(dim=1) - ends_BS

    def own(self, batch: Batch) -> Tensor:
        """own_BS: the positions of the sentence that is translated, without the context before it and without padding."""
        segments_BS = self.segments(batch)
        if segments_BS is None:
            return batch.mask_BS
        last_B = segments_BS.masked_fill(~batch.mask_BS, 0).amax(dim=1)
        return batch.mask_BS & (segments_BS == last_B[:, None])

    def shifted(self, targets_BT: Tensor) -> Tensor:
        """The decoder's inputs: begin of sentence, then the target without its last word; padding where the target has none."""
        words_BT = targets_BT.masked_fill(targets_BT == IGNORE, self.padding_idx)
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

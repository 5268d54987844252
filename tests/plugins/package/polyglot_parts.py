"""A backbone, a head and a reader, each with an option of its own, and a measure. B batch, S position, E input, H hidden, N labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from seqtasks.errors import DataError
from seqtasks.evaluation.metrics import TagMetric
from seqtasks.models.heads import Head
from seqtasks.nn.encoded import Encoded
from seqtasks.text.corpora.examples import Corpus, TaggedSentence
from seqtasks.text.corpora.lines import file_checksum, read_lines


class Neighbours(nn.Module):
    """Each layer: tanh(W [state; mean of the states up to `reach` words away]). Exact under padding; it has no final states."""

    def __init__(self, *, input_size: int, hidden_size: int, layers: int, reach: int) -> None:
        super().__init__()
        self.output_size = hidden_size
        self.reach = reach
        self.layers = nn.ModuleList(nn.Linear(2 * size, hidden_size) for size in [input_size] + [hidden_size] * (layers - 1))

    def forward(self, embedded_BSE: Tensor, mask_BS: Tensor) -> Encoded:
        """The states of every layer."""
        near_SS = (torch.arange(mask_BS.size(1))[:, None] - torch.arange(mask_BS.size(1))).abs() <= self.reach
        near_BSS = (near_SS.to(mask_BS.device) & mask_BS[:, None]).to(embedded_BSE.dtype)
        mean_BSS = near_BSS / near_BSS.sum(dim=2, keepdim=True).clamp(min=1)
        states, found = embedded_BSE.masked_fill(~mask_BS[:, :, None], 0), []
        for layer in self.layers:
            states = torch.tanh(layer(torch.cat([states, mean_BSS @ states], dim=2))).masked_fill(~mask_BS[:, :, None], 0)
            found.append(states)
        return Encoded(found, None, mask_BS)


def neighbours(*, input_size: int, hidden_size: int, layers: int, dropout: float, reach: int = 1) -> Neighbours:
    """A backbone; `reach` is an option of its own: [backbone.options] reach."""
    return Neighbours(input_size=input_size, hidden_size=hidden_size, layers=layers, reach=reach)


class MarginHead(Head):
    """Each word on its own, with a hinge loss (Crammer and Singer 2001); `margin` is an option of its own: [head.options] margin."""

    def __init__(
        self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, scheme: str | None = None, margin: float = 1.0
    ) -> None:
        super().__init__(input_size=input_size, labels=labels, dropout=dropout, layer=layer, scheme=scheme)
        self.margin = margin

    def loss(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        """The summed hinge loss."""
        real_BS = mask_BS & (targets_BS >= 0)
        return nn.functional.multi_margin_loss(scores_BSN[real_BS].float(), targets_BS[real_BS], margin=self.margin, reduction="none").sum()

    def predict(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        """The label of the highest score."""
        return [row[:length] for row, length in zip(scores_BSN.argmax(-1).tolist(), mask_BS.sum(1).tolist(), strict=True)]

    def probabilities(self, scores_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """Softmax of the scores: a hinge loss promises no more than their order."""
        return scores_BSN.detach().float().softmax(dim=2) * mask_BS[:, :, None]


def read_slashed(path: Path, *, layer: str, mark: str = "/") -> Corpus[TaggedSentence]:
    """A sentence a line, "The/DET dog/NOUN"; `mark` between word and tag is an option of its own: [data.options] mark."""
    sentences = []
    for number, line in read_lines(path):
        pairs = [token.rpartition(mark) for token in line.split()]
        for word, slash, tag in pairs:
            if not (word and slash and tag):
                raise DataError(path, number, f"{word or tag!r} has no tag", f"Write word{mark}TAG")
        if pairs:
            sentences.append(TaggedSentence(tuple(pair[0] for pair in pairs), {layer: tuple(pair[2] for pair in pairs)}, number))
    return Corpus(sentences, str(path), file_checksum(path))


def sentence_accuracy(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], scheme: str | None) -> float:
    """The share of sentences without a wrong tag, in percent."""
    return 100 * sum(list(one) == list(other) for one, other in zip(gold, predicted, strict=True)) / max(1, len(gold))


SENTENCE_ACCURACY = TagMetric(sentence_accuracy)

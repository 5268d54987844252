"""Heads that answer spans which may lie in each other: tags in layers, and a classifier of every span.

Layered: a chain of BIO tags for each layer, outermost first (Alex et al. 2007, "layering"; here the layers are trained together, each a
CRF). Spans: every span up to a greatest width is given a label or none, from the states at its ends, the mean of those inside it, and its
width (Sohrab and Miwa 2018; Lee et al. 2017). Labels are the labels of spans; targets are spans_BG4 of `seqtasks.text.batching`.

Answers nest. They cross only where `crossing` allows it; otherwise a span that crosses a more wanted one is left out: the one of the layer
further out is more wanted, or the one that is more probable.

B batch, S position, D layers, N labels (here with "none" or O first), W widths from 1, K features of a span, G spans of a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqtasks.errors import UsageError
from seqtasks.models.heads import Head, exact, spans_in_chain
from seqtasks.nn.crf import CRF
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE, real_spans
from seqtasks.text.tags import NESTED, OUTSIDE, Extent, Span, legal_transitions, span_steps, spans_of, tags_of, without_crossing


class LayeredHead(Head):
    """As many chains of BIO tags as training has layers of spans. What stands deeper than these is neither learned nor answered."""

    def __init__(
        self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, extent: Extent, crossing: bool = False
    ) -> None:
        layer_tags = [OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in "BI")]
        super().__init__(
            input_size=input_size,
            labels=labels,
            dropout=dropout,
            layer=layer,
            scheme=NESTED,
            outputs=extent.depth * len(layer_tags),
        )
        self.crossing = crossing
        self.layer_tags = layer_tags
        legal = legal_transitions(layer_tags, "BIO")
        self.chains = nn.ModuleList(
            CRF(num_labels=len(layer_tags), legal_start=legal.start, legal_end=legal.end, legal_pair=legal.pair)
            for _ in range(extent.depth)
        )

    def layers(self, values_BSDN: Tensor) -> list[tuple[CRF, Tensor]]:
        """Each layer's chain with what is its own of scores_BSDN or tags_BSD."""
        return [(chain, values_BSDN[:, :, number]) for number, chain in enumerate(self.chains) if isinstance(chain, CRF)]

    def scores(self, encoded: Encoded) -> Tensor:
        """scores_BSDN: the weight of each BIO tag of each layer for each word."""
        return super().scores(encoded).unflatten(-1, (len(self.chains), len(self.layer_tags)))

    def targets(self, spans_BG4: Tensor, positions: int) -> Tensor:
        """tags_BSD of the spans, O elsewhere; deeper spans are left out."""
        rows_N, spans_N4 = real_spans(spans_BG4)
        kept_N = spans_N4[:, 3] < len(self.chains)
        rows_N, (start_N, end_N, label_N, layer_N) = rows_N[kept_N], spans_N4[kept_N].unbind(1)
        position_S = torch.arange(positions, device=spans_BG4.device)
        inside_NS = (start_N[:, None] <= position_S) & (position_S < end_N[:, None])
        tags_NS = 2 + 2 * label_N[:, None] - (position_S == start_N[:, None]).long()
        tags_BDS = torch.zeros(len(spans_BG4), len(self.chains), positions, dtype=torch.long, device=spans_BG4.device)
        return tags_BDS.index_put((rows_N, layer_N), tags_NS * inside_NS, accumulate=True).transpose(1, 2)

    def loss(self, scores_BSDN: Tensor, spans_BG4: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        """The summed negative log-likelihood of all layers, float32. Label smoothing has no meaning for a chain."""
        tags_BSD = self.targets(spans_BG4, scores_BSDN.size(1))
        losses = [
            -chain.log_likelihood(scores_BSDN[:, :, layer], tags_BS, mask_BS).sum()
            for layer, (chain, tags_BS) in enumerate(self.layers(tags_BSD))
        ]
        return torch.stack(losses).sum()

    def correct(self, scores_BSDN: Tensor, spans_BG4: Tensor, mask_BS: Tensor) -> Tensor:
        """How many words have the right tag as the one of the highest score in every layer."""
        right_BS = (scores_BSDN.detach().argmax(-1) == self.targets(spans_BG4, scores_BSDN.size(1))).all(-1)
        return (right_BS & mask_BS).sum()

    def predict(self, scores_BSDN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        raise UsageError(NO_LABELS)

    def spans_by_layer(self, scores_BSDN: Tensor, mask_BS: Tensor) -> list[list[list[Span]]]:
        """For each sentence the spans that each layer answers, less those that are left out because they cross one further out."""
        with torch.no_grad():
            rows = [chain.decode(layer_BSN, mask_BS) for chain, layer_BSN in self.layers(scores_BSDN)]
        answers = []
        for sentence in zip(*rows, strict=True):
            layers = [spans_of([self.layer_tags[tag] for tag in row], "BIO") for row in sentence]
            if not self.crossing:
                kept = set(without_crossing(span for layer in layers for span in layer))
                layers = [[span for span in layer if span in kept] for layer in layers]
            answers.append(layers)
        return answers

    def tags(self, scores_BSDN: Tensor, mask_BS: Tensor) -> list[list[str]]:
        found = self.spans_by_layer(scores_BSDN, mask_BS)
        sentences = zip(found, mask_BS.sum(1).tolist(), strict=True)
        return [tags_of([span for layer in layers for span in layer], length, NESTED) for layers, length in sentences]

    def confidences(self, scores_BSDN: Tensor, mask_BS: Tensor) -> list[list[float]]:
        """How probable the tags of each word are, 0 to 1: the product over layers of the marginal of what the layer answers."""
        with torch.no_grad():
            marginals = [chain.marginals(exact(layer_BSN), mask_BS).cpu() for chain, layer_BSN in self.layers(scores_BSDN)]
        answers = []
        for number, layers in enumerate(self.spans_by_layer(scores_BSDN, mask_BS)):
            length = int(mask_BS[number].sum())
            sure_S = torch.ones(length, dtype=torch.float64)
            for marginals_BSN, spans in zip(marginals, layers, strict=True):
                own = torch.tensor([self.layer_tags.index(tag) for tag in tags_of(spans, length, "BIO")], dtype=torch.long)
                sure_S = sure_S * marginals_BSN[number, torch.arange(length), own]
            answers.append(sure_S.tolist())
        return answers

    def span_probabilities(self, scores_BSDN: Tensor, mask_BS: Tensor, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
        """How probable it is that any layer has the span: layers are independent given the sentence."""
        steps = span_steps(self.layer_tags, "BIO")
        absent: list[list[float]] = [[1.0] * len(row) for row in spans]
        for chain, layer_BSN in self.layers(scores_BSDN):
            found = spans_in_chain(chain, steps, layer_BSN, mask_BS, spans)
            absent = [[one * (1 - p) for one, p in zip(*rows, strict=True)] for rows in zip(absent, found, strict=True)]
        return [[1 - one for one in row] for row in absent]


class SpanHead(Head):
    """A softmax over the labels and "none" for every span of up to the greatest width that training has.

    A span has one label: of several in training the last by number is learned. Longer spans are neither learned nor answered.
    """

    def __init__(
        self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, extent: Extent, crossing: bool = False
    ) -> None:
        super().__init__(input_size=input_size, labels=labels, dropout=dropout, layer=layer, scheme=NESTED, outputs=3 * input_size)
        self.crossing = crossing
        self.widths = nn.Embedding(extent.width, input_size)
        self.output = nn.Linear(input_size, len(self.labels) + 1)

    def scores(self, encoded: Encoded) -> Tensor:
        """scores_BSWN of "none" and each label for the span of w + 1 words that begins at s. Those that reach into padding mean nothing."""
        starts_BSK, ends_BSK, inside_BSK = super().scores(encoded).chunk(3, dim=-1)
        total_BSK, spans = torch.zeros_like(inside_BSK), []
        for width, width_K in enumerate(self.widths.weight):  # sums grow by a word at a time: no span depends on what lies before it
            total_BSK = total_BSK + moved(inside_BSK, width)
            spans.append(starts_BSK + moved(ends_BSK, width) + total_BSK / (width + 1) + width_K)
        result: Tensor = self.output(torch.relu(torch.stack(spans, dim=2)))
        return result

    def fits(self, mask_BS: Tensor) -> Tensor:
        """fits_BSW: which spans end within their sentence."""
        return torch.stack([moved(mask_BS[:, :, None], width)[:, :, 0] for width in range(self.widths.num_embeddings)], dim=2)

    def targets(self, spans_BG4: Tensor, mask_BS: Tensor) -> Tensor:
        """labels_BSW: 0 for none, n + 1 for label n, IGNORE for spans that do not fit."""
        widths = self.widths.num_embeddings
        rows_N, spans_N4 = real_spans(spans_BG4)
        kept_N = spans_N4[:, 1] - spans_N4[:, 0] <= widths
        rows_N, (start_N, end_N, label_N, _) = rows_N[kept_N], spans_N4[kept_N].unbind(1)
        places_N = (rows_N * mask_BS.size(1) + start_N) * widths + end_N - start_N - 1
        labels_BSW = torch.zeros(*mask_BS.shape, widths, dtype=torch.long, device=mask_BS.device)
        labels = labels_BSW.flatten().scatter_reduce(0, places_N, label_N + 1, "amax")
        return labels.view_as(labels_BSW).masked_fill(~self.fits(mask_BS), IGNORE)

    def loss(self, scores_BSWN: Tensor, spans_BG4: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        """The summed cross-entropy of all spans that fit, float32."""
        labels_BSW = self.targets(spans_BG4, mask_BS)
        return F.cross_entropy(
            scores_BSWN.float().flatten(0, 2), labels_BSW.flatten(), ignore_index=IGNORE, reduction="sum", label_smoothing=label_smoothing
        )

    def correct(self, scores_BSWN: Tensor, spans_BG4: Tensor, mask_BS: Tensor) -> Tensor:
        """How many words have every span that begins there labelled right."""
        labels_BSW = self.targets(spans_BG4, mask_BS)
        right_BSW = (scores_BSWN.detach().argmax(-1) == labels_BSW) | (labels_BSW == IGNORE)
        return (right_BSW.all(-1) & mask_BS).sum()

    def predict(self, scores_BSWN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        raise UsageError(NO_LABELS)

    def spans(self, probabilities_BSWN: Tensor, mask_BS: Tensor) -> list[list[Span]]:
        """The spans of each sentence that have a label, the most probable first, less those that are left out because they cross one."""
        best_BSW, label_BSW = probabilities_BSWN.max(-1)
        rows_N, starts_N, widths_N = torch.nonzero((label_BSW > 0) & self.fits(mask_BS), as_tuple=True)
        found_N = (rows_N, starts_N, widths_N)
        numbers = zip(*(column.tolist() for column in (*found_N, label_BSW[found_N], best_BSW[found_N])), strict=True)
        answers: list[list[Span]] = [[] for _ in mask_BS]
        for row, start, width, label, _ in sorted(numbers, key=lambda number: -number[4]):
            answers[row].append(Span(start, start + width + 1, self.labels[label - 1]))
        return answers if self.crossing else [without_crossing(spans) for spans in answers]

    def tags(self, scores_BSWN: Tensor, mask_BS: Tensor) -> list[list[str]]:
        found = self.spans(shares(scores_BSWN), mask_BS)
        return [tags_of(spans, length, NESTED) for spans, length in zip(found, mask_BS.sum(1).tolist(), strict=True)]

    def confidences(self, scores_BSWN: Tensor, mask_BS: Tensor) -> list[list[float]]:
        """How probable the least sure answer on a span is, "none" too, among those that the word stands in."""
        probabilities_BSWN = shares(scores_BSWN)
        answered_BSW = torch.zeros(probabilities_BSWN.shape[:3], dtype=torch.long, device=mask_BS.device)
        for row, spans in enumerate(self.spans(probabilities_BSWN, mask_BS)):
            for start, end, label in spans:
                answered_BSW[row, start, end - start - 1] = self.labels.index(label) + 1
        sure_BSW = probabilities_BSWN.gather(3, answered_BSW[..., None])[..., 0].masked_fill(~self.fits(mask_BS), 1.0)
        least_BS = sure_BSW[:, :, 0]
        for width in range(1, sure_BSW.size(2)):
            covering_BSW = F.pad(sure_BSW[:, :, width], (width, 0), value=1.0).unfold(1, width + 1, 1)
            least_BS = torch.minimum(least_BS, covering_BSW.amin(-1))
        return [row[:length] for row, length in zip(least_BS.tolist(), mask_BS.sum(1).tolist(), strict=True)]

    def span_probabilities(self, scores_BSWN: Tensor, mask_BS: Tensor, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
        """The share of the span's label; 0 for a span or a label that the head does not know."""
        probabilities_BSWN, fits_BSW = shares(scores_BSWN), self.fits(mask_BS).tolist()
        number = {label: position for position, label in enumerate(self.labels, start=1)}
        return [
            [
                float(probabilities_BSWN[row, start, end - start - 1, number[label]])
                if label in number and 0 <= start < end <= len(fits) and end - start <= len(fits[start]) and fits[start][end - start - 1]
                else 0.0
                for start, end, label in some
            ]
            for row, (some, fits) in enumerate(zip(spans, fits_BSW, strict=True))
        ]


NO_LABELS = "a head of nested spans gives no label for each word. Ask for its `tags`, or use 'softmax' or 'crf'."


def moved(values_BSK: Tensor, by: int) -> Tensor:
    """At each position what stands `by` positions after it, zero beyond the end."""
    return F.pad(values_BSK[:, by:], (0, 0, 0, min(by, values_BSK.size(1))))


def shares(scores_BSWN: Tensor) -> Tensor:
    """probabilities_BSWN, float32, without gradient."""
    return scores_BSWN.detach().float().softmax(-1)


class NestedHeadBuilder(Protocol):
    """How a head of nested spans is made: extent says how deep and how wide the spans of training are."""

    def __call__(
        self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, extent: Extent, crossing: bool = False
    ) -> Head: ...


NESTED_HEADS: dict[str, NestedHeadBuilder] = {"layered": LayeredHead, "spans": SpanHead}

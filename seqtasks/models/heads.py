"""Tagging heads: scores for each label of each word, the loss they are trained with, the tags they answer and how sure they are.

B batch, S position, N labels. Masks are bool, True at real words; targets hold -100 where there is no word.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqtasks.errors import UsageError
from seqtasks.nn.crf import CRF, Chain, ConstrainedChain, Paths
from seqtasks.nn.dropout import LockedDropout
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE
from seqtasks.text.tags import Span, SpanSteps, legal_transitions, span_steps


class Head(nn.Module, ABC):
    """What a tagging head answers: `scores`, `loss`, `predict`, `labels`, and where it is a chain how sure it is: `probabilities`,
    `k_best`, `span_probabilities`. Final classes say how they decode.

    layer: which layer of the backbone it reads, -1 for the top; scheme: the tag scheme of its labels, None where they are no spans;
    outputs: the numbers that a state is projected to, None for one for each label.
    """

    def __init__(
        self,
        *,
        input_size: int,
        labels: Sequence[str],
        dropout: float,
        layer: int,
        scheme: str | None = None,
        outputs: int | None = None,
    ) -> None:
        super().__init__()
        self.labels = tuple(labels)
        self.layer = layer
        self.scheme = scheme
        self.dropout = LockedDropout(dropout)
        self.projection = nn.Linear(input_size, len(self.labels) if outputs is None else outputs)

    def scores(self, encoded: Encoded) -> Tensor:
        """scores_BSN: the weight of each label for each word, any real number."""
        return encoded.projected(self.layer, lambda states: self.projection(self.dropout(states) if self.training else states))

    @abstractmethod
    def loss(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        """The summed negative log-likelihood in nats, float32, over all real words."""

    @abstractmethod
    def predict(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        """The label numbers of each sentence, as many as it has words."""

    def tags(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[str]]:
        """The answer as tags of each sentence, in the head's scheme where it has one."""
        return [[self.labels[label] for label in row] for row in self.predict(scores_BSN, mask_BS)]

    def correct(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor) -> Tensor:
        """How many words have their target label as the one of the highest score; padding and a label that training has not seen never do.

        A CRF may answer otherwise: to search its best paths in every training batch would take time for a curve only.
        """
        return (scores_BSN.detach().argmax(-1) == targets_BS).sum()

    def count(self, targets_BS: Tensor, mask_BS: Tensor) -> int:
        """How many words the loss is over."""
        return int(mask_BS.sum())

    def probabilities(self, scores_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """probabilities_BSN of each label at each word, float32: rows sum to 1 at words and are 0 at padding. Without gradient.

        Raises UsageError where the head has none (one of another package that only answers tags).
        """
        raise UsageError(
            f"{type(self).__name__} answers tags without probabilities. Give it a method `probabilities`, or use 'softmax' or 'crf'."
        )

    def confidences(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[float]]:
        """How probable the tag of each word is, 0 to 1, of the tags that `tags` answers. Raises UsageError where the head has none."""
        probabilities_BSN = self.probabilities(scores_BSN, mask_BS).cpu()
        rows = self.predict(scores_BSN, mask_BS)
        return [table[torch.arange(len(row)), torch.tensor(row)].tolist() for row, table in zip(rows, probabilities_BSN, strict=True)]

    def chain(self) -> Chain:
        """The chain that gives the k best paths and the probabilities of spans. Raises UsageError where the head is none."""
        raise UsageError(f"{type(self).__name__} is no chain of labels. Give it a method `chain`, or use 'softmax' or 'crf'.")

    def k_best(self, scores_BSN: Tensor, mask_BS: Tensor, k: int) -> list[Paths]:
        """For each sentence its k best paths of label numbers with their log-probabilities, best first; fewer where it has fewer.

        Raises UsageError where the head is no chain.
        """
        return self.chain().k_best(exact(scores_BSN), mask_BS, k)

    def span_probabilities(self, scores_BSN: Tensor, mask_BS: Tensor, spans: Sequence[Sequence[Span]]) -> list[list[float]]:
        """For each sentence the probabilities, 0 to 1, that each of the spans asked for is an entity with just these ends and this label.

        They are shares of all label paths, read by `text.tags.spans_of` (forward-backward): of one sentence they sum to the expected number
        of entities. Raises UsageError where the head is no chain or its labels are no spans.
        """
        if self.scheme is None:
            raise UsageError("the labels of this head are no spans. Name the scheme of its tags: data.scheme.")
        return spans_in_chain(self.chain(), span_steps(self.labels, self.scheme), scores_BSN, mask_BS, spans)


def spans_in_chain(
    chain: Chain, steps: SpanSteps, scores_BSN: Tensor, mask_BS: Tensor, spans: Sequence[Sequence[Span]]
) -> list[list[float]]:
    """For each sentence the probabilities of its spans under a chain whose labels mean spans by `steps`; 0 for impossible ones."""
    longest = max((span.end - span.start for row in spans for span in row), default=0)
    ends_BSLN = chain.span_marginals(exact(scores_BSN), mask_BS, steps, longest=longest)
    label_of_N = torch.tensor(steps.label_of, device=ends_BSLN.device)
    answers: list[list[float]] = []
    for ends_SLN, words, row in zip(ends_BSLN, mask_BS.sum(1).tolist(), spans, strict=True):
        inside = [0 <= span.start < span.end <= words and span.label in steps.labels for span in row]
        answers.append(
            [
                float(ends_SLN[span.start, span.end - span.start - 1, label_of_N == steps.labels.index(span.label)].sum()) if fits else 0.0
                for span, fits in zip(row, inside, strict=True)
            ]
        )
    return answers


def exact(scores_BSN: Tensor) -> Tensor:
    """Detached, in float64 where the device has it: in float32, sums over 100 words are off by 5e-5."""
    return scores_BSN.detach().to(torch.float32 if scores_BSN.device.type == "mps" else torch.float64)


class SoftmaxHead(Head):
    """Each word is labelled on its own: cross-entropy, arg max.

    constrained: answers are the best sequence that the tag scheme allows (Viterbi), and probabilities are given that it is one. Training is
    the same. Raises ValueError where there is no scheme to obey.
    """

    def __init__(
        self,
        *,
        input_size: int,
        labels: Sequence[str],
        dropout: float,
        layer: int,
        scheme: str | None = None,
        constrained: bool = False,
    ) -> None:
        super().__init__(input_size=input_size, labels=labels, dropout=dropout, layer=layer, scheme=scheme)
        if constrained and scheme is None:
            raise ValueError("constrained needs the scheme of the labels")
        legal = legal_transitions(self.labels, scheme) if scheme and constrained else None
        self.steps = (
            ConstrainedChain(num_labels=len(self.labels), legal_start=legal.start, legal_end=legal.end, legal_pair=legal.pair)
            if legal
            else None
        )

    def chain(self) -> Chain:
        if self.steps is not None:
            return self.steps
        return ConstrainedChain(num_labels=len(self.labels), legal_start=None, legal_end=None, legal_pair=None).to(
            self.projection.weight.device
        )

    def loss(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        return F.cross_entropy(
            scores_BSN.float().flatten(0, 1), targets_BS.flatten(), ignore_index=IGNORE, reduction="sum", label_smoothing=label_smoothing
        )

    def predict(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        if self.steps is not None:
            return self.steps.decode(scores_BSN, mask_BS)
        best_BS = scores_BSN.argmax(-1).tolist()
        return [row[:length] for row, length in zip(best_BS, mask_BS.sum(1).tolist(), strict=True)]

    def probabilities(self, scores_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        if self.steps is not None:
            return self.steps.marginals(exact(scores_BSN), mask_BS).float()
        return scores_BSN.detach().float().softmax(-1) * mask_BS[:, :, None]


class CRFHead(Head):
    """A linear-chain CRF (Lafferty et al. 2001) over the sentence: transitions that the tag scheme forbids never leave it.

    Without a scheme (POS tags) every transition is allowed.
    Label smoothing has no meaning for a chain and is refused by the recipes.
    """

    def __init__(self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, scheme: str | None = None) -> None:
        super().__init__(input_size=input_size, labels=labels, dropout=dropout, layer=layer, scheme=scheme)
        legal = legal_transitions(self.labels, scheme) if scheme else None
        self.crf = CRF(
            num_labels=len(self.labels),
            legal_start=legal.start if legal else None,
            legal_end=legal.end if legal else None,
            legal_pair=legal.pair if legal else None,
        )

    def chain(self) -> Chain:
        return self.crf

    def loss(self, scores_BSN: Tensor, targets_BS: Tensor, mask_BS: Tensor, *, label_smoothing: float) -> Tensor:
        seen_B = ~((targets_BS == IGNORE) & mask_BS).any(dim=1)  # a sentence with a label that training lacks has no likelihood
        return -(self.crf.log_likelihood(scores_BSN, targets_BS.clamp(min=0), mask_BS) * seen_B).sum()

    def predict(self, scores_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        with torch.no_grad():
            return self.crf.decode(scores_BSN, mask_BS)

    def probabilities(self, scores_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """Marginals given the whole sentence (forward-backward). The best path need not take the most probable label of every word."""
        with torch.no_grad():
            return self.crf.marginals(exact(scores_BSN), mask_BS).float()


class HeadBuilder(Protocol):
    """How a head is made; scheme is for heads that know what may follow what."""

    def __call__(self, *, input_size: int, labels: Sequence[str], dropout: float, layer: int, scheme: str | None = None) -> Head: ...


HEADS: dict[str, HeadBuilder] = {"softmax": SoftmaxHead, "crf": CRFHead}

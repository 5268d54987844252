"""Linear chains as modules: a conditional random field (Lafferty et al. 2001; on a BiLSTM: Huang et al. 2015), whose transitions are
learned, and a constrained chain, which only says what may follow what.

Transitions that a tag scheme forbids, also at start and end, score -1e4 in a CRF, in training and decoding alike.
B batch, S position, N labels, L length of a span, from 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seqtasks.nn.chain import k_best, log_partition, marginals, path_score, span_marginals, viterbi
from seqtasks.text.tags import SpanSteps

FORBIDDEN = -1e4  # in a CRF: no gradient of a forbidden path is left in float32
NEVER = -1e30  # where nothing is learned: below every path that is allowed, and no infinity that would make marginals no numbers
REDUCTIONS = ("sum", "mean", "token_mean", "none")
Table = Sequence[bool] | Sequence[Sequence[bool]] | None
Paths = list[tuple[list[int], float]]  # label numbers and log-probability, best first


def legal_tensor(name: str, legal: Table, shape: tuple[int, ...]) -> Tensor:
    """The table as bool, all True for None. Raises ValueError, naming it, if its shape is another."""
    if legal is None:
        return torch.ones(shape, dtype=torch.bool)
    table = torch.tensor(legal, dtype=torch.bool)
    if tuple(table.shape) != shape:
        raise ValueError(f"{name} must have shape {shape}, one entry per label, got {tuple(table.shape)}")
    return table


def check_chain(emissions_BSN: Tensor, tags_BS: Tensor, mask_BS: Tensor) -> None:
    """Raises ValueError unless emissions, tags and a bool mask fit each other, and real words come first."""
    if emissions_BSN.dim() != 3 or emissions_BSN.shape[:2] != tags_BS.shape or tags_BS.shape != mask_BS.shape:
        shapes = f"{tuple(emissions_BSN.shape)}, {tuple(tags_BS.shape)} and {tuple(mask_BS.shape)}"
        raise ValueError(f"emissions, tags and mask have shapes {shapes}; expected [batch, words, labels] and twice [batch, words]")
    if mask_BS.dtype != torch.bool:
        raise ValueError(f"the mask is {mask_BS.dtype}; masks are bool, True at real words: mask.bool()")
    if (mask_BS[:, 1:] & ~mask_BS[:, :-1]).any():
        raise ValueError("the mask has padding before a real word; real words come first in each sentence")


class Chain(nn.Module, ABC):
    """Scores of label transitions; `legal_*` say which may start, end or follow each other (None: all).

    legal_pair[i][j] is True where label j may follow label i. Tables of text.tags.legal_transitions fit.
    Every answer raises ValueError unless emissions have one score per label.
    """

    legal_start_N: Tensor
    legal_end_N: Tensor
    legal_NN: Tensor

    def __init__(
        self,
        *,
        num_labels: int,
        legal_start: Sequence[bool] | None,
        legal_end: Sequence[bool] | None,
        legal_pair: Sequence[Sequence[bool]] | None,
    ) -> None:
        super().__init__()
        self.num_labels = num_labels
        self.register_buffer("legal_start_N", legal_tensor("legal_start", legal_start, (num_labels,)), persistent=False)
        self.register_buffer("legal_end_N", legal_tensor("legal_end", legal_end, (num_labels,)), persistent=False)
        self.register_buffer("legal_NN", legal_tensor("legal_pair", legal_pair, (num_labels, num_labels)), persistent=False)

    @abstractmethod
    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """transitions_NN, start_N and end_N, far below the others where they are forbidden."""

    def decode(self, emissions_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        """The best labels of each sentence, as many as it has words."""
        self.check(emissions_BSN)
        return viterbi(emissions_BSN, *self.scores(), mask_BS)[0]

    def k_best(self, emissions_BSN: Tensor, mask_BS: Tensor, k: int) -> list[Paths]:
        """The k best legal paths of each sentence with their log-probabilities, best first; fewer where it has fewer. No gradient."""
        self.check(emissions_BSN)
        with torch.no_grad():
            transitions_NN, start_N, end_N = self.scores()
            total_B = log_partition(emissions_BSN, transitions_NN, start_N, end_N, mask_BS)
            transitions_NN = transitions_NN.masked_fill(~self.legal_NN, -torch.inf)
            start_N, end_N = start_N.masked_fill(~self.legal_start_N, -torch.inf), end_N.masked_fill(~self.legal_end_N, -torch.inf)
            found = k_best(emissions_BSN, transitions_NN, start_N, end_N, mask_BS, k)
        return [[(path, score - total) for path, score in paths] for paths, total in zip(found, total_B.tolist(), strict=True)]

    def marginals(self, emissions_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """probabilities_BSN of each label at each word, given the whole sentence; 0 at padding."""
        self.check(emissions_BSN)
        return marginals(emissions_BSN, *self.scores(), mask_BS)

    def span_marginals(self, emissions_BSN: Tensor, mask_BS: Tensor, steps: SpanSteps, *, longest: int) -> Tensor:
        """probabilities_BSLN of spans that begin at s, are l + 1 words long and end with label n, as `steps` read the labels."""
        self.check(emissions_BSN)
        pair, device = (self.num_labels, self.num_labels), emissions_BSN.device
        return span_marginals(
            emissions_BSN,
            *self.scores(),
            mask_BS,
            begins_first_N=legal_tensor("begins_first", steps.begins_first, pair[:1]).to(device),
            begins_NN=legal_tensor("begins", steps.begins, pair).to(device),
            goes_on_NN=legal_tensor("goes_on", steps.goes_on, pair).to(device),
            longest=longest,
        )

    def check(self, emissions_BSN: Tensor) -> None:
        """Raises ValueError unless emissions have one score per label."""
        if emissions_BSN.dim() != 3:
            raise ValueError(f"emissions have shape {tuple(emissions_BSN.shape)}; expected [batch, words, labels]")
        if emissions_BSN.size(2) != self.num_labels:
            raise ValueError(f"the {type(self).__name__} has {self.num_labels} labels but got scores for {emissions_BSN.size(2)}")


class CRF(Chain):
    """A chain whose transitions are learned. `CRF(num_labels)` allows all of them; `legal_transitions` makes the tables of a tag scheme."""

    def __init__(
        self,
        num_labels: int,
        *,
        legal_start: Sequence[bool] | None = None,
        legal_end: Sequence[bool] | None = None,
        legal_pair: Sequence[Sequence[bool]] | None = None,
    ) -> None:
        super().__init__(num_labels=num_labels, legal_start=legal_start, legal_end=legal_end, legal_pair=legal_pair)
        self.transitions_NN = nn.Parameter(torch.empty(num_labels, num_labels).uniform_(-0.1, 0.1))
        self.start_N = nn.Parameter(torch.empty(num_labels).uniform_(-0.1, 0.1))
        self.end_N = nn.Parameter(torch.empty(num_labels).uniform_(-0.1, 0.1))

    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """transitions_NN, start_N and end_N with the forbidden ones at -1e4 (and without gradient)."""
        return (
            torch.where(self.legal_NN, self.transitions_NN, FORBIDDEN),
            torch.where(self.legal_start_N, self.start_N, FORBIDDEN),
            torch.where(self.legal_end_N, self.end_N, FORBIDDEN),
        )

    def forward(self, emissions_BSN: Tensor, tags_BS: Tensor, mask_BS: Tensor | None = None, reduction: str = "sum") -> Tensor:
        """The negative log-likelihood -log p(tags | sentence), at least 0: a loss to be minimised as it is.

        (A call of pytorch-crf gives the log-likelihood: what is `-crf(emissions, tags)` there is `crf(emissions, tags)` here.)
        mask_BS: bool, True at real words, which come first; None where all are real. reduction: "sum" over the batch, a number; "mean" over
        its sentences; "token_mean" over its real words; "none", one number_B for each sentence. tags_BS hold anything at padding.
        Raises ValueError for shapes that do not fit, masks that are not bool or begin with padding, and numbers that are no label.
        """
        if reduction not in REDUCTIONS:
            raise ValueError(f"reduction is {reduction!r}; expected one of {', '.join(REDUCTIONS)}")
        mask_BS = torch.ones(tags_BS.shape, dtype=torch.bool, device=tags_BS.device) if mask_BS is None else mask_BS
        check_chain(emissions_BSN, tags_BS, mask_BS)
        if ((tags_BS < 0) | (tags_BS >= self.num_labels))[mask_BS].any():
            raise ValueError(f"tags_BS hold numbers at real words that are none of the {self.num_labels} labels, from 0")
        tags_BS = tags_BS.masked_fill(~mask_BS, 0)
        loss_B = -self.log_likelihood(emissions_BSN, tags_BS, mask_BS)
        if reduction == "none":
            return loss_B
        if reduction == "sum":
            return loss_B.sum()
        return loss_B.sum() / (mask_BS.sum() if reduction == "token_mean" else len(loss_B))

    def log_likelihood(self, emissions_BSN: Tensor, tags_BS: Tensor, mask_BS: Tensor) -> Tensor:
        """log p(tags | sentence), one number_B per sentence, at most 0; 0 for an empty one. tags_BS hold anything at padding."""
        self.check(emissions_BSN)
        transitions_NN, start_N, end_N = self.scores()
        score_B = path_score(emissions_BSN, transitions_NN, start_N, end_N, tags_BS, mask_BS)
        return score_B - log_partition(emissions_BSN, transitions_NN, start_N, end_N, mask_BS)


class ConstrainedChain(Chain):
    """A chain in which every legal transition scores 0: each word is labelled on its own, given that the sequence is legal."""

    def forward(self, emissions_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """probabilities_BSN of each label at each word among the legal sequences; 0 at padding. mask_BS: bool, True at real words."""
        return self.marginals(emissions_BSN, mask_BS)

    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """transitions_NN, start_N and end_N: 0, and -1e30 where forbidden."""
        zero, never = torch.zeros((), device=self.legal_NN.device), torch.full((), NEVER, device=self.legal_NN.device)
        return (
            torch.where(self.legal_NN, zero, never),
            torch.where(self.legal_start_N, zero, never),
            torch.where(self.legal_end_N, zero, never),
        )

"""A linear-chain conditional random field (Lafferty et al. 2001; on a BiLSTM: Huang et al. 2015).

Transitions that a tag scheme forbids, also at start and end, score -1e4 in training and decoding alike.
B batch, S position, N labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seqtasks.nn.chain import log_partition, marginals, path_score, viterbi

FORBIDDEN = -1e4


def legal_tensor(name: str, legal: Sequence[bool] | Sequence[Sequence[bool]] | None, shape: tuple[int, ...]) -> Tensor:
    """The table as bool, all True for None. Raises ValueError, naming it, if its shape is another."""
    if legal is None:
        return torch.ones(shape, dtype=torch.bool)
    table = torch.tensor(legal, dtype=torch.bool)
    if tuple(table.shape) != shape:
        raise ValueError(f"{name} must have shape {shape}, one entry per label, got {tuple(table.shape)}")
    return table


class CRF(nn.Module):
    """Scores of label transitions, learned; `legal_*` say which may start, end or follow each other (None: all).

    legal_pair[i][j] is True where label j may follow label i. Tables of text.tags.legal_transitions fit.
    """

    legal_start_N: Tensor
    legal_end_N: Tensor
    legal_NN: Tensor

    def __init__(
        self,
        *,
        labels: int,
        legal_start: Sequence[bool] | None,
        legal_end: Sequence[bool] | None,
        legal_pair: Sequence[Sequence[bool]] | None,
    ) -> None:
        super().__init__()
        self.labels = labels
        self.transitions_NN = nn.Parameter(torch.empty(labels, labels).uniform_(-0.1, 0.1))
        self.start_N = nn.Parameter(torch.empty(labels).uniform_(-0.1, 0.1))
        self.end_N = nn.Parameter(torch.empty(labels).uniform_(-0.1, 0.1))
        self.register_buffer("legal_start_N", legal_tensor("legal_start", legal_start, (labels,)), persistent=False)
        self.register_buffer("legal_end_N", legal_tensor("legal_end", legal_end, (labels,)), persistent=False)
        self.register_buffer("legal_NN", legal_tensor("legal_pair", legal_pair, (labels, labels)), persistent=False)

    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """transitions_NN, start_N and end_N with the forbidden ones at -1e4 (and without gradient)."""
        return (
            torch.where(self.legal_NN, self.transitions_NN, FORBIDDEN),
            torch.where(self.legal_start_N, self.start_N, FORBIDDEN),
            torch.where(self.legal_end_N, self.end_N, FORBIDDEN),
        )

    def log_likelihood(self, emissions_BSN: Tensor, tags_BS: Tensor, mask_BS: Tensor) -> Tensor:
        """log p(tags | sentence), one number_B per sentence, at most 0; 0 for an empty one. tags_BS hold anything at padding.

        Raises ValueError unless emissions have one score per label.
        """
        self.check(emissions_BSN)
        transitions_NN, start_N, end_N = self.scores()
        score_B = path_score(emissions_BSN, transitions_NN, start_N, end_N, tags_BS, mask_BS)
        return score_B - log_partition(emissions_BSN, transitions_NN, start_N, end_N, mask_BS)

    def decode(self, emissions_BSN: Tensor, mask_BS: Tensor) -> list[list[int]]:
        """The best labels of each sentence, as many as it has words."""
        self.check(emissions_BSN)
        return viterbi(emissions_BSN, *self.scores(), mask_BS)[0]

    def marginals(self, emissions_BSN: Tensor, mask_BS: Tensor) -> Tensor:
        """probabilities_BSN of each label at each word, given the whole sentence; 0 at padding."""
        self.check(emissions_BSN)
        return marginals(emissions_BSN, *self.scores(), mask_BS)

    def check(self, emissions_BSN: Tensor) -> None:
        """Raises ValueError unless emissions have one score per label."""
        if emissions_BSN.size(2) != self.labels:
            raise ValueError(f"the CRF has {self.labels} labels but got scores for {emissions_BSN.size(2)}")

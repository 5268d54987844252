"""One direction of alignment: for each target token the source token that it comes from, or none. IBM-1 or HMM, trained by EM.

T target tokens of a corpus; N those of a block, X source positions with the empty word in front (see blocks.py).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqtasks.align import hmm, ibm1
from seqtasks.align.blocks import Block, Floats, blocks
from seqtasks.align.jumps import Jumps
from seqtasks.align.table import TranslationTable, co_occurrences
from seqtasks.text.encoded import Ragged


@dataclass(frozen=True)
class OneWay:
    """A trained model. jumps: of an HMM, None of IBM-1; null: share of target words of an HMM that come from the empty word."""

    table: TranslationTable
    jumps: Jumps | None
    null: float

    def align(self, sources: Ragged, targets: Ragged) -> Ragged:
        """The source position of each target token, -1 for none. Words are numbers as in training; one that it never saw is unknown."""
        return self.best(targets, ((block, self.table.look_up(block, targets)) for block in blocks(sources, targets)))

    def best(self, targets: Ragged, links: Iterable[tuple[Block, Floats]]) -> Ragged:
        """The same for blocks whose probabilities_NX are known."""
        positions_T = np.full(len(targets.values), -1, dtype=np.int32)
        for block, probabilities_NX in links:
            if self.jumps is None:
                positions_T[block.tokens_N] = probabilities_NX.argmax(axis=1) - 1  # of equally probable ones the first
            else:
                positions_T[block.tokens_N] = hmm.viterbi(block, probabilities_NX, self.jumps, null=self.null)
        return Ragged(positions_T, targets.offsets)

    def log_likelihood(self, sources: Ragged, targets: Ragged) -> float:
        """log P(target words | source words) in nats, summed over the pairs that have text on both sides."""
        total = 0.0
        for block in blocks(sources, targets):
            probabilities_NX = self.table.look_up(block, targets)
            if self.jumps is None:
                total += float(np.log(probabilities_NX.mean(axis=1)).sum())
            else:
                total += float(np.log(hmm.forward(block, probabilities_NX, self.jumps, null=self.null).scales_N).sum())
        return total


@dataclass(frozen=True)
class Fitted:
    """A model with the alignment of its training pairs, and log P(target words | source words) in nats before each iteration.

    tokens: target words in pairs with text on both sides. Under variational Bayes probabilities sum to less than 1.
    """

    model: OneWay
    alignment: Ragged
    history: list[float]
    tokens: int

    @property
    def perplexities(self) -> list[float]:
        """Perplexity of a target word before each iteration; 1 where there are none."""
        return [math.exp(-likelihood / max(1, self.tokens)) for likelihood in self.history]


def fit(
    sources: Ragged,
    targets: Ragged,
    *,
    source_words: int,
    target_words: int,
    iterations: int,
    hmm_iterations: int,
    alpha: float,
    null: float,
) -> Fitted:
    """Train IBM-1, then with hmm_iterations above 0 an HMM that starts from its table.

    source_words, target_words: sizes of the vocabularies, above every number; alpha: see `table.estimated`.
    """
    pairs = list(blocks(sources, targets))
    table, cells = co_occurrences(pairs, targets, source_words=source_words, target_words=target_words)
    table, history = ibm1.ibm1(cells, table, iterations=iterations, alpha=alpha)
    jumps = None
    if hmm_iterations:
        table, jumps, more = hmm.hmm(pairs, cells, table, Jumps.before_training(), iterations=hmm_iterations, alpha=alpha, null=null)
        history += more
    table = table.smoothed()
    model = OneWay(table, jumps, null)
    found = ((block, table.probabilities_C[cells_NX]) for block, cells_NX in zip(pairs, cells, strict=True))
    return Fitted(model, model.best(targets, found), history, sum(len(block.tokens_N) for block in pairs))

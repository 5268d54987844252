"""Word alignment in both directions: train on pairs of sentences given as numbers of words, align them or others."""

from dataclasses import dataclass
from functools import partial

from seqtasks.align.alignments import Alignments
from seqtasks.align.one_way import Fitted, OneWay, fit
from seqtasks.align.symmetrise import symmetrise
from seqtasks.text.encoded import Ragged

MODELS = ("hmm", "ibm1")
IBM1_ITERATIONS, HMM_ITERATIONS = 5, 5


@dataclass(frozen=True)
class Aligner:
    """forward: from each target token to a source token, by p(target | source); backward: from each source token to a target token."""

    forward: OneWay
    backward: OneWay

    def align(self, sources: Ragged, targets: Ragged, *, symmetrisation: str = "grow-diag-final-and") -> Alignments:
        """The links of each pair; words are numbers as in training. symmetrisation: one of symmetrise.METHODS."""
        return symmetrise(self.forward.align(sources, targets), self.backward.align(targets, sources), method=symmetrisation)


@dataclass(frozen=True)
class Trained:
    """An aligner, and the alignment of its training pairs in both directions with its history (see one_way.py)."""

    aligner: Aligner
    forward: Fitted
    backward: Fitted

    def alignments(self, *, symmetrisation: str = "grow-diag-final-and") -> Alignments:
        """The links of the training pairs."""
        return symmetrise(self.forward.alignment, self.backward.alignment, method=symmetrisation)


def train_aligner(
    sources: Ragged,
    targets: Ragged,
    *,
    source_words: int,
    target_words: int,
    model: str = "hmm",
    iterations: int = IBM1_ITERATIONS,
    hmm_iterations: int = HMM_ITERATIONS,
    alpha: float = 0.01,
    null: float = 0.1,
) -> Trained:
    """Train both directions on pairs of sentences; those with an empty side have no links.

    source_words, target_words: sizes of the vocabularies. iterations: of EM for IBM-1, with which an HMM begins as well; alpha: of the
    Dirichlet prior of variational Bayes, 0 for plain EM; null: share of words that an HMM takes to come from no word.
    Raises ValueError for another model, fewer than one iteration, a negative alpha, or a null that is no share.
    """
    if model not in MODELS:
        raise ValueError(f"no alignment model {model!r}; there are {', '.join(MODELS)}")
    if iterations < 1 or hmm_iterations < 1 or alpha < 0 or not 0 < null < 1:
        raise ValueError(
            f"need iterations and hmm_iterations of 1 or more, alpha of 0 or more and null between 0 and 1, "
            f"got {iterations}, {hmm_iterations}, {alpha} and {null}"
        )
    steps = hmm_iterations if model == "hmm" else 0
    one_way = partial(fit, iterations=iterations, hmm_iterations=steps, alpha=alpha, null=null)
    forward = one_way(sources, targets, source_words=source_words, target_words=target_words)
    backward = one_way(targets, sources, source_words=target_words, target_words=source_words)
    return Trained(Aligner(forward.model, backward.model), forward, backward)

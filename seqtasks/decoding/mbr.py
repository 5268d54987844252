"""Minimum Bayes risk reranking (Eikema and Aziz 2020): of several outputs the one that is most like the others on average.

The expected utility of a candidate is the mean of sentence-level chrF or BLEU of it against every output of the same sentence, each
weighted by its share. The values are sacrebleu's; n-grams are counted once per output and compared for all pairs at once.
C distinct outputs, G distinct n-grams of them, O orders of n-grams.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Tokenize = Callable[[str], str]
CHARACTERS = 6  # the longest n-grams of chrF
WORDS = 4  # and of BLEU
BETA = 2  # how much more recall counts in chrF


def overlaps(units: Sequence[str] | Sequence[tuple[str, ...]], order: int) -> tuple[Floats, Floats]:
    """Of characters or of words. matches_CC: n-grams that two outputs share, as often as both have them; totals_C: n-grams of each."""
    number: dict[str | tuple[str, ...], int] = {}
    places = [[number.setdefault(one[start : start + order], len(number)) for start in range(len(one) - order + 1)] for one in units]
    table_CG = np.array([np.bincount(np.array(own, dtype=np.int64), minlength=len(number)) for own in places], dtype=np.int32)
    matches = [np.minimum(table_CG, row_G).sum(axis=1) for row_G in table_CG]
    return np.array(matches, dtype=np.float64), table_CG.sum(axis=1).astype(np.float64)


def chrf(texts: Sequence[str], tokenize: Tokenize) -> Floats:
    """utility_CC: sentence chrF (percent) of each row's text against each column's as reference. It has no words to tokenise."""
    units = ["".join(text.split()) for text in texts]
    precision, recall, orders = (np.zeros((len(texts), len(texts))) for _ in range(3))
    for order in range(1, CHARACTERS + 1):
        matches_CC, totals_C = overlaps(units, order)
        full_CC = (totals_C[:, None] > 0) & (totals_C[None, :] > 0)
        precision += np.where(full_CC, matches_CC / np.maximum(totals_C[:, None], 1), 0)
        recall += np.where(full_CC, matches_CC / np.maximum(totals_C[None, :], 1), 0)
        orders += full_CC
    precision, recall = precision / np.maximum(orders, 1), recall / np.maximum(orders, 1)
    both = BETA**2 * precision + recall
    return np.where(both > 0, 100 * (1 + BETA**2) * precision * recall / np.where(both > 0, both, 1), 0.0)


def bleu(texts: Sequence[str], tokenize: Tokenize) -> Floats:
    """utility_CC: sentence BLEU (percent; exponential smoothing, effective order) of each row's text against each column's."""
    units = [tuple(tokenize(text).split()) for text in texts]
    length_C = np.array([len(unit) for unit in units], dtype=np.float64)
    logarithms, orders, smoothing, any_match = (np.zeros((len(texts), len(texts))) for _ in range(4))
    for order in range(1, WORDS + 1):
        matches_CC, totals_C = overlaps(units, order)
        counts_CC = np.broadcast_to(totals_C[:, None] > 0, matches_CC.shape)
        smoothing += counts_CC & (matches_CC == 0)
        smoothed_CC = np.where(matches_CC > 0, matches_CC, 0.5**smoothing)
        logarithms += np.where(counts_CC, np.log(smoothed_CC / np.maximum(totals_C[:, None], 1)), 0)
        orders += counts_CC
        any_match += matches_CC
    brevity = np.minimum(0, 1 - length_C[None, :] / np.maximum(length_C[:, None], 1e-9))
    return np.where(any_match > 0, 100 * np.exp(brevity + logarithms / np.maximum(orders, 1)), 0.0)


def expected_utilities(
    texts: Sequence[str], *, utility: str, weights: Sequence[float] | None = None, tokenize: Tokenize | None = None
) -> list[float]:
    """The expected utility of each text (percent) where each is worth its weight (their sum does not matter), by default the same.

    utility: a name of UTILITIES; tokenize: for BLEU, a text to its words with spaces between, by default sacrebleu's 13a.
    Raises ValueError for weights that are negative, no numbers or all 0.
    """
    if not texts:
        return []
    worth = np.ones(len(texts)) if weights is None else np.asarray(weights, dtype=np.float64)
    if worth.shape != (len(texts),) or not np.isfinite(worth).all() or worth.min() < 0 or not worth.sum() > 0:
        raise ValueError(f"{len(texts)} texts need as many weights from 0 on, not all of them 0")
    distinct = list(dict.fromkeys(texts))
    place = {text: number for number, text in enumerate(distinct)}
    worth_C = np.bincount([place[text] for text in texts], weights=worth, minlength=len(distinct))
    expected_C = UTILITIES[utility](distinct, tokenize or tokenizer_13a()) @ (worth_C / worth_C.sum())
    return [float(expected_C[place[text]]) for text in texts]


def tokenizer_13a() -> Tokenize:
    """sacrebleu's, for languages that put spaces between words."""
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    tokenize: Tokenize = Tokenizer13a()
    return tokenize


UTILITIES: dict[str, Callable[[Sequence[str], Tokenize], Floats]] = {"chrf": chrf, "bleu": bleu}

"""Scores of spans that may lie in each other or cross, which seqeval cannot read: micro precision, recall and F1 over (start, end, label).

`f1`, `precision`, `recall` count every span; `f1_outer` those that lie in no other span of their own side, `f1_inner` those that do (so a
span may be outer among the gold ones and inner among the predicted ones). `flat_ceiling` is no score of a system: it is the best `f1` that
any tagging without overlap could reach on the part, precision 1 and as many gold spans as fit beside each other.

N sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.score import Score, check_aligned, check_same_lengths, share_score
from seqtasks.evaluation.spans import RATIOS, EntityReport, TypeScore, entity_scores, report
from seqtasks.text.tags import NESTED, Span, inner, most_disjoint, outer, spans_of

Spans = Sequence[Span]
Counts = NDArray[np.int64]  # [N, 3]: of each sentence the correct, gold and predicted spans


def scores_of_spans(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    *,
    scheme: str,
    split: str,
    head: str,
    seed: int = 1,
    samples: int = 1000,
) -> EntityReport:
    """The report on tags of any scheme: `entity_scores`, or for the scheme "nested" `nested_scores`."""
    if scheme != NESTED:
        return entity_scores(gold, predicted, scheme=scheme, split=split, head=head, seed=seed, samples=samples)
    check_aligned(gold, predicted)
    sides = [[spans_of(tags, scheme) for tags in side] for side in (gold, predicted)]
    return nested_scores(*sides, split=split, head=head, seed=seed, samples=samples)


def nested_scores(
    gold: Sequence[Spans], predicted: Sequence[Spans], *, split: str, head: str, seed: int = 1, samples: int = 1000
) -> EntityReport:
    """Scores `f1`, `precision`, `recall`, `f1_outer`, `f1_inner` and `flat_ceiling` of a set of spans per sentence, in percent.

    A part without any such span scores 0 and has no interval. `samples=0` leaves the intervals out.
    Raises ValueError where the two are not aligned.
    """
    check_same_lengths(gold, predicted, ("gold sentences", "predicted sentences"))
    pairs = [(set(true), set(found)) for true, found in zip(gold, predicted, strict=True)]
    every = counts_of(pairs, list)
    wanted = [
        ("f1", "exact", every),
        ("precision", "exact", every),
        ("recall", "exact", every),
        ("f1_outer", "outer", counts_of(pairs, outer)),
        ("f1_inner", "inner", counts_of(pairs, inner)),
        ("flat_ceiling", "most without overlap", flat_counts(every, pairs)),
    ]
    scores = [_score(*one, split=split, head=head, seed=seed, samples=samples) for one in wanted]
    return report(scores, pairs, by_type(pairs), illegal=0)


def counts_of(pairs: Sequence[tuple[set[Span], set[Span]]], which: Callable[[list[Span]], list[Span]]) -> Counts:
    """Correct, gold and predicted among the spans that `which` chooses on each side."""
    sides = [(set(which(sorted(true))), set(which(sorted(found)))) for true, found in pairs]
    return np.array([(len(true & found), len(true), len(found)) for true, found in sides], dtype=np.int64).reshape(-1, 3)


def flat_counts(every: Counts, pairs: Sequence[tuple[set[Span], set[Span]]]) -> Counts:
    """The counts of a tagging that has of every sentence as many gold spans as any without overlap can have, and nothing else."""
    best_N = np.array([most_disjoint(true) for true, _ in pairs], dtype=np.int64)
    return np.stack([best_N, every[:, 1], best_N], axis=1)


def by_type(pairs: Sequence[tuple[set[Span], set[Span]]]) -> list[TypeScore]:
    """A row for each label of either side, by name."""
    correct, gold, predicted = (
        Counter(span.label for spans in column for span in spans)
        for column in ([true & found for true, found in pairs], [true for true, _ in pairs], [found for _, found in pairs])
    )
    rows = []
    for label in sorted({*gold, *predicted}):
        ratios = (RATIOS[name](correct[label], gold[label], predicted[label]) for name in ("precision", "recall", "f1"))
        precision, recall, f1 = (100.0 * one / other if other else 0.0 for one, other in ratios)
        rows.append(TypeScore(label, precision, recall, f1, gold[label]))
    return rows


def _score(name: str, which: str, counts: Counts, *, split: str, head: str, seed: int, samples: int) -> Score:
    _, gold, predicted = counts.sum(axis=0).tolist()
    settings = {"spans": which, "scheme": NESTED, "gold": gold, "predicted": predicted, "sentences": len(counts)}
    parts = RATIOS.get(name, RATIOS["f1"])(*counts.T)
    return share_score(name, parts, settings, split=split, head=head, seed=seed, samples=samples)

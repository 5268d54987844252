"""Several systems, the same sentences: everything that can be computed from answers, gold and training data, without reading or running.

The score is token accuracy, or entity F1 where a scheme is given. Pairs come in the order of the systems, and a difference is second minus
first. All systems see the same drawn sentences. What is shown of a system with several runs (tables, pairs, cascades) is its run with the
median score; the tests between seeds see all of them. N sentences, T words, R draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.accuracy import token_accuracy
from seqtasks.evaluation.audit import SHOWN, Annotated, Audit, ambiguous_contexts, duplicates, suspects
from seqtasks.evaluation.calibration import calibration
from seqtasks.evaluation.cascade import Stage, cascade
from seqtasks.evaluation.cells import cells_of_words, entity_cells, forms_of_entities, word_cells
from seqtasks.evaluation.comparison import Cascade, PairReport, SystemReport
from seqtasks.evaluation.confusion import confusion, entity_type_scores, tag_scores
from seqtasks.evaluation.nested import scores_of_spans
from seqtasks.evaluation.overlap import most_different, oracle_of_sentences, overlap
from seqtasks.evaluation.pair_tests import score_differences
from seqtasks.evaluation.score import Score, percentile_interval, shown_interval, signed
from seqtasks.evaluation.significance import DRAWS, holm, mcnemar, ratio
from seqtasks.evaluation.systems import MeasuredSystem, SystemOutput, check_systems, measure


@dataclass(frozen=True)
class Compared:
    """The parts of a Comparison that come from the answers."""

    systems: list[SystemReport]
    pairs: list[PairReport]
    cascades: list[Cascade]
    audit: Audit


def compare_systems(
    systems: Sequence[SystemOutput],
    part: Annotated,
    train: Annotated,
    *,
    scheme: str | None = None,
    split: str = "dev",
    head: str = "tags",
    seed: int = 1,
    draws: int = DRAWS,
) -> Compared:
    """All reports on systems that answered `part`. scheme: of entity tags, None for tags of single words.

    Raises what `check_systems` raises; under a scheme also DataError for tags that are no entity tags.
    """
    check_systems(systems, part, scheme, split)
    measured = measure(systems, part, scheme, seed=seed, draws=draws)
    reports = _system_reports(measured, part, train, scheme, split=split, head=head, seed=seed, draws=draws)
    lengths_N = np.array([len(words) for words in part.words], dtype=np.int64)
    return Compared(
        systems=reports,
        pairs=_pair_reports(measured, part, scheme, seed=seed, draws=draws),
        cascades=[made for pair in combinations(measured, 2) if (made := _cascade(*pair, lengths_N, scheme)) is not None],
        audit=_audit(measured, part, train),
    )


def _system_reports(
    measured: Sequence[MeasuredSystem],
    part: Annotated,
    train: Annotated,
    scheme: str | None,
    *,
    split: str,
    head: str,
    seed: int,
    draws: int,
) -> list[SystemReport]:
    word_cell = cells_of_words(part, train) if scheme is None else []
    forms = {} if scheme is None else forms_of_entities(train, scheme)
    reports = []
    for system in measured:
        if scheme is None:
            cells = word_cells(part, system.tags, word_cell, seed=seed, draws=draws)
            labels = tag_scores(part.tags, system.tags)
            score = token_accuracy(part.tags, system.tags, split=split, head=head, samples=0)[0]
        else:
            cells = entity_cells(part, system.tags, forms, scheme=scheme, seed=seed, draws=draws)
            labels = entity_type_scores(part.tags, system.tags, scheme)
            score = scores_of_spans(part.tags, system.tags, scheme=scheme, split=split, head=head, samples=0).scores[0]
        output = system.output
        reports.append(
            SystemReport(
                name=output.name,
                paths=list(output.paths),
                score=_with_interval(score, system.shown_draws, len(part.words), seed, draws),
                runs=system.runs,
                shown=system.shown,
                cells=cells,
                labels=labels,
                confusion=confusion(part.tags, system.tags),
                calibration=None if system.confidences_T is None else calibration(system.confidences_T, system.hits_T),
                cost=output.cost,
                notes=list(output.notes),
            )
        )
    return reports


def _with_interval(score: Score, drawn_R: NDArray[np.float64], sentences: int, seed: int, draws: int) -> Score:
    """The interval from the draws that all systems share, as the score alone would have it."""
    found = percentile_interval(drawn_R[np.isfinite(drawn_R)])
    interval, told = shown_interval(found, value=score.value, sentences=sentences, share=True)
    drawn = signed(told, interval, seed=seed, samples=draws)
    return replace(score, interval=interval, signature=f"{score.signature}|{drawn}" if drawn else score.signature)


def _pair_reports(measured: Sequence[MeasuredSystem], part: Annotated, scheme: str | None, *, seed: int, draws: int) -> list[PairReport]:
    pairs = list(combinations(measured, 2))
    words = [mcnemar(int((one.hits_T & ~other.hits_T).sum()), int((other.hits_T & ~one.hits_T).sum())) for one, other in pairs]
    tested = zip(pairs, score_differences(pairs, seed=seed, draws=draws), words, holm(words), strict=True)
    return [
        PairReport(
            **vars(difference),
            p_mcnemar=p_mcnemar,
            holm_mcnemar=holm_mcnemar,
            overlap=overlap(
                one.hits_T, other.hits_T, None if scheme is None else oracle_of_sentences(one.shown_statistics, other.shown_statistics)
            ),
            most_different=most_different(part.words, part.tags, one.tags, other.tags),
        )
        for (one, other), difference, p_mcnemar, holm_mcnemar in tested
    ]


def _cascade(one: MeasuredSystem, other: MeasuredSystem, lengths_N: NDArray[np.int64], scheme: str | None) -> Cascade | None:
    """The faster system first; where a speed is not known, the one that was named first. None without its confidences."""
    speeds = one.output.cost.tokens_per_second, other.output.cost.tokens_per_second
    fast, slow = (other, one) if speeds[0] and speeds[1] and speeds[1] > speeds[0] else (one, other)
    if fast.confidences_T is None:
        return None
    return cascade(_stage(fast), _stage(slow), fast.confidences_T, lengths_N, whole_sentences=scheme is not None)


def _stage(system: MeasuredSystem) -> Stage:
    return Stage(system.name, system.hits_T, system.shown_statistics, system.output.cost.tokens_per_second)


def _audit(measured: Sequence[MeasuredSystem], part: Annotated, train: Annotated) -> Audit:
    double = duplicates(part, train)
    kept_N = np.ones(len(part.words), dtype=bool)
    kept_N[[row.sentence - 1 for row in double]] = False
    contexts = ambiguous_contexts([train, part])
    doubtful = suspects(part, [system.tags for system in measured], [system.confidences for system in measured])
    return Audit(
        duplicate_count=len(double),
        duplicate_tokens=sum(len(row.words) for row in double),
        duplicates=double[:SHOWN],
        score_without_duplicates={system.name: ratio(system.shown_statistics[kept_N]) for system in measured},
        ambiguous_count=len(contexts),
        ambiguous=contexts[:SHOWN],
        suspect_count=len(doubtful),
        suspects=doubtful[:SHOWN],
    )

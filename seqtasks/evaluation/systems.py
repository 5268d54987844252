"""What systems answered, and the numbers of it that every comparison starts from. N sentences, T words, S runs of a system, R draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seqtasks.errors import DataError, UsageError
from seqtasks.evaluation.audit import Annotated
from seqtasks.evaluation.comparison import Cost
from seqtasks.evaluation.pair_tests import ScoredRuns
from seqtasks.evaluation.score import check_same_lengths
from seqtasks.evaluation.significance import ratio, resampled_scores
from seqtasks.text.tags import NESTED, SCHEMES, spans_of

Tags = Sequence[Sequence[str]]
Confidences = Sequence[Sequence[float]]


@dataclass(frozen=True)
class SystemOutput:
    """What one system answered. tags: by run, sentence and word; confidences: the probability of every answer, in the same order.

    fixed: it has no seed, so that its one run is all there is to know of it (the HMM). paths: of its runs.
    """

    name: str
    tags: Sequence[Tags]
    confidences: Sequence[Confidences] | None = None
    cost: Cost = field(default_factory=lambda: Cost(None, None, None, None, None))
    paths: Sequence[str] = ()
    notes: Sequence[str] = ()
    fixed: bool = False


@dataclass(frozen=True, kw_only=True)
class MeasuredSystem(ScoredRuns):
    """A system and its numbers: of every run, two for each sentence (significance.py), the score, and the score of every draw.

    Of the run with the median score, the shown one: whether each word is right, and the probabilities of the answers.
    """

    output: SystemOutput
    hits_T: NDArray[np.bool_]
    confidences_T: NDArray[np.float64] | None

    @property
    def tags(self) -> Tags:
        """The answers of the shown run."""
        return self.output.tags[self.shown]

    @property
    def confidences(self) -> Confidences | None:
        """Their probabilities, by sentence and word."""
        return None if self.output.confidences is None else self.output.confidences[self.shown]


def check_systems(systems: Sequence[SystemOutput], part: Annotated, scheme: str | None, split: str) -> None:
    """Raises ValueError for no system, systems of the same name, without a run, or whose answers are not aligned with the part; DataError
    for a part without any word; UsageError for an unknown scheme."""
    if scheme is not None and scheme not in (*SCHEMES, NESTED):
        raise UsageError(f"unknown tag scheme {scheme!r}; choose one of {', '.join((*SCHEMES, NESTED))}")
    if not systems:
        raise ValueError("there is no system to compare")
    names = [system.name for system in systems]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"systems of the same name: {', '.join(twice)}; give each its own")
    if not any(map(len, part.words)):
        raise DataError(split, 0, "there is no word to compare systems on", "Name a part that holds sentences")
    for system in systems:
        if not system.tags:
            raise ValueError(f"{system.name} has no run")
        if system.fixed and len(system.tags) > 1:
            raise ValueError(f"{system.name} has {len(system.tags)} runs but is said to have no seed")
        if system.confidences is not None:
            check_same_lengths(system.tags, system.confidences, (f"runs of {system.name}", "runs of confidences"))
        for number, tags in enumerate(system.tags, start=1):
            place = f"{system.name}, run {number}"
            _check_aligned(part.words, tags, f"sentences of tags ({place})", "tags")
            if system.confidences is not None:
                _check_aligned(part.words, system.confidences[number - 1], f"sentences of confidences ({place})", "confidences")


def measure(systems: Sequence[SystemOutput], part: Annotated, scheme: str | None, *, seed: int, draws: int) -> list[MeasuredSystem]:
    """The numbers of all systems, on the same drawn sentences."""
    statistics = [[sentence_statistics(part.tags, tags, scheme) for tags in system.tags] for system in systems]
    drawn_RM = resampled_scores(np.array([run for runs in statistics for run in runs]), seed=seed, draws=draws)
    measured = []
    first = 0
    for system, runs_N2 in zip(systems, statistics, strict=True):
        runs = [ratio(run_N2) for run_N2 in runs_N2]
        shown = median_run(runs)
        hits = [one == other for pair in zip(part.tags, system.tags[shown], strict=True) for one, other in zip(*pair, strict=True)]
        sure = None if system.confidences is None else np.array([float(p) for row in system.confidences[shown] for p in row])
        drawn_RS = drawn_RM[:, first : first + len(runs)]
        measured.append(
            MeasuredSystem(
                name=system.name,
                statistics_SNK=np.array(runs_N2),
                runs=runs,
                drawn_RS=drawn_RS,
                shown=shown,
                fixed=system.fixed,
                output=system,
                hits_T=np.array(hits, dtype=bool),
                confidences_T=sure,
            )
        )
        first += len(runs)
    return measured


def sentence_statistics(gold: Tags, predicted: Tags, scheme: str | None) -> NDArray[np.float64]:
    """By sentence the two numbers whose sums make the score (significance.py): [N, 2]."""
    rows = []
    for true, found in zip(gold, predicted, strict=True):
        if scheme is None:
            rows.append((sum(one == other for one, other in zip(true, found, strict=True)), len(true)))
        else:
            true_spans, found_spans = spans_of(true, scheme), spans_of(found, scheme)
            rows.append((2 * len(set(true_spans) & set(found_spans)), len(true_spans) + len(found_spans)))
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def median_run(runs: Sequence[float]) -> int:
    """The position of the run with the median score; of the lower of two middle ones, the first of equal ones."""
    return sorted(range(len(runs)), key=lambda position: (runs[position], position))[(len(runs) - 1) // 2]


def _check_aligned(words: Tags, rows: Sequence[Sequence[object]], place: str, what: str) -> None:
    check_same_lengths(words, rows, ("sentences", place))
    for position, (sentence, row) in enumerate(zip(words, rows, strict=True), start=1):
        if len(sentence) != len(row):
            check_same_lengths(sentence, row, ("words", f"{what} in sentence {position} of the {place}"))

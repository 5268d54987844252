"""Two systems side by side: all tests between them, corrected for the number of pairs, and the outcome in plain words.

Whether a difference counts as significant is decided by the bootstrap's p after Holm's correction, fixed here before anyone has seen a
result; where approximate randomisation says otherwise, the sentence says so. N sentences, R draws, S runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from seqtasks.evaluation.comparison import ScoreDifference, SeedTest
from seqtasks.evaluation.seed_tests import against_fixed, hierarchical_bootstrap, permutation, runs_needed, sign_flips, welch
from seqtasks.evaluation.significance import (
    LEVEL,
    Floats,
    Paired,
    approximate_randomisation,
    holm,
    paired_from_draws,
    shown_gap,
    shown_interval,
    shown_p,
)


@dataclass(frozen=True, kw_only=True)
class ScoredRuns:
    """One score of a system: statistics of every run and sentence, the score of each run, and that of each draw and run.

    shown: the position of the run that is compared; fixed: it has no seed, so that its one run is all there is to know of it (the HMM).
    """

    name: str
    statistics_SNK: Floats
    runs: list[float]
    drawn_RS: Floats
    shown: int
    fixed: bool = False

    @property
    def score(self) -> float:
        """Of the shown run."""
        return self.runs[self.shown]

    @property
    def shown_statistics(self) -> Floats:
        """Those of the shown run."""
        return np.asarray(self.statistics_SNK[self.shown])

    @property
    def shown_draws(self) -> Floats:
        """The scores of the shown run by draw."""
        return np.asarray(self.drawn_RS[:, self.shown])


def score_differences(
    pairs: Sequence[tuple[ScoredRuns, ScoredRuns]],
    *,
    seed: int,
    draws: int,
    scores: Callable[[Floats], Floats] | None = None,
    lower_is_better: bool = False,
) -> list[ScoreDifference]:
    """Every test of a score between the systems of each pair. scores: of sums of statistics, as for `approximate_randomisation`."""
    found = [paired_from_draws(other.shown_draws - one.shown_draws, other.score - one.score) for one, other in pairs]
    swapped = [
        approximate_randomisation(*(side.shown_statistics for side in pair), seed=seed, draws=draws, scores=scores) for pair in pairs
    ]
    corrected = zip(holm([row.p for row in found]), holm(swapped), strict=True)
    differences = []
    for (one, other), paired, p_swapped, holm_values in zip(pairs, found, swapped, corrected, strict=True):
        names, p_values = (one.name, other.name), (paired.p, p_swapped)
        seeds = seed_test(one, other, seed=seed, lower_is_better=lower_is_better)
        sentence = verdict(
            names,
            paired,
            p_values,
            holm_values,
            sentences=len(one.shown_statistics),
            pairs=len(pairs),
            seeds=seeds,
            lower_is_better=lower_is_better,
        )
        differences.append(ScoreDifference(*names, paired.difference, paired.interval, *p_values, *holm_values, sentence, seeds))
    return differences


def verdict(
    names: tuple[str, str],
    found: Paired,
    p_values: tuple[float, float],
    holm_values: tuple[float, float],
    *,
    sentences: int,
    pairs: int,
    seeds: SeedTest | None = None,
    lower_is_better: bool = False,
) -> str:
    """The outcome of a pair in plain words. p_values and holm_values: of the bootstrap and of approximate randomisation."""
    first, second = names
    n = f"at n = {sentences:,} sentences"
    of_runs = "By their median runs, " if seeds is not None else ""
    if abs(found.difference) < 0.005 and found.interval in (None, (0.0, 0.0)):
        return f"{of_runs}{first} and {second} score the same {n}: nothing to tell apart."
    corrected, other = holm_values
    after = " after Holm's correction" if pairs > 1 else ""
    better = shown_gap(first, second, found.difference, lower_is_better=lower_is_better)
    gap = f"{of_runs}{better} ({shown_interval(found.interval, found.difference)})"
    significant = corrected <= LEVEL
    if significant:
        text = f"{gap}: significant {n}{after} ({shown_p(corrected)})"
    elif p_values[0] <= LEVEL:
        text = f"{gap}: not significant {n}{after} ({shown_p(corrected)}; {shown_p(p_values[0])} without it)"
    else:
        text = f"{gap}: not significant {n} ({shown_p(p_values[0])})"
    if (other <= LEVEL) != significant:
        text += f"; approximate randomisation disagrees ({shown_p(other)}), so the case is on the border"
    if seeds is not None and significant and seeds.p is not None and seeds.p > LEVEL:
        text += f"; between seeds the difference is not significant ({shown_p(seeds.p)})"
    return text + "."


def seed_test(first: ScoredRuns, second: ScoredRuns, *, seed: int, lower_is_better: bool = False) -> SeedTest | None:
    """What the runs under several seeds say. None where neither system has more than one run."""
    sides = first, second
    names, one, other = (first.name, second.name), first.runs, second.runs
    if max(len(one), len(other)) < 2:
        return None
    difference = float(np.mean(other) - np.mean(one))
    for side in sides:
        if len(side.runs) < 2 and not side.fixed:
            sentence = f"{side.name} has one run only, so its luck with the seed is not known: train it under more seeds to compare."
            return SeedTest("none: too few runs", None, difference, None, sentence)
    fixed = first.fixed or second.fixed
    if fixed:
        score, sample = (one[0], other) if first.fixed else (other[0], one)
        found = against_fixed(score, sample) if first.fixed else _turned(against_fixed(score, sample))
        exact = sign_flips(score, sample, seed=seed)
        kind = "t-test of one sample against a fixed score"
    else:
        found = welch(one, other)
        exact = permutation(one, other, seed=seed)
        kind = "Welch's t-test"
    both = hierarchical_bootstrap(first.drawn_RS, second.drawn_RS, one, other, seed=seed)
    if found is None:
        sentence = f"The runs of {names[0]} and {names[1]} do not differ from seed to seed: there is no luck of the seed to test."
        return SeedTest(kind, None, both.difference, None, sentence, both_interval=both.interval, both_p=both.p)
    spreads = [0.0 if side.fixed else float(np.std(side.runs, ddof=1)) for side in sides]
    needed = runs_needed(found.difference, *(sorted(spreads) if fixed else spreads), fixed=fixed)
    gap = shown_gap(*names, found.difference, lower_is_better=lower_is_better)
    return SeedTest(
        kind=kind,
        p=found.p,
        difference=found.difference,
        interval=found.interval,
        sentence=" ".join(_seed_sentences(f"{gap} ({len(one)} and {len(other)} runs", kind, found, both, exact.smallest, needed)),
        exact_p=exact.p,
        smallest_exact_p=exact.smallest,
        both_interval=both.interval,
        both_p=both.p,
        runs_needed=needed,
    )


def _turned(found: Paired | None) -> Paired | None:
    if found is None or found.interval is None:
        return found
    return Paired(-found.difference, (-found.interval[1], -found.interval[0]), found.p)


def _seed_sentences(gap: str, kind: str, found: Paired, both: Paired, smallest: float, needed: int | None) -> Iterator[str]:
    outcome = "significant" if found.p <= LEVEL else "not significant"
    yield f"On average over the runs {gap}; {shown_interval(found.interval, found.difference)}): {outcome} ({kind}, {shown_p(found.p)})."
    if both.interval is not None:
        yield f"Over seeds and sentences together: {shown_interval(both.interval, found.difference)}."
    if smallest > LEVEL:
        least = f"an exact test by permutation cannot fall below p = {smallest:.2g} here"
        yield f"So few runs rest on the scores being roughly normal: {least}."
    if found.p > LEVEL and needed is None:
        yield "Not even 1,000 runs of each would be likely to show so small a difference."
    elif found.p > LEVEL:
        yield f"To see a difference of this size in 4 of 5 experiments, about {needed} runs of each would be needed."

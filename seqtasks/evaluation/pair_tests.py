"""Two systems side by side: all tests between them, corrected for the number of pairs, and the outcome in plain words.

Whether a difference counts as significant is decided by the bootstrap's p after Holm's correction, fixed here before anyone has seen a
result; where approximate randomisation says otherwise, the sentence says so. N sentences, R draws, S runs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.comparison import SeedTest
from seqtasks.evaluation.seed_tests import against_fixed, hierarchical_bootstrap, permutation, runs_needed, sign_flips, welch
from seqtasks.evaluation.significance import LEVEL, Paired, shown_gap, shown_interval, shown_p


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


def seed_test(
    names: tuple[str, str],
    runs: tuple[Sequence[float], Sequence[float]],
    fixed: tuple[bool, bool],
    drawn: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    seed: int,
    lower_is_better: bool = False,
) -> SeedTest | None:
    """What the runs under several seeds say. None where neither system has more than one run.

    fixed: the system has no seed, its one run is all there is. drawn: scores_RS of the runs on the same drawn sentences.
    """
    if max(map(len, runs)) < 2:
        return None
    if any(len(scores) < 2 and not is_fixed for scores, is_fixed in zip(runs, fixed, strict=True)):
        return _too_few(names, runs)
    one, other = runs
    if fixed[0] or fixed[1]:
        score, sample = (one[0], other) if fixed[0] else (other[0], one)
        found = against_fixed(score, sample) if fixed[0] else _turned(against_fixed(score, sample))
        exact = sign_flips(score, sample, seed=seed)
        kind = "t-test of one sample against a fixed score"
    else:
        found = welch(one, other)
        exact = permutation(one, other, seed=seed)
        kind = "Welch's t-test"
    both = hierarchical_bootstrap(*drawn, one, other, seed=seed)
    if found is None:
        sentence = f"The runs of {names[0]} and {names[1]} do not differ from seed to seed: there is no luck of the seed to test."
        return SeedTest(kind, None, both.difference, None, sentence, both_interval=both.interval, both_p=both.p)
    spreads = [float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0 for scores in runs]
    if fixed[1]:
        spreads.reverse()
    needed = runs_needed(found.difference, *spreads, fixed=fixed[0] or fixed[1])
    return SeedTest(
        kind=kind,
        p=found.p,
        difference=found.difference,
        interval=found.interval,
        sentence=_seed_sentence(names, runs, kind, found, both, exact.smallest, needed, lower_is_better),
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


def _too_few(names: tuple[str, str], runs: tuple[Sequence[float], Sequence[float]]) -> SeedTest:
    single = names[0] if len(runs[0]) < 2 else names[1]
    sentence = f"{single} has one run only, so its luck with the seed is not known: train it under more seeds to compare."
    return SeedTest("none: too few runs", None, float(np.mean(runs[1]) - np.mean(runs[0])), None, sentence)


def _seed_sentence(
    names: tuple[str, str],
    runs: tuple[Sequence[float], Sequence[float]],
    kind: str,
    found: Paired,
    both: Paired,
    smallest: float,
    needed: int | None,
    lower_is_better: bool,
) -> str:
    counts = f"{len(runs[0])} and {len(runs[1])} runs"
    outcome = "significant" if found.p <= LEVEL else "not significant"
    gap = shown_gap(*names, found.difference, lower_is_better=lower_is_better)
    parts = [
        f"On average over the runs {gap} ({counts}; {shown_interval(found.interval, found.difference)}): "
        f"{outcome} ({kind}, {shown_p(found.p)})."
    ]
    if both.interval is not None:
        parts.append(f"Over seeds and sentences together: {shown_interval(both.interval, found.difference)}.")
    if smallest > LEVEL:
        parts.append(
            f"So few runs rest on the scores being roughly normal: an exact test by permutation cannot fall below p = {smallest:.2g} here."
        )
    if found.p > LEVEL:
        parts.append(_needed_sentence(needed))
    return " ".join(parts)


def _needed_sentence(needed: int | None) -> str:
    if needed is None:
        return "Not even 1,000 runs of each would be likely to show so small a difference."
    return f"To see a difference of this size in 4 of 5 experiments, about {needed} runs of each would be needed."

"""Several systems, the same lines: scores with intervals and every test between two of them, from translations and references.

All scores are functions of statistics that are summed over lines (Koehn 2004; Riezler and Maxwell 2005), so a draw is a sum: no text is
read twice. Every run sees the same drawn lines, whatever the score. The verdict on a pair is that of BLEU (DECIDES); the other scores are
tested in the same way. Holm's correction is over the pairs, for each score by itself. What is shown of a system with several runs is
its run with the median BLEU; the tests between seeds see all of them.

N lines, K statistics of a line, M runs of all systems, S runs of one system, R draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from seqtasks.evaluation.bleu import scores_of, sentence_bleu_metric, statistics_of, translation_metrics
from seqtasks.evaluation.by_length import scores_by_length
from seqtasks.evaluation.metrics import TranslationMetric, lower_is_better
from seqtasks.evaluation.pair_tests import seed_test, verdict
from seqtasks.evaluation.score import Score, check_same_lengths, percentile_interval, resampled_sums, signed
from seqtasks.evaluation.significance import DRAWS, Floats, approximate_randomisation, holm, paired_from_draws
from seqtasks.evaluation.systems import median_run
from seqtasks.evaluation.translation_comparison import (
    DECIDES,
    DifferentLine,
    ScoreDifference,
    SystemScore,
    TranslationPair,
    TranslationSystem,
)

SHOWN = 5  # lines of a pair on which the first does better, and as many on which the second does


@dataclass(frozen=True)
class Translated:
    """What one system wrote: texts by run and line. training_seconds and parameters are told, not compared."""

    name: str
    texts: Sequence[Sequence[str]]
    paths: Sequence[str] = ()
    training_seconds: float | None = None
    parameters: int | None = None


@dataclass(frozen=True)
class Numbers:
    """One score of one system: the metric, statistics of each run and line, scores of each run, and of each draw and run."""

    kind: TranslationMetric
    statistics_SNK: Floats
    runs: list[float]
    drawn_RS: Floats


@dataclass(frozen=True)
class MeasuredTranslations:
    """A system, its numbers by the name of the score, and the run that is shown."""

    system: Translated
    numbers: dict[str, Numbers]
    shown: int

    @property
    def texts(self) -> Sequence[str]:
        """The translations of the shown run."""
        return self.system.texts[self.shown]


def compare_translations(
    systems: Sequence[Translated],
    sources: Sequence[str],
    references: Sequence[str],
    *,
    language: str,
    split: str,
    head: str = "translation",
    seed: int = 1,
    draws: int = DRAWS,
) -> tuple[list[TranslationSystem], list[TranslationPair]]:
    """Reports on the systems, and on each two of them in their order; language: the target's code.

    `ter` is left out where any of the lines is too long for it (bleu.py). Raises ValueError for systems without a run, of the same name,
    or whose translations are not aligned with the references.
    """
    check_same_lengths(sources, references, ("sources", "references"))
    names = [system.name for system in systems]
    if len(set(names)) < len(names):
        raise ValueError(f"systems of the same name among {', '.join(names)}; give each its own")
    for system in systems:
        if not system.texts:
            raise ValueError(f"{system.name} has no run")
        for number, texts in enumerate(system.texts, start=1):
            check_same_lengths(references, texts, ("references", f"translations of {system.name}, run {number}"))
    measured = measure(systems, references, language=language, seed=seed, draws=draws)
    reports = [_system(one, sources, references, language=language, split=split, head=head, seed=seed, draws=draws) for one in measured]
    return reports, _pairs(measured, sources, references, language=language, seed=seed, draws=draws)


def measure(
    systems: Sequence[Translated], references: Sequence[str], *, language: str, seed: int, draws: int
) -> list[MeasuredTranslations]:
    """The numbers of all systems, on the same drawn lines."""
    texts = [text for system in systems for run in system.texts for text in run]
    numbers: list[dict[str, Numbers]] = [{} for _ in systems]
    for name, kind in translation_metrics(language, [*texts, *references]).items():
        answers = [kind.prepare(text) for text in references]
        for place, system in enumerate(systems):
            found = [statistics_of(kind.metric, [kind.prepare(text) for text in run], answers) for run in system.texts]
            runs = scores_of(kind.metric, np.array([each.sum(axis=0) for each in found])).tolist()
            drawn = [scores_of(kind.metric, resampled_sums(each, seed=seed, samples=draws)) for each in found]
            numbers[place][name] = Numbers(kind, np.array(found), runs, np.stack(drawn, axis=1))
    return [MeasuredTranslations(system, own, median_run(own[DECIDES].runs)) for system, own in zip(systems, numbers, strict=True)]


def _system(
    one: MeasuredTranslations,
    sources: Sequence[str],
    references: Sequence[str],
    *,
    language: str,
    split: str,
    head: str,
    seed: int,
    draws: int,
) -> TranslationSystem:
    scores = {}
    for name, numbers in one.numbers.items():
        interval = percentile_interval(numbers.drawn_RS[:, one.shown])
        own = dict(part.split(":", maxsplit=1) for part in str(numbers.kind.metric.get_signature()).split("|"))
        settings = {**own, **numbers.kind.settings, "sentences": str(len(references))}
        signature = signed(settings, interval, seed=seed, samples=draws)
        score = Score(name, numbers.runs[one.shown], split, head, signature, interval)
        scores[name] = SystemScore(one.system.name, score, numbers.runs)
    return TranslationSystem(
        name=one.system.name,
        paths=list(one.system.paths),
        shown=one.shown,
        scores=scores,
        by_length=scores_by_length(sources, one.texts, references, language=language, split=split, head=head, seed=seed),
        training_seconds=one.system.training_seconds,
        parameters=one.system.parameters,
    )


def _pairs(
    measured: Sequence[MeasuredTranslations], sources: Sequence[str], references: Sequence[str], *, language: str, seed: int, draws: int
) -> list[TranslationPair]:
    pairs = list(combinations(measured, 2))
    tested = {name: score_differences(pairs, name, seed=seed, draws=draws) for name in measured[0].numbers} if pairs else {}
    return [
        TranslationPair(
            first=one.system.name,
            second=other.system.name,
            differences={name: found[number] for name, found in tested.items()},
            most_different=most_different(one, other, sources, references, language=language),
        )
        for number, (one, other) in enumerate(pairs)
    ]


def score_differences(
    pairs: Sequence[tuple[MeasuredTranslations, MeasuredTranslations]], name: str, *, seed: int, draws: int
) -> list[ScoreDifference]:
    """Every test of one score between the systems of each pair."""
    lower = lower_is_better(name)
    sides = [((one.numbers[name], one.shown), (other.numbers[name], other.shown)) for one, other in pairs]
    found = [
        paired_from_draws(
            second.drawn_RS[:, second_shown] - first.drawn_RS[:, first_shown], second.runs[second_shown] - first.runs[first_shown]
        )
        for (first, first_shown), (second, second_shown) in sides
    ]
    swapped = [
        approximate_randomisation(
            first.statistics_SNK[first_shown],
            second.statistics_SNK[second_shown],
            seed=seed,
            draws=draws,
            scores=partial(scores_of, first.kind.metric),
        )
        for (first, first_shown), (second, second_shown) in sides
    ]
    corrected = list(zip(holm([row.p for row in found]), holm(swapped), strict=True))
    differences = []
    for number, (one, other) in enumerate(pairs):
        names = one.system.name, other.system.name
        (first, _), (second, _) = sides[number]
        seeds = seed_test(
            names, (first.runs, second.runs), (False, False), (first.drawn_RS, second.drawn_RS), seed=seed, lower_is_better=lower
        )
        p_values = found[number].p, swapped[number]
        sentence = verdict(
            names,
            found[number],
            p_values,
            corrected[number],
            sentences=first.statistics_SNK.shape[1],
            pairs=len(pairs),
            seeds=seeds,
            lower_is_better=lower,
        )
        differences.append(
            ScoreDifference(*names, found[number].difference, found[number].interval, *p_values, *corrected[number], sentence, seeds)
        )
    return differences


def most_different(
    one: MeasuredTranslations, other: MeasuredTranslations, sources: Sequence[str], references: Sequence[str], *, language: str
) -> list[DifferentLine]:
    """The lines whose BLEU and chrF, the mean of both, differ most: up to SHOWN where either is better, the largest gap first."""
    of_lines = {"bleu": sentence_bleu_metric(language), "chrf": one.numbers["chrf"].kind.metric}
    bleu, chrf = (
        [scores_of(metric, side.numbers[name].statistics_SNK[side.shown]) for side in (one, other)] for name, metric in of_lines.items()
    )
    gap_N = (bleu[1] - bleu[0] + chrf[1] - chrf[0]) / 2
    ranked = np.argsort(-np.abs(gap_N), kind="stable").tolist()
    kept = [[line for line in ranked if sign * gap_N[line] > 0][:SHOWN] for sign in (-1, 1)]
    return [
        DifferentLine(
            line + 1,
            sources[line],
            references[line],
            one.texts[line],
            other.texts[line],
            (float(bleu[0][line]), float(bleu[1][line])),
            (float(chrf[0][line]), float(chrf[1][line])),
        )
        for line in sorted(kept[0] + kept[1], key=ranked.index)
    ]

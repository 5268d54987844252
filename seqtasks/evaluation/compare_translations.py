"""Several systems, the same lines: scores with intervals and every test between two of them, from translations and references.

All scores are functions of statistics that are summed over lines (Koehn 2004; Riezler and Maxwell 2005), so a draw is a sum: no text is
read twice. Every run sees the same drawn lines, whatever the score. The verdict on a pair is that of the score that decides (BLEU, unless
another one is named); the other scores are tested in the same way. Holm's correction is over the pairs, for each score by itself. What is
shown of a system with several runs is its run with the median of that score; the tests between seeds see all of them.

N lines, K statistics of a line, M runs of all systems, S runs of one system, R draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from seqtasks.evaluation.bleu import SHARES, scores_of, sentence_bleu_metric, statistics_of, translation_metrics
from seqtasks.evaluation.by_length import scores_by_length
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.metrics import TranslationMetric
from seqtasks.evaluation.pair_tests import ScoredRuns, score_differences
from seqtasks.evaluation.score import Score, check_same_lengths, percentile_interval, resampled_sums, shown_interval, signed
from seqtasks.evaluation.significance import DRAWS
from seqtasks.evaluation.systems import median_run
from seqtasks.evaluation.translation_comparison import DECIDES, DifferentLine, SystemScore, TranslationPair, TranslationSystem

SHOWN = 5  # lines of a pair on which the first does better, and as many on which the second does


@dataclass(frozen=True)
class Translated:
    """What one system wrote: texts by run and line. training_seconds and parameters are told, not compared."""

    name: str
    texts: Sequence[Sequence[str]]
    paths: Sequence[str] = ()
    training_seconds: float | None = None
    parameters: int | None = None


@dataclass(frozen=True, kw_only=True)
class Numbers(ScoredRuns):
    """The same of a score that the metric makes of them."""

    kind: TranslationMetric


@dataclass(frozen=True)
class MeasuredTranslations:
    """A system, and its numbers by the name of the score."""

    system: Translated
    numbers: dict[str, Numbers]
    shown: int  # the position of the run that is shown

    @property
    def texts(self) -> Sequence[str]:
        """The translations of that run."""
        return self.system.texts[self.shown]


def compare_translations(
    systems: Sequence[Translated],
    sources: Sequence[str],
    references: Sequence[str],
    *,
    language: str,
    split: str,
    head: str = "translation",
    decides: str = DECIDES,
    seed: int = 1,
    draws: int = DRAWS,
) -> tuple[list[TranslationSystem], list[TranslationPair]]:
    """Reports on the systems, and on each two of them in their order; language: the target's code; decides: the score that decides.

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
    measured = measure(systems, references, language=language, decides=decides, seed=seed, draws=draws)
    reports = [_system(one, sources, references, language=language, split=split, head=head, seed=seed, draws=draws) for one in measured]
    return reports, _pairs(measured, sources, references, language=language, seed=seed, draws=draws)


def measure(
    systems: Sequence[Translated], references: Sequence[str], *, language: str, decides: str = DECIDES, seed: int, draws: int
) -> list[MeasuredTranslations]:
    """The numbers of all systems, on the same drawn lines."""
    texts = [text for system in systems for run in system.texts for text in run]
    found: list[dict[str, dict[str, Any]]] = [{} for _ in systems]
    for name, kind in translation_metrics(language, [*texts, *references]).items():
        answers = [kind.prepare(text) for text in references]
        for own, system in zip(found, systems, strict=True):
            statistics = [statistics_of(kind.metric, [kind.prepare(text) for text in run], answers) for run in system.texts]
            drawn = [scores_of(kind.metric, resampled_sums(each, seed=seed, samples=draws)) for each in statistics]
            runs = scores_of(kind.metric, np.array([each.sum(axis=0) for each in statistics])).tolist()
            own[name] = {"kind": kind, "statistics_SNK": np.array(statistics), "runs": runs, "drawn_RS": np.stack(drawn, axis=1)}
    measured = []
    for system, own in zip(systems, found, strict=True):
        shown = median_run(own[decides]["runs"])
        numbers = {name: Numbers(name=system.name, shown=shown, **values) for name, values in own.items()}
        measured.append(MeasuredTranslations(system, numbers, shown))
    return measured


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
        drawn, lines = percentile_interval(numbers.shown_draws), len(references)
        interval, told = shown_interval(drawn, value=numbers.score, sentences=lines, share=name in SHARES)
        own = dict(part.split(":", maxsplit=1) for part in str(numbers.kind.metric.get_signature()).split("|"))
        settings = {**own, **numbers.kind.settings, "sentences": str(lines), **told}
        signature = signed(settings, interval, seed=seed, samples=draws)
        score = Score(name, numbers.score, split, head, signature, interval)
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
    tested = {
        name: score_differences(
            [(one.numbers[name], other.numbers[name]) for one, other in pairs],
            seed=seed,
            draws=draws,
            scores=partial(scores_of, numbers.kind.metric),
            lower_is_better=lower_is_better(name),
        )
        for name, numbers in (measured[0].numbers if pairs else {}).items()
    }
    return [
        TranslationPair(
            first=one.system.name,
            second=other.system.name,
            differences={name: found[number] for name, found in tested.items()},
            most_different=most_different(one, other, sources, references, language=language),
        )
        for number, (one, other) in enumerate(pairs)
    ]


def most_different(
    one: MeasuredTranslations, other: MeasuredTranslations, sources: Sequence[str], references: Sequence[str], *, language: str
) -> list[DifferentLine]:
    """The lines whose BLEU and chrF, the mean of both, differ most: up to SHOWN where either is better, the largest gap first."""
    of_lines = {"bleu": sentence_bleu_metric(language), "chrf": one.numbers["chrf"].kind.metric}
    bleu, chrf = ([scores_of(metric, side.numbers[name].shown_statistics) for side in (one, other)] for name, metric in of_lines.items())
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

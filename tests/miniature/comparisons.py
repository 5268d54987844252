"""Comparisons as a real run would give them, drawn from a seed: for the tests of their report, and to look at it while working on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from seqtasks.evaluation.audit import Ambiguous, Audit, Duplicate, Suspect
from seqtasks.evaluation.comparison import (
    Cascade,
    CascadePoint,
    Comparison,
    Confusion,
    Cost,
    Crossover,
    CurvePoint,
    Disagreement,
    Overlap,
    PairReport,
    SeedTest,
    SystemReport,
)
from seqtasks.evaluation.score import Score
from tests.miniature.comparison_systems import SENTENCES, TAGS, TOKENS, share, system

EMPTY_AUDIT = Audit(0, 0, [], {}, 0, [], 0, [])


def comparison(systems: int = 2, *, tags: int = len(TAGS), runs: int = 5, seed: int = 0) -> Comparison:
    """A comparison of POS taggers with every part filled."""
    generator = np.random.default_rng(seed)
    labels = [TAGS[place] if place < len(TAGS) else f"TAG-{place}" for place in range(tags)]
    reports = [system(place, labels, runs if place else 1, generator) for place in range(systems)]
    pairs = [_pair(first, second, generator) for place, first in enumerate(reports) for second in reports[place + 1 :]]
    return Comparison(
        task="pos",
        layer="upos",
        scheme=None,
        split="dev",
        metric="accuracy",
        sentences=SENTENCES,
        tokens=TOKENS,
        data=[("train", "data/<en>/train.conllu.gz", 12_544, "ab" * 32), ("dev", "data/<en>/dev.conllu.gz", SENTENCES, "cd" * 32)],
        systems=reports,
        pairs=pairs,
        cascades=[_cascade(reports[0], reports[1])] if systems > 1 else [],
        curves=[_point(report, place, share) for place, report in enumerate(reports[:4]) for share in (1, 3, 10, 30, 100)],
        crossovers=_crossovers(reports),
        audit=_audit(reports),
        settings={"samples": "1000", "seed": "1", "level": "0.05", "correction": "Holm"},
        environment={"python": "3.11", "numpy": "2.4.0", "processor": "<cpu> & 2 cores"},
        notes=["The weights of bilstm were selected on a held-out tenth of train.", "2 labels occur in dev only: <X> & Y."],
    )


def bare_comparison(systems: int = 2) -> Comparison:
    """The same with nothing but scores: no interval, cost, tag, test or list."""
    full = comparison(max(systems, 1))
    bare = [
        replace(
            report,
            score=replace(report.score, interval=None),
            runs=[report.score.value],
            shown=0,
            paths=report.paths[:1],
            cells=[],
            labels=[],
            confusion=Confusion([], []),
            calibration=None,
            cost=Cost(None, None, None, None, None),
            notes=[],
        )
        for report in full.systems[:systems]
    ]
    empty = {"pairs": [], "cascades": [], "curves": [], "crossovers": [], "data": [], "settings": {}, "environment": {}, "notes": []}
    return replace(full, systems=bare, audit=EMPTY_AUDIT, **empty)


def entity_comparison() -> Comparison:
    """Entities: other cells and types, BIO tags in the sentences, words from right to left."""
    full = comparison(2, tags=4)
    types, tags = ("PER", "LOC", "ORG", "creative-work"), ["O", "B-PER", "I-PER", "B-creative-work"]
    reports = []
    for place, report in enumerate(full.systems):
        score = Score(
            "f1", 71.25 + 8 * place, "dev", "ner", "scheme:BIO|mode:strict|bootstrap:1000|seed:1", (69.0 + 8 * place, 73.5 + 8 * place)
        )
        cells = [
            share(name, total, 84 - 17 * row + 6 * place)
            for row, (name, total) in enumerate((("seen", 412), ("type-shifted", 37), ("unseen", 204)))
        ]
        kinds = [replace(label, label=name) for label, name in zip(report.labels, types, strict=True)]
        reports.append(
            replace(
                report,
                score=score,
                runs=[score.value],
                shown=0,
                cells=cells,
                labels=kinds,
                confusion=replace(report.confusion, labels=tags),
            )
        )
    words, gold = ["وُلِد", "محمود", "درويش", "في", "البروة", "."], ["O", "B-PER", "I-PER", "O", "B-LOC", "O"]
    shown = Disagreement(17, words, gold, ["O", "B-PER", "O", "O", "O", "O"], gold)
    pair = replace(full.pairs[0], difference=8.0, interval=(5.9, 10.2), most_different=[shown])
    return replace(
        full, task="ner", layer="ner", scheme="BIO", metric="f1", systems=reports, pairs=[pair], curves=[], crossovers=[], cascades=[]
    )


def _pair(first: SystemReport, second: SystemReport, generator: np.random.Generator) -> PairReport:
    gap = second.score.value - first.score.value
    wrong = [round(TOKENS * (100 - report.score.value) / 100) for report in (first, second)]
    both = int(min(wrong) * 0.62)
    p = 0.0005 if abs(gap) > 0.3 else float(generator.uniform(0.05, 0.4))
    better, worse = (second, first) if gap >= 0 else (first, second)
    interval = f"95 % interval {abs(gap) - 0.27:.2f} to {abs(gap) + 0.27:.2f}"
    verdict = f"{'' if p < 0.05 else 'not '}significant at n = 2,001 sentences after Holm's correction"
    sentence = f"{better.name} is {abs(gap):.2f} points better than {worse.name} ({interval}): {verdict}."
    words = [
        "Google",
        "'s",
        "<script>alert(1)</script>",
        "café",
        "books",
        "שלום",
        "a-very-long-word-that-does-not-break-anywhere-at-all",
        ".",
    ]
    gold = ["PROPN", "PART", "X", "NOUN", "VERB", "INTJ", "NOUN", "PUNCT"]
    shown = [
        Disagreement(417, words, gold, ["PROPN", "PART", "SYM", "NOUN", "NOUN", "NOUN", "ADJ", "PUNCT"], [*gold[:2], "NOUN", *gold[3:]]),
        Disagreement(1203, ["They", "run", "fast"], ["PRON", "VERB", "ADV"], ["PRON", "NOUN", "ADJ"], ["PRON", "VERB", "ADV"]),
    ]
    tested = SeedTest("Welch's t-test", 0.0123, gap, (gap - 0.2, gap + 0.2), "The runs differ more than <luck> would make them.")
    exact = {"exact_p": 0.0079, "smallest_exact_p": 0.0079, "both_interval": (gap - 0.4, gap + 0.4), "both_p": 0.02, "runs_needed": 7}
    seeds = replace(tested, **exact) if len(second.runs) > 1 else None
    overlap = Overlap(TOKENS - sum(wrong) + both, wrong[0] - both, wrong[1] - both, both, 100 * (1 - both / TOKENS))
    ends, p_values, holm_values = (gap - 0.27, gap + 0.27), (p, p * 1.1), (min(1, 3 * p), min(1, 3.3 * p))
    more = {"p_mcnemar": p / 10, "holm_mcnemar": p / 5, "overlap": overlap, "most_different": shown}
    return PairReport(first.name, second.name, gap, ends, *p_values, *holm_values, sentence, seeds, **more)


def _cascade(fast: SystemReport, slow: SystemReport) -> Cascade:
    points = []
    for step in range(11):
        part = step / 10
        score = slow.score.value * (1 - part) + fast.score.value * part + 0.9 * part * (1 - part)
        points.append(CascadePoint(round(1.001 - part, 3), 100 * part, 88 * part**2, score, 1 / ((1 - part**2) / 3125.7 + 1 / 71342.0)))
    return Cascade(fast.name, slow.name, points)


def _point(report: SystemReport, place: int, share: float) -> CurvePoint:
    lost = (3.1 + 1.9 * (place > 0)) * np.log10(100 / share)
    value = report.score.value - float(lost)
    runs = [value - 0.2, value, value + 0.25] if place else [value]
    return CurvePoint(
        report.name,
        share,
        round(125.44 * share),
        round(2045 * share),
        value,
        (value - 0.5, value + 0.5),
        runs,
        ["SYM"] if share < 3 else [],
    )


def _crossovers(reports: list[SystemReport]) -> list[Crossover]:
    if len(reports) < 2:
        return []
    first, second = reports[0].name, reports[1].name
    found = [Crossover(first, second, 3763, f"From 3,763 training sentences on, {second} is better than {first}.")]
    if len(reports) > 2:
        found.append(
            Crossover(first, reports[2].name, 3763, f"From 3,763 training sentences on, {reports[2].name} is better than {first}.")
        )
        found.append(Crossover(second, reports[2].name, None, f"{reports[2].name} is nowhere surely better than {second}."))
    return found


def _audit(reports: list[SystemReport]) -> Audit:
    return Audit(
        duplicate_count=68,
        duplicate_tokens=137,
        duplicates=[Duplicate(12, ["Thanks", "<3", "!"], True), Duplicate(88, ["Yes", "."], False)],
        score_without_duplicates={report.name: report.score.value - 0.03 for report in reports},
        ambiguous_count=412,
        ambiguous=[Ambiguous("the", "<well>", "known", {"ADV": 7, "ADJ": 3}), Ambiguous("⟨start⟩", "that", "is", {"PRON": 12, "SCONJ": 1})],
        suspect_count=203,
        suspects=[
            Suspect(5, 2, ["I", "like", "the", "<look>", "."], "ADP", "VERB", 0.987),
            Suspect(77, 1, ["Go", "!"], "NOUN", "VERB", None),
        ],
    )

"""Systems of a made comparison, drawn from a seed: scores, cells, tags, confusions, calibration and costs as real runs have them."""

from __future__ import annotations

import numpy as np

from seqtasks.evaluation.comparison import Bin, Calibration, Confusion, Cost, LabelScore, Share, SystemReport
from seqtasks.evaluation.score import Score

NAMES = (
    "hmm",
    "bilstm",
    "bilstm-crf",
    "transformer with relative positions and a very long name_without_any_space",
    "first-order",
    "gru",
    "words & <b>bold</b>",
    "most frequent tag",
)
TAGS = ("NOUN", "PUNCT", "VERB", "PRON", "ADP", "DET", "PROPN", "ADJ", "AUX", "ADV", "CCONJ", "PART", "NUM", "SCONJ", "X", "INTJ", "SYM")
CELLS = ("known, unambiguous", "known, ambiguous", "unknown, unambiguous", "unknown, ambiguous")
SCORES = (93.71, 94.93, 95.04, 94.62, 92.11, 94.55, 90.4, 86.13)
TOKENS, SENTENCES = 25_147, 2_001


def system(place: int, labels: list[str], runs: int, generator: np.random.Generator) -> SystemReport:
    value = SCORES[place]
    scores = sorted(round(value + float(shift), 2) for shift in generator.normal(0, 0.12, runs)) if runs > 1 else [value]
    scores[len(scores) // 2] = value
    counts = _counts(labels, value, generator)
    score = Score("accuracy", value, "dev", "upos", f"tokens:{TOKENS}|bootstrap:1000|seed:1|system:{place}", (value - 0.39, value + 0.38))
    seconds = (2.13, 812.4, 1034.0, 5400.0, 0.61, 705.0, 31.5, 0.2)[place]
    speed = (71342.0, 3125.7, 2904.0, 611.0, 98111.0, 3300.0, 12000.0, 410000.0)[place]
    return SystemReport(
        name=NAMES[place],
        paths=[f"runs/{place}/seed-{run}" for run in range(runs)],
        score=score,
        runs=scores,
        shown=len(scores) // 2,
        cells=[
            share(name, total, value + shift)
            for name, total, shift in zip(CELLS, (11_000, 12_050, 1_500, 597), (4.5, -1, -12, -30), strict=True)
        ],
        labels=_labels(labels, counts),
        confusion=Confusion(labels, counts.tolist()),
        calibration=_calibration(place) if place != 2 else None,
        cost=Cost(seconds, speed, 120_000 * (place + 1) ** 2, 1_900_000 * (place + 1), 180_000_000 if place else None, "cpu"),
        notes=["3 words of dev have a tag that train lacks <these count as wrong>"] if not place else [],
    )


def _counts(labels: list[str], value: float, generator: np.random.Generator) -> np.ndarray:
    support = np.maximum(1, (TOKENS * 0.22 * 0.8 ** np.arange(len(labels)))).astype(int)
    counts = np.zeros((len(labels), len(labels)), dtype=int)
    for row, total in enumerate(support):
        wrong = int(total * (100 - value) / 100 * generator.uniform(0.4, 2.0))
        weights = generator.dirichlet(np.full(len(labels), 0.25))
        weights[row] = 0
        spread = np.floor(wrong * weights / max(weights.sum(), 1e-9)).astype(int)
        counts[row] = spread
        counts[row, row] = total - spread.sum()
    return counts


def _labels(labels: list[str], counts: np.ndarray) -> list[LabelScore]:
    found = []
    for row, label in enumerate(labels):
        right, support, predicted = int(counts[row, row]), int(counts[row].sum()), int(counts[:, row].sum())
        precision, recall = 100 * right / max(predicted, 1), 100 * right / max(support, 1)
        found.append(LabelScore(label, precision, recall, 2 * precision * recall / max(precision + recall, 1e-9), support, predicted))
    return found


def share(name: str, total: int, value: float) -> Share:
    value = min(value, 99.7)
    half = 196 * (value / 100 * (1 - value / 100) / total) ** 0.5
    return Share(name, round(total * value / 100), total, value, (value - half, min(100.0, value + half)))


def _calibration(place: int) -> Calibration:
    bins = []
    for number in range(15):
        low, high = number / 15, (number + 1) / 15
        middle = (low + high) / 2
        count = 0 if number < 2 else int(10 * 1.8**number) % 9000
        bins.append(Bin(low, high, count, middle, max(0.0, 100 * middle - (3 + 4 * place) * (1 - middle) * 4)))
    return Calibration(0.87 + place, bins, 0.91 + place, 0.0512)

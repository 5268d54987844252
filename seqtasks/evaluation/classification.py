"""Scores of labelled texts: accuracy and macro-F1 of texts with one label; exact match, micro- and macro-F1 of texts with any number.

F1 is scikit-learn's `f1_score` (Pedregosa et al. 2011), macro over every label that gold or answers hold; equal to it by test. Intervals
resample texts (`seqtasks.evaluation.score`). Gold and answers are a row of labels a text. N texts, L labels, R draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqtasks.evaluation.calibration import BINS, calibration
from seqtasks.evaluation.comparison import Calibration, Confusion, LabelScore
from seqtasks.evaluation.confusion import confusion
from seqtasks.evaluation.score import Score, check_same_lengths, percentile_interval, resampled_sums, shown_interval, signed

Labels = Sequence[Sequence[str]]
Floats = NDArray[np.float64]
DRAWN_LABELS = 500  # more labels than that are not resampled: macro-F1 then has no interval


@dataclass(frozen=True)
class LabelReport:
    """The scores of a part, the table by label, and of texts with one label which is taken for which; calibration where answers have
    probabilities."""

    scores: list[Score]
    labels: list[LabelScore]
    confusion: Confusion | None
    calibration: Calibration | None

    def to_json(self) -> dict[str, Any]:
        """All but the scores, which go to metrics.json on their own."""
        return {
            "labels": [asdict(row) for row in self.labels],
            "confusion": asdict(self.confusion) if self.confusion else None,
            "calibration": asdict(self.calibration) if self.calibration else None,
        }


def statistics(gold: Labels, predicted: Labels, labels: Sequence[str]) -> Floats:
    """counts_NL3: of each text and label whether it is right, in gold, in the answer."""
    check_same_lengths(gold, predicted, ("gold texts", "predicted texts"))
    place = {label: number for number, label in enumerate(labels)}
    counts_NL3 = np.zeros((len(gold), len(labels), 3))
    for number, rows in enumerate(zip(gold, predicted, strict=True)):
        for side, row in enumerate(rows, start=1):
            counts_NL3[number, [place[label] for label in row], side] = 1
    counts_NL3[:, :, 0] = counts_NL3[:, :, 1] * counts_NL3[:, :, 2]
    return counts_NL3


def micro_f1(sums_RL3: Floats) -> Floats:
    """F1 of all labels together, in percent: [R]; 0 where there are none."""
    sums_R3 = sums_RL3.sum(axis=1)
    return ratio(200 * sums_R3[:, 0], sums_R3[:, 1] + sums_R3[:, 2])


def macro_f1(sums_RL3: Floats) -> Floats:
    """The mean of the labels' F1, in percent, over those that gold or answers hold: [R]."""
    counted_RL = (sums_RL3[:, :, 1] + sums_RL3[:, :, 2]) > 0
    f1_RL = ratio(200 * sums_RL3[:, :, 0], sums_RL3[:, :, 1] + sums_RL3[:, :, 2])
    return ratio(f1_RL.sum(axis=1), counted_RL.sum(axis=1).astype(np.float64))


def ratio(above: Floats, below: Floats) -> Floats:
    """above / below, 0 where below is 0."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def known_labels(gold: Labels, predicted: Labels) -> list[str]:
    """Every label of either side, sorted."""
    return sorted({label for rows in (gold, predicted) for row in rows for label in row})


def exact_matches(gold: Labels, predicted: Labels) -> NDArray[np.bool_]:
    """bool_N: which texts have just their labels. Raises ValueError where the two are not aligned."""
    check_same_lengths(gold, predicted, ("gold texts", "predicted texts"))
    return np.array([set(true) == set(found) for true, found in zip(gold, predicted, strict=True)], dtype=bool)


def label_scores(
    gold: Labels, predicted: Labels, *, several: bool, split: str, head: str, seed: int = 1, samples: int = 1000
) -> list[Score]:
    """`accuracy` and `macro_f1`, or where texts have several labels `exact_match`, `micro_f1` and `macro_f1`; in percent.

    Without any text they are 0 and have no interval. `samples=0` leaves the intervals out.
    """
    labels = known_labels(gold, predicted)
    right_N1 = exact_matches(gold, predicted).astype(np.float64)[:, None]
    counts_NL3 = statistics(gold, predicted, labels)
    drawn = len(labels) <= DRAWN_LABELS
    whole_NK = np.concatenate([right_N1, counts_NL3.reshape(len(gold), 3 * len(labels))], axis=1)
    sums_RK = resampled_sums(whole_NK if drawn else right_N1, seed=seed, samples=samples)
    own_1K = whole_NK.sum(axis=0, keepdims=True)

    def score(name: str, value: float, drawn_R: Floats | None) -> Score:
        found = None if drawn_R is None else percentile_interval(drawn_R)
        interval, told = shown_interval(found, value=value, sentences=len(gold), share=True)
        shape = {"texts": len(gold)} | ({} if name in ("accuracy", "exact_match") else {"labels": len(labels)})
        return Score(name, value, split, head, signed({**shape, **told}, interval, seed=seed, samples=samples), interval)

    texts = max(1, len(gold))
    scores = [score("exact_match" if several else "accuracy", 100 * float(own_1K[0, 0]) / texts, 100 * sums_RK[:, 0] / texts)]
    for name, measure in (("micro_f1", micro_f1), ("macro_f1", macro_f1)):
        if several or name == "macro_f1":
            drawn_R = measure(sums_RK[:, 1:].reshape(len(sums_RK), len(labels), 3)) if drawn else None
            scores.append(score(name, float(measure(own_1K[:, 1:].reshape(1, len(labels), 3))[0]), drawn_R))
    return scores


def label_table(gold: Labels, predicted: Labels) -> list[LabelScore]:
    """Precision, recall and F1 of every label, by falling support, then by name."""
    labels = known_labels(gold, predicted)
    sums_L3 = statistics(gold, predicted, labels).sum(axis=0)
    rows = []
    for label, (right, support, answers) in zip(labels, sums_L3, strict=True):
        precision, recall = (100 * right / total if total else 0.0 for total in (answers, support))
        rows.append(LabelScore(label, precision, recall, 200 * right / (support + answers), int(support), int(answers)))
    return sorted(rows, key=lambda row: (-row.support, row.label))


def label_report(
    gold: Labels, predicted: Labels, *, several: bool, split: str, head: str, sure: tuple[ArrayLike, ArrayLike] | None = None
) -> LabelReport:
    """Everything that is told of a part. sure: the probability of each decision (of a text's label, or of each of its possible ones) and
    whether it is right; the expected calibration error becomes the score `calibration_error`.
    """
    scores = label_scores(gold, predicted, several=several, split=split, head=head)
    found = calibration(*sure) if sure is not None else None
    if found is not None:
        decisions = sum(row.count for row in found.bins)
        scores.append(Score("calibration_error", found.error, split, head, f"decisions:{decisions}|bins:{BINS}", None))
    return LabelReport(scores, label_table(gold, predicted), None if several else confusion(gold, predicted), found)

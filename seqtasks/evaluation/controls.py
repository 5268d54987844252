"""A multi-task model beside its single-task controls: every score of both, and the difference with its paired bootstrap interval.

Both answer the same sentences, so sentences are drawn once for all scores (see significance.py; 10,000 draws). The words of `accuracy_oov`
are for both those that the multi-task training never showed. Gold tags are those of the files. N sentences, M statistics, R draws.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqtasks.evaluation.nested import counts_of
from seqtasks.evaluation.significance import DRAWS, paired_from_draws, ratio, resampled_scores
from seqtasks.evaluation.spans import RATIOS, mode_counts
from seqtasks.evaluation.systems import sentence_statistics
from seqtasks.text.tags import NESTED, inner, outer, spans_of

Tags = Sequence[Sequence[str]]
SEED = 1


@dataclass(frozen=True, slots=True)
class Controlled:
    """A score of the multi-task model, that of the control, and the first minus the second, in points, with its 95 % interval and p.

    Of several seeds: medians, and for the interval the range of the differences, without p.
    """

    split: str
    head: str
    name: str
    value: float
    control: float
    difference: float
    interval: tuple[float, float] | None
    p: float | None

    def to_json(self) -> dict[str, Any]:
        """As it stands in metrics.json."""
        return {**asdict(self), "interval": None if self.interval is None else [*self.interval]}

    def shown(self) -> str:
        """ "alone 96.90, difference +0.20 (-0.10 to +0.50)"."""
        spread = f" ({signed_number(self.interval[0])} to {signed_number(self.interval[1])})" if self.interval else ""
        return f"alone {self.control:.2f}, difference {signed_number(self.difference)}{spread}"


def signed_number(points: float) -> str:
    """Two digits with the sign, +0.00 for what rounds to nothing."""
    return f"{round(points, 2) + 0.0:+.2f}"


def beside_control(
    gold: Tags,
    predicted: Tags,
    alone: Tags,
    words: Tags,
    known: Container[str],
    *,
    scheme: str | None,
    split: str,
    head: str,
    draws: int = DRAWS,
) -> list[Controlled]:
    """Every score of the answers of a multi-task model (predicted) and of its control (alone), by name.

    known: the words that the multi-task training showed; scheme: of the tags, where they are spans.
    """
    ours = statistics_of_scores(gold, predicted, words, known, scheme)
    theirs = statistics_of_scores(gold, alone, words, known, scheme)
    drawn_RM = resampled_scores(np.stack([*ours.values(), *theirs.values()]), seed=SEED, draws=draws)
    found = []
    for number, name in enumerate(ours):
        value, control = ratio(ours[name]), ratio(theirs[name])
        paired = paired_from_draws(drawn_RM[:, number] - drawn_RM[:, len(ours) + number], value - control)
        found.append(Controlled(split, head, name, value, control, paired.difference, paired.interval, paired.p))
    return found


def statistics_of_scores(
    gold: Tags, predicted: Tags, words: Tags, known: Container[str], scheme: str | None
) -> dict[str, NDArray[np.float64]]:
    """{score: by sentence the two numbers whose sums make it, [N, 2]}: accuracy, accuracy_oov, and F1 and the like where tags are spans."""
    found: dict[str, NDArray[np.float64]] = {}
    counts = mode_counts(gold, predicted, scheme) if scheme and scheme != NESTED else {}
    if scheme == NESTED:
        pairs = [(set(spans_of(true, scheme)), set(spans_of(answered, scheme))) for true, answered in zip(gold, predicted, strict=True)]
        counts = dict.fromkeys(("f1", "precision", "recall"), counts_of(pairs, list))
        counts |= {"f1_outer": counts_of(pairs, outer), "f1_inner": counts_of(pairs, inner)}
    for name, counts_N3 in counts.items():
        found[name] = np.stack(RATIOS[name.removesuffix("_outer").removesuffix("_inner")](*counts_N3.T), axis=1).astype(np.float64)
    found["accuracy"] = sentence_statistics(gold, predicted, None)
    unknown = [[word not in known for word in sentence] for sentence in words]
    if any(map(any, unknown)):
        found["accuracy_oov"] = sentence_statistics(chosen(gold, unknown), chosen(predicted, unknown), None)
    return found


def chosen(tags: Tags, wanted: Sequence[Sequence[bool]]) -> list[list[str]]:
    """The tags of the wanted words."""
    return [[tag for tag, is_wanted in zip(*pair, strict=True) if is_wanted] for pair in zip(tags, wanted, strict=True)]

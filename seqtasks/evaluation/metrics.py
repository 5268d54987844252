"""What measures of tags and of translations are, and which there are: by name, ours and those of other packages.

`training.select_by`, the final scores, `seqtasks evaluate` and `seqtasks compare` read these tables. Another package offers a measure by an
entry point of the group "seqtasks.tag_metrics" (a `TagMetric`) or "seqtasks.translation_metrics" (a `TextMetric`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seqtasks.evaluation.score import LOWER_IS_BETTER
from seqtasks.registry import further_parts

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

TAGS, TRANSLATIONS = "seqtasks.tag_metrics", "seqtasks.translation_metrics"
Tags = Sequence[Sequence[str]]


@dataclass(frozen=True)
class TagMetric:
    """A measure of tags. value: (gold, predicted, scheme) -> a number of the whole part, in percent where it is a share.

    of_spans: only for tags that are spans, whose scheme is then given (None otherwise). Gold and predicted are aligned word by word.
    """

    value: Callable[[Tags, Tags, str | None], float]
    of_spans: bool = False
    lower_is_better: bool = False


@dataclass(frozen=True)
class TranslationMetric:
    """sacrebleu's metric, what is done to a text before it is scored, and how that stands in the signature."""

    metric: Metric
    prepare: Callable[[str], str] = str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TextMetric:
    """A measure of translations. build: the target's language ("de") -> how it is measured.

    longest: words of a line (signs, in a language without spaces) above which it takes too long and is left out; None: any.
    """

    build: Callable[[str], TranslationMetric]
    lower_is_better: bool = False
    longest: int | None = None


def lower_is_better(name: str) -> bool:
    """Whether less of a score is better: of ours by name, of other packages' measures as they say."""
    others: list[Mapping[str, TagMetric | TextMetric]] = [further_parts({}, TAGS), further_parts({}, TRANSLATIONS)]
    return name in LOWER_IS_BETTER or any(name in found and found[name].lower_is_better for found in others)

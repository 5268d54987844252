"""What measures of tags, of labels of texts and of translations are, and which there are: by name, ours and those of other packages.

`training.select_by`, the final scores, `seqtasks evaluate` and `seqtasks compare` read these tables. Another package offers a measure by an
entry point of the group "seqtasks.tag_metrics" (a `TagMetric`), "seqtasks.label_metrics" (a `LabelMetric`) or
"seqtasks.translation_metrics" (a `TextMetric`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

TAGS, LABELS, TRANSLATIONS = "seqtasks.tag_metrics", "seqtasks.label_metrics", "seqtasks.translation_metrics"
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
class LabelMetric:
    """A measure of labelled texts. value: (gold, predicted), a row of labels a text -> a number, in percent where it is a share.

    several: only for texts that have any number of labels (True), or one each (False); None for both.
    """

    value: Callable[[Tags, Tags], float]
    several: bool | None = None
    lower_is_better: bool = False


@dataclass(frozen=True)
class TranslationMetric:
    """A metric of sacrebleu's base class, what is done to a text before it is scored, and how that stands in the signature."""

    metric: Metric
    prepare: Callable[[str], str] = str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TextMetric:
    """A measure of translations. build: the target's language ("de") -> how it is measured.

    longest: words of a line (signs, in a language without spaces) above which it takes too long and is left out; None: any. not_for: codes
    of languages of which it says nothing.
    """

    build: Callable[[str], TranslationMetric]
    lower_is_better: bool = False
    longest: int | None = None
    not_for: Collection[str] = ()

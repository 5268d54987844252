"""Whether more or less of a score is better."""

from __future__ import annotations

from collections.abc import Mapping

from seqtasks.evaluation.bleu import TRANSLATION_METRICS
from seqtasks.evaluation.label_metrics import LABEL_METRICS
from seqtasks.evaluation.metrics import LABELS, TAGS, TRANSLATIONS, LabelMetric, TagMetric, TextMetric
from seqtasks.evaluation.score import LOWER_IS_BETTER
from seqtasks.evaluation.tag_metrics import TAG_METRICS
from seqtasks.registry import further_parts


def lower_is_better(name: str) -> bool:
    """Whether less of a score is better: of measures as they say, ours and added ones. Of a name that nobody offers more is."""
    tables: dict[str, Mapping[str, TagMetric | LabelMetric | TextMetric]] = {
        TAGS: TAG_METRICS,
        LABELS: LABEL_METRICS,
        TRANSLATIONS: TRANSLATION_METRICS,
    }
    every = [*tables.values(), *(further_parts(table, group) for group, table in tables.items())]
    return name in LOWER_IS_BETTER or any(name in found and found[name].lower_is_better for found in every)

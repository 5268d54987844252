"""Which scores are better when they are lower."""

from seqtasks.evaluation.bleu import TRANSLATION_METRICS
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.tag_metrics import TAG_METRICS


def test_of_errors_and_perplexity_less_is_better() -> None:
    names = [*TRANSLATION_METRICS, *TAG_METRICS, "perplexity", "calibration_error", "nobody"]
    assert [name for name in names if lower_is_better(name)] == ["ter", "cer", "wer", "perplexity", "calibration_error"]

import math

import numpy as np
import pytest

from seqtasks.errors import DataError
from seqtasks.evaluation.directions import lower_is_better
from seqtasks.evaluation.language_metrics import LANGUAGE_METRICS, TextLikelihood, language_scores

FOUND = TextLikelihood(
    nats_N=np.array([6.0, 2.0, 4.0]),
    tokens_N=np.array([4, 1, 3]),
    words_N=np.array([3, 1, 2]),
    characters_N=np.array([12, 1, 7]),
    unknown=2,
)


def test_measures_share_the_likelihood_out_among_tokens_words_and_characters():
    values = {name: metric.value(FOUND) for name, metric in LANGUAGE_METRICS.items()}
    assert values == pytest.approx(
        {"perplexity": math.exp(12 / 8), "word_perplexity": math.exp(12 / 6), "bits_per_character": 12 / 20 / math.log(2)}
    )
    assert all(lower_is_better(name) for name in LANGUAGE_METRICS)


def test_a_signature_says_what_is_counted_and_how_unknown_words_are():
    scores = language_scores(FOUND, LANGUAGE_METRICS, split="test", head="text", settings={"tokenizer": "word"})
    assert [score.name for score in scores] == list(LANGUAGE_METRICS)
    assert scores[0].signature == ("tokenizer:word|tokens:8|counted:8|eos:counted|unk:one word|unknown:2|base:e|sentences:3")
    assert "|counted:20|" in scores[2].signature
    assert "|base:2|" in scores[2].signature
    assert all(score.interval is None for score in scores)  # of three sentences


def test_a_model_that_has_diverged_is_infinitely_perplexed():
    for nats in (math.nan, math.inf, 1e6):
        found = TextLikelihood(np.array([nats, 1.0]), *[np.array([1, 1])] * 3)
        assert LANGUAGE_METRICS["perplexity"].value(found) == math.inf
        (score,) = language_scores(found, {"perplexity": LANGUAGE_METRICS["perplexity"]}, split="dev", head="text", settings={})
        assert (score.value, score.interval) == (math.inf, None)


def test_a_text_without_tokens_is_refused():
    empty = TextLikelihood(*[np.zeros(0)] * 4)
    with pytest.raises(DataError, match="^dev text: no tokens to take a perplexity of. Give at least one sentence with a word"):
        language_scores(empty, LANGUAGE_METRICS, split="dev", head="text", settings={})

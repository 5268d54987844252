"""Perplexity is exp of the mean."""

import math

import pytest

from seqtasks.errors import DataError
from seqtasks.evaluation.perplexity import perplexity


def test_perplexity_of_a_uniform_guess_is_the_number_of_choices() -> None:
    score = perplexity(12 * math.log(50), 12, split="dev", head="target")
    assert score.value == pytest.approx(50.0)
    assert (score.name, score.split, score.head, score.interval) == ("perplexity", "dev", "target", None)
    assert score.signature == "tokens:12|base:e"


@pytest.mark.parametrize("loss", [math.nan, math.inf, 1e9])
def test_a_model_that_diverged_has_infinite_perplexity(loss: float) -> None:
    assert perplexity(loss, 10, split="dev", head="target").value == math.inf


def test_no_token_and_a_negative_count_are_refused() -> None:
    with pytest.raises(DataError) as error:
        perplexity(0.0, 0, split="test", head="target")
    assert str(error.value) == "test target: no tokens to take a perplexity of. Give at least one sentence with a word."
    with pytest.raises(ValueError, match="^a perplexity needs a count of at least 0, got -3$"):
        perplexity(1.0, -3, split="test", head="target")

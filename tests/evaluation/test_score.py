"""Scores as they are written down, and intervals against plain resampling."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from seqtasks.errors import RunDirectoryError
from seqtasks.evaluation import score as score_module
from seqtasks.evaluation.score import Score, bootstrap_interval, percentile_interval, resampled_sums, share_score, shown_interval
from tests.evaluation.counted import count_draws
from tests.oracles.resampling import plain_bootstrap, plain_interval

numbers = st.floats(allow_nan=False)


def entry(**changes: object) -> dict[str, object]:
    return {
        "split": "dev",
        "head": "upos",
        "name": "accuracy",
        "value": 95.1,
        "signature": "tokens:12",
        "interval": [94.0, 96.0],
        **changes,
    }


@given(
    st.builds(
        Score,
        name=st.text(),
        value=numbers.filter(lambda x: x != -math.inf),
        split=st.text(),
        head=st.text(),
        signature=st.text(),
        interval=st.none() | st.tuples(st.floats(0, 100), st.floats(0, 100)),
    )
)
def test_a_score_survives_json_even_where_it_is_infinite(score: Score) -> None:
    assert Score.from_json(json.loads(json.dumps(score.to_json(), allow_nan=False))) == score


def test_json_is_the_entry_of_metrics_json() -> None:
    score = Score(name="accuracy", value=95.1, split="dev", head="upos", signature="tokens:12", interval=(94.0, 96.0))
    assert score.to_json() == entry()
    assert list(score.to_json()) == ["split", "head", "name", "value", "signature", "interval"]
    assert Score("perplexity", math.inf, "dev", "target", "tokens:1").to_json()["value"] is None


def test_a_score_prints_with_its_settings() -> None:
    assert (
        str(Score(name="accuracy", value=95.104, split="dev", head="upos", signature="tokens:12|sentences:3"))
        == "accuracy = 95.10 [tokens:12|sentences:3]"
    )


@pytest.mark.parametrize(("value", "interval"), [(math.nan, None), (1.0, (0.0, math.nan))])
def test_a_score_that_is_no_number_is_refused(value: float, interval: tuple[float, float] | None) -> None:
    with pytest.raises(ValueError) as error:
        Score(name="f1", value=value, split="dev", head="ner", signature="", interval=interval)
    assert str(error.value) == f"score 'f1' of dev ner is not a number: value {value}, interval {interval}"


def test_an_entry_with_missing_and_unknown_keys_is_refused_with_their_names() -> None:
    broken = entry(colour="red")
    del broken["value"], broken["head"]
    with pytest.raises(RunDirectoryError) as error:
        Score.from_json(broken)
    assert str(error.value) == (
        f"a score in metrics.json lacks head, value and has unknown colour: {json.dumps(broken)}. Evaluate the run again to rewrite it."
    )


@pytest.mark.parametrize(
    "change",
    [{"value": "95"}, {"value": True}, {"name": 3}, {"interval": [1.0]}, {"interval": ["1", "2"]}, {"interval": 5.0}, {"split": None}],
)
def test_an_entry_of_the_wrong_kind_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(RunDirectoryError) as error:
        Score.from_json(entry(**change))
    assert str(error.value) == (
        f"a score in metrics.json has a value of the wrong kind: {json.dumps(entry(**change))}. Evaluate the run again to rewrite it."
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12), st.integers(0, 5))
def test_the_interval_of_a_ratio_equals_plain_resampling_with_the_same_draws(counts: list[tuple[int, int]], seed: int) -> None:
    values = plain_bootstrap(counts, lambda sums: 100 * sums[0] / sums[1] if sums[1] else None, seed=seed, samples=60)
    expected = pytest.approx(plain_interval(values)) if values else None
    assert bootstrap_interval(*zip(*counts, strict=True), seed=seed, samples=60) == expected


@pytest.mark.parametrize("sentences", [17, score_module.BLOCK // 4 + 1, score_module.BLOCK + 1])
def test_draws_do_not_depend_on_how_many_are_held_in_memory(sentences: int) -> None:
    """All 4 together, 3 and 1, or one at a time."""
    statistics_NK = np.random.default_rng(0).integers(0, 30, size=(sentences, 1)).astype(float)
    drawn_RN = np.random.default_rng(3).integers(0, sentences, size=(4, sentences))
    np.testing.assert_array_equal(resampled_sums(statistics_NK, seed=3, samples=4)[:, 0], statistics_NK[drawn_RN, 0].sum(axis=1))


def test_another_seed_draws_other_sentences_and_the_same_seed_the_same() -> None:
    counts = [1, 0, 1, 1, 0, 1, 0, 0, 1], [1] * 9
    assert bootstrap_interval(*counts, seed=1, samples=50) == bootstrap_interval(*counts, seed=1, samples=50)
    assert len({bootstrap_interval([3, 1, 4, 1, 5, 9], [9, 7, 9, 3, 8, 9], seed=seed, samples=50) for seed in range(5)}) > 1


def test_the_interval_covers_the_true_rate_about_as_often_as_it_claims() -> None:
    generator = np.random.default_rng(5)
    hits = 0
    for trial in range(200):
        correct = generator.binomial(10, 0.8, size=60)
        low, high = bootstrap_interval(correct, np.full(60, 10), seed=trial, samples=200)
        hits += low <= 80.0 <= high
    assert 180 <= hits <= 200


def test_nothing_drawn_is_no_interval() -> None:
    assert bootstrap_interval([], [], seed=1) is None
    assert bootstrap_interval([0, 0], [0, 0], seed=1) is None
    assert bootstrap_interval([1], [2], seed=1, samples=0) is None
    assert percentile_interval([]) is None


def test_as_many_samples_as_memory_allows_are_drawn_together_and_shared_by_all_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    draws, sentences = count_draws(monkeypatch), score_module.BLOCK // 300
    assert (resampled_sums(np.ones((sentences, 2)), seed=1, samples=700) == sentences).all()
    assert draws.positions == [(300, sentences)] * 2 + [(100, sentences)]


def test_few_sentences_have_no_interval() -> None:
    for sentences, told in ((9, False), (10, True)):
        score = share_score("accuracy", ([1, 0] * 5, [2] * 10), {}, split="s", head="h", seed=1, samples=50)
        assert score.interval is not None
        found, _ = shown_interval(score.interval, value=score.value, sentences=sentences, share=True)
        assert (found is not None) is told
    few = share_score("accuracy", ([1, 0], [2, 2]), {}, split="s", head="h", seed=1, samples=50)
    assert (few.interval, few.signature) == (None, "")


@pytest.mark.parametrize("sentences", [10, 40, 700])
@pytest.mark.parametrize("right", [0, 1])
def test_where_all_are_right_or_wrong_a_share_has_the_interval_of_wilson(sentences: int, right: int) -> None:
    score = share_score("accuracy", ([3 * right] * sentences, [3] * sentences), {}, split="s", head="h", seed=1, samples=50)
    wanted = proportion_interval(right * sentences, sentences)
    assert score.interval == pytest.approx(wanted)
    assert score.signature == "interval:wilson"


def proportion_interval(right: int, trials: int) -> tuple[float, float]:
    """Wilson's interval (1927, equation 4), in percent."""
    found = binomtest(right, trials).proportion_ci(method="wilson")
    return 100 * found.low, 100 * found.high


def test_what_is_no_share_has_no_interval_where_every_draw_is_the_same() -> None:
    assert shown_interval((0.0, 0.0), value=0.0, sentences=50, share=False) == (None, {})
    assert shown_interval((100.0, 100.0), value=100.0, sentences=50, share=False) == (None, {})
    assert shown_interval((40.0, 40.0), value=40.0, sentences=50, share=False) == ((40.0, 40.0), {})

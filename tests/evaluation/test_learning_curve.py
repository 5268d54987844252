"""Where one learning curve rises above another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.evaluation.comparison import Crossover, CurvePoint
from seqtasks.evaluation.learning_curve import crossovers


def point(system: str, sentences: int, low: float, high: float) -> CurvePoint:
    return CurvePoint(system, sentences / 1000, sentences, 16 * sentences, (low + high) / 2, (low, high), [(low + high) / 2])


def curve(system: str, *bounds: tuple[float, float]) -> list[CurvePoint]:
    return [point(system, size, *bound) for size, bound in zip((100, 1000, 3000, 10_000), bounds, strict=False)]


HMM = curve("HMM", (80, 82), (88, 90), (91, 92), (93, 94))


def test_the_crossover_is_the_smallest_size_from_which_on_all_intervals_lie_above() -> None:
    assert crossovers(HMM + curve("LSTM", (60, 62), (90.5, 91), (91, 93), (95, 96))) == [
        Crossover("HMM", "LSTM", 10_000, "From 10,000 training sentences (160,000 words) on, the interval of LSTM lies above that of HMM.")
    ]


def test_touching_intervals_are_no_crossover() -> None:
    (found,) = crossovers(HMM + curve("LSTM", (60, 62), (88, 91), (91, 93), (94, 96)))
    assert found.sentences is None
    assert found.sentence == "The intervals of HMM and LSTM still touch at 10,000 training sentences: no crossover is certain up to there."


def test_above_at_every_size_and_overtaken_the_other_way_round() -> None:
    (found,) = crossovers(HMM + curve("LSTM", (83, 84), (91, 92), (93, 94), (95, 96)))
    assert (found.sentences, found.sentence) == (100, "LSTM lies above HMM at every size, from 100 training sentences (1,600 words) on.")
    (found,) = crossovers(curve("LSTM", (60, 62), (91, 92), (93, 94), (95, 96)) + HMM)
    assert (found.first, found.second, found.sentences) == ("LSTM", "HMM", None)
    assert found.sentence == "From 1,000 training sentences (16,000 words) on, the interval of LSTM lies above that of HMM."


def test_only_sizes_in_common_count_and_a_missing_interval_is_never_above() -> None:
    (found,) = crossovers([point("HMM", 10, 50, 60), point("LSTM", 20, 70, 80)])
    assert (found.sentences, found.sentence) == (None, "HMM and LSTM have no training size in common.")
    without = CurvePoint("LSTM", 1.0, 10, 160, 90.0, None, [90.0])
    assert crossovers([point("HMM", 10, 50, 60), without])[0].sentences is None
    (found,) = crossovers([point("HMM", 10, 50, 60), point("HMM", 20, 65, 70), point("LSTM", 20, 71, 80), point("LSTM", 30, 10, 20)])
    assert found.sentences == 20


def test_every_two_systems_are_compared_in_the_order_of_the_points() -> None:
    points = [point(name, 10, low, low + 1) for name, low in (("c", 1), ("a", 2), ("b", 9))]
    assert [(row.first, row.second, row.sentences) for row in crossovers(points)] == [("c", "a", None), ("c", "b", 10), ("a", "b", 10)]
    assert crossovers([]) == crossovers(HMM) == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=5))
def test_the_crossover_equals_its_definition(lows: list[tuple[int, int]]) -> None:
    points = [point(name, 10 * size, pair[side], pair[side] + 1) for size, pair in enumerate(lows, 1) for side, name in enumerate("ab")]
    above = [other > one + 1 for one, other in lows]
    expected = next((10 * (start + 1) for start in range(len(lows)) if all(above[start:])), None)
    assert crossovers(points)[0].sentences == expected


def test_two_points_of_the_same_size_are_refused() -> None:
    with pytest.raises(ValueError) as error:
        crossovers([point("HMM", 10, 50, 60), point("HMM", 10, 50, 60)])
    assert str(error.value) == "HMM has two points at 10 training sentences"

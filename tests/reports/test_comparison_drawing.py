"""Where things stand in the drawings, and how numbers are written."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seqtasks.reports.comparison_axes import Axis, axis_around
from seqtasks.reports.comparison_curves import cascade_plot, cost_plot, learning_plot, lettered, pareto_front, reliability_plot
from seqtasks.reports.comparison_drawing import Line, Row, figure, legend, marker, row_plot, series_name, stacked_bar, xy_plot
from seqtasks.reports.comparison_numbers import interval_of_points, percent, points, probability, seconds, size, speed, times
from seqtasks.reports.comparison_plots import forest_plot, grouped_plot, overlap_plot, scores_plot, series_of
from seqtasks.reports.comparison_style import DARK, LIGHT
from tests.miniature.comparisons import comparison

FINITE = st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda value: float(f"{value:.6g}"))


@given(st.lists(FINITE, max_size=5), st.booleans())
@example([1.0, 2.65059e-302], True)
def test_an_axis_holds_its_numbers_and_names_between_one_and_six_round_ones(values: list[float], log: bool) -> None:
    axis = axis_around([*values, None, math.inf, math.nan], log=log)
    shown = [value for value in values if value > 0 or not log]
    assert all(0 <= axis.at(value) <= 100 for value in shown)
    ticks = axis.ticks()
    assert len(ticks) <= 6
    assert len(set(ticks)) == len(ticks)
    assert ticks == sorted(ticks)
    assert all(axis.low <= tick <= axis.high or math.isclose(axis.at(tick), axis.at(axis.low), abs_tol=1e-6) for tick in ticks)


@given(st.floats(1e-3, 1e6), st.floats(1.01, 1e6), st.floats(0, 1))
def test_places_grow_with_the_number_on_both_kinds_of_axis(low: float, ratio: float, part: float) -> None:
    for axis in (Axis(low, low * ratio, True), Axis(low, low * ratio)):
        middle = low * ratio**part
        assert axis.at(axis.low) == 0 and axis.at(axis.high) == pytest.approx(100)
        assert 0 <= axis.at(middle) <= 100
    assert Axis(low, low * ratio, True).at(middle) == pytest.approx(100 * part, abs=1e-4)


@pytest.mark.parametrize(
    ("axis", "labels"),
    [
        (Axis(93.2, 95.4), ["93.5", "94", "94.5", "95"]),
        (Axis(0, 100), ["0", "20", "40", "60", "80", "100"]),
        (Axis(-0.3, 1.6), ["0", "0.5", "1", "1.5"]),
        (Axis(-3, -1), ["−3", "−2.5", "−2", "−1.5", "−1"]),
        (Axis(1, 1_500_000, True), ["1", "100", "10k", "1M"]),
        (Axis(100, 14_000, True), ["100", "300", "1k", "3k", "10k"]),
        (Axis(90, 110, True), ["90", "95", "100", "105", "110"]),
    ],
)
def test_ticks_are_round_and_short(axis: Axis, labels: list[str]) -> None:
    assert [axis.label(tick) for tick in axis.ticks()] == labels


def test_an_axis_never_passes_its_limits_and_stands_for_no_numbers_too() -> None:
    assert axis_around([99.9, 100.0], low=0, high=100).high == 100
    assert (axis_around([100.0], low=0, high=100).low, axis_around([100.0], low=0, high=100).high) == (99, 100)
    assert axis_around([]) == Axis(0, 100)
    assert axis_around([0.0, None], log=True) == Axis(1, 100, True)


@pytest.mark.parametrize(("low", "high", "log"), [(1, 1, False), (2, 1, False), (0, 1, True), (math.nan, 1, False), (0, math.inf, False)])
def test_an_impossible_axis_is_refused(low: float, high: float, log: bool) -> None:
    with pytest.raises(ValueError) as error:
        Axis(low, high, log)
    assert str(error.value) == f"an axis cannot run from {low} to {high}{' on a log scale' if log else ''}"


def places(html: str) -> list[tuple[str, float, float]]:
    """The class and the place of each mark of a series."""
    found = re.findall(r'<use href="#shape\d" class="mark (c\d)[^"]*" x="([\d.]+)%" y="([\d.]+)%"', html)
    return [(look, float(x), float(y)) for look, x, y in found]


def test_marks_stand_where_their_numbers_are() -> None:
    plot = xy_plot([Line(3, [(0, 0), (50, 25), (100, 100)])], Axis(0, 100), Axis(0, 100), ("x", "y"), "d")
    assert places(plot) == [("c3", 0, 100), ("c3", 50, 75), ("c3", 100, 0)]
    assert 'points="0.00,100.00 50.00,75.00 100.00,0.00"' in plot


def test_names_and_descriptions_are_escaped() -> None:
    nasty, safe = '<b>"&', "&lt;b&gt;&quot;&amp;"
    made = [
        row_plot([Row("", "", nasty, nasty)], Axis(0, 1), nasty),
        xy_plot([], Axis(0, 1), Axis(0, 1), (nasty, nasty), nasty),
        stacked_bar([(1, "right", nasty)], nasty),
        series_name(nasty, {nasty: 0}),
        legend([nasty], {nasty: 0}, {nasty: nasty}),
        figure("", nasty),
        marker(0, 1, 1, title=nasty),
    ]
    assert all(safe in piece and "<b>" not in piece for piece in made)


def test_each_system_keeps_its_colour_and_shape_in_every_drawing() -> None:
    found = comparison(3)
    series = series_of(found)
    drawn = [
        scores_plot(found.systems, series, "accuracy"),
        forest_plot(found.pairs, series),
        reliability_plot(found.systems, series),
        cost_plot(found.systems, series, "speed", lambda cost: cost.tokens_per_second, more_is_better=True),
        learning_plot(found.curves, found.crossovers, series, "accuracy"),
        cascade_plot(found.cascades[0], series, "accuracy"),
    ]
    for html in drawn:
        assert {(shape, look) for shape, look in re.findall(r'<use href="#shape(\d)" class="mark c(\d)', html)} <= {
            ("0", "0"),
            ("1", "1"),
            ("2", "2"),
        }


def test_the_scores_drawing_has_a_ring_for_each_run_and_a_bar_for_each_interval() -> None:
    found = comparison(2, runs=5)
    html = scores_plot(found.systems, series_of(found), "accuracy")
    assert html.count('class="seed c1"') == 5 and 'class="seed c0"' not in html
    assert html.count('class="whisker') == 2
    plain = [replace(system, score=replace(system.score, interval=None), runs=[system.score.value]) for system in found.systems]
    bare = scores_plot(plain, series_of(found), "accuracy")
    assert 'class="whisker' not in bare and "Bar:" not in bare and "Rings" not in bare


def test_a_difference_is_drawn_in_the_colour_of_the_better_system() -> None:
    found = comparison(2)
    series = series_of(found)
    assert places(forest_plot(found.pairs, series).split('class="track"')[1])[0][0] == "c1"
    turned = replace(found.pairs[0], difference=-1.0, interval=None, seeds=None)
    html = forest_plot([turned], series)
    assert places(html.split('class="track"')[1])[0][0] == "c0"
    assert 'class="reference"' in html


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=7))
def test_the_pareto_front_is_whom_nobody_beats(gains: list[tuple[int, int]]) -> None:
    front = pareto_front(gains)
    assert front
    for place, mine in enumerate(gains):
        beaten = [other for other in gains if other[0] >= mine[0] and other[1] >= mine[1] and other != mine]
        assert (place in front) == (not beaten)


def test_systems_on_the_front_are_ringed() -> None:
    found = comparison(8)
    html = cost_plot(found.systems, series_of(found), "speed", lambda cost: cost.tokens_per_second, more_is_better=True)
    assert html.count(" front") == 6  # a slower and worse one, and the two that others beat in both, are not
    assert cost_plot(found.systems[:1], series_of(found), "speed", lambda cost: cost.tokens_per_second, more_is_better=True) == ""


def test_crossovers_are_lettered_and_those_at_one_size_share_a_flag() -> None:
    found = comparison(3)
    assert [letter for letter, _ in lettered(found.crossovers)] == ["A", "B", ""]
    assert '<text class="flag" x="' in (html := learning_plot(found.curves, found.crossovers, series_of(found), "accuracy"))
    assert html.count('<line class="flag"') == 1 and ">A B</text>" in html


def test_a_cascade_without_speeds_is_drawn_over_the_words_of_the_fast_one() -> None:
    cascade = comparison(2).cascades[0]
    untimed = replace(cascade, points=[replace(point, tokens_per_second=None) for point in cascade.points])
    series = {"hmm": 0, "bilstm": 1}
    assert "words a second (log scale)" in cascade_plot(cascade, series, "accuracy")
    html = cascade_plot(untimed, series, "accuracy")
    assert "words that the fast one answers (%)" in html
    assert [(look, x) for look, x, _ in places(html) if x in (0, 100)] == [("c1", 0), ("c0", 100)]


def test_the_bars_of_the_overlap_have_the_shares_of_their_words() -> None:
    pair = comparison(2).pairs[0]
    html = overlap_plot(pair, {"hmm": 0, "bilstm": 1})
    total = sum((pair.overlap.both_right, pair.overlap.only_first_wrong, pair.overlap.only_second_wrong, pair.overlap.both_wrong))
    grown = [float(share) for share in re.findall(r"flex-grow: ([\d.]+)", html)]
    assert sum(grown[:4]) == pytest.approx(1, abs=1e-5) and sum(grown[4:]) == pytest.approx(1, abs=1e-5)
    assert grown[0] == pytest.approx(pair.overlap.both_right / total, abs=1e-5)


def test_nothing_to_draw_is_nothing() -> None:
    assert grouped_plot([], {}, "x") == forest_plot([], {}) == reliability_plot([], {}) == learning_plot([], [], {}, "f1") == ""
    assert stacked_bar([(0, "right", "x")], "d") == ""


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_there_are_eight_different_colours(colours: tuple[str, ...]) -> None:
    assert len(set(colours)) == 8
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        *((percent(None), "–"), (percent(math.nan), "–"), (percent(100), "100.00")),
        *((points(1.224), "+1.22"), (points(-0.5), "−0.50"), (points(-0.001), "0.00"), (interval_of_points(None), "–")),
        *((probability(0.00001), "< 0.0001"), (probability(0.0016), "0.0016"), (probability(0.0123), "0.012"), (probability(0.25), "0.25")),
        *((probability(1.0), "1.00"), (probability(None), "–")),
        *((seconds(0), "0 s"), (seconds(0.0123), "12 ms"), (seconds(2.13), "2.13 s"), (seconds(99), "99.0 s"), (seconds(512.3), "512 s")),
        *((seconds(812.4), "13.5 min"), (seconds(7200), "2.0 h"), (seconds(864000), "10.0 days"), (seconds(None), "–")),
        *((speed(71342.4), "71,300"), (speed(0), "0"), (speed(9.876), "9.88"), (speed(None), "–")),
        *(
            (size(999), "999 B"),
            (size(1_900_000), "1.90 MB"),
            (size(999_900), "1.00 MB"),
            (size(2_500_000_000), "2.50 GB"),
            (size(None), "–"),
        ),
        *((times(1.13), "1.1"), (times(22.8), "23"), (times(12345), "12,300")),
    ],
)
def test_numbers_carry_the_digits_they_have(made: str, shown: str) -> None:
    assert made == shown

"""What the charts of a comparison show: SVG in the colours of the page, each system in its own colour and shape."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.evaluation.comparison import Confusion
from seqtasks.reports import page
from seqtasks.reports.comparison_charts import (
    cascade_chart,
    confusion_chart,
    cost_chart,
    differences_chart,
    groups_chart,
    learning_chart,
    overlap_chart,
    pareto_front,
    reliability_chart,
    scores_chart,
)
from seqtasks.reports.comparison_report import lettered, series_of
from seqtasks.reports.formats import (
    interval_of_points,
    percent,
    points,
    probability,
    seconds,
    size,
    three_digits,
    times,
)
from seqtasks.reports.svg import Chart, look
from tests.miniature.comparisons import comparison

STYLE = Path(page.__file__).parent / "templates" / "style.css"


def all_charts(systems: int) -> list[Chart]:
    found = comparison(systems)
    series = series_of(found)
    made = [
        scores_chart(found.systems, series, "accuracy"),
        differences_chart(found.pairs, series),
        groups_chart([("kind", "n = 3", dict.fromkeys(series, (50.0, (40.0, 60.0))))], series, "right (%)"),
        reliability_chart(found.systems, series),
        cost_chart(found.systems, series, "speed", "tokens_per_second"),
        learning_chart(found.curves, lettered(found), series, "accuracy"),
        cascade_chart(found.cascades[0], series, "accuracy", 0),
        overlap_chart(found.pairs[0].overlap, 0, 1, 0),
        confusion_chart(found.systems[0].confusion, "hmm", 0),
    ]
    assert all(made)
    return made


def titles(chart: Chart) -> list[str]:
    """What a resting pointer shows."""
    return re.findall("<title>(.*?)</title>", chart.svg)


def test_charts_wear_the_colours_of_the_page_and_nothing_of_their_own() -> None:
    for chart in all_charts(3):
        assert set(re.findall(r"#[0-9a-f]{6}\b", chart.svg)) == set()
        assert "var(--soft)" in chart.svg and "var(--sans)" in chart.svg and "DejaVu" not in chart.svg
        assert not re.search(r"<style|<metadata|http|<image|DOCTYPE", chart.svg)
        assert chart.description


def test_ids_of_different_charts_never_meet() -> None:
    ids = [name for chart in all_charts(2) for name in re.findall(r'id="([^"]*)"', chart.svg)]
    assert ids and len(ids) == len(set(ids))


def test_the_same_data_give_the_same_charts() -> None:
    assert all_charts(2) == all_charts(2)


def test_twelve_systems_have_twelve_looks_and_eight_colours() -> None:
    assert len({look(place) for place in range(12)}) == 12
    assert len({look(place)[0] for place in range(12)}) == 8


def test_a_difference_is_drawn_in_the_colour_of_the_better_system() -> None:
    found = comparison(2)
    series = series_of(found)
    assert "var(--c1)" in differences_chart(found.pairs, series).svg and "var(--c0)" not in differences_chart(found.pairs, series).svg
    turned = replace(found.pairs[0], difference=-1.0, interval=None, seeds=None)
    assert "var(--c0)" in differences_chart([turned], series).svg and "var(--c1)" not in differences_chart([turned], series).svg


def test_the_scores_drawing_says_every_run_and_interval() -> None:
    found = comparison(2, runs=5)
    said = scores_chart(found.systems, series_of(found), "accuracy").description
    assert said.startswith("hmm: 93.71 (93.32 to 94.09); bilstm: 94.93 (94.54 to 95.31); runs ")
    plain = [replace(system, score=replace(system.score, interval=None), runs=[system.score.value]) for system in found.systems]
    assert scores_chart(plain, series_of(found), "accuracy").description == "hmm: 93.71; bilstm: 94.93"


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=7))
def test_the_pareto_front_is_whom_nobody_beats(gains: list[tuple[int, int]]) -> None:
    front = pareto_front(gains)
    assert front
    for place, mine in enumerate(gains):
        beaten = [other for other in gains if other[0] >= mine[0] and other[1] >= mine[1] and other != mine]
        assert (place in front) == (not beaten)


def test_a_cost_of_one_system_alone_is_not_drawn() -> None:
    found = comparison(8)
    chart = cost_chart(found.systems, series_of(found), "speed", "tokens_per_second")
    assert "hmm: 71342" in titles(chart) and len(titles(chart)) == 8
    assert cost_chart(found.systems[:1], series_of(found), "speed", "tokens_per_second") is None


def test_crossovers_are_lettered_and_those_at_one_size_share_a_flag() -> None:
    found = comparison(3)
    assert [letter for letter, _ in lettered(found)] == ["A", "B", ""]
    assert ">A B</text>" in learning_chart(found.curves, lettered(found), series_of(found), "accuracy").svg


def test_a_cascade_without_speeds_is_drawn_over_the_words_of_the_fast_one() -> None:
    cascade = comparison(2).cascades[0]
    untimed = replace(cascade, points=[replace(point, tokens_per_second=None) for point in cascade.points])
    series = {"hmm": 0, "bilstm": 1}
    assert "words a second (log scale)" in cascade_chart(cascade, series, "accuracy", 0).svg
    assert "words that the fast one answers (%)" in cascade_chart(untimed, series, "accuracy", 0).svg


def test_a_map_shows_counts_and_shares_and_one_of_many_tags_no_counts() -> None:
    chart = confusion_chart(Confusion(["<A>", "B"], [[90, 10], [3, 7]]), "<x>", 0)
    assert "&lt;A&gt; answered as B: 10 of 100, 10.00 %" in titles(chart)
    assert {">90</text>", ">10</text>", ">90.0</text>", ">70.0</text>"} <= set(re.findall(r">[\d.]+</text>", chart.svg))
    assert "<A>" not in chart.svg
    labels = [f"<T{place}>" for place in range(50)]
    counts = [[5 if row == column else int(column == row + 1) for column in range(50)] for row in range(50)]
    many = confusion_chart(Confusion(labels, counts), "x", 0)
    assert len(titles(many)) == 99
    assert "&lt;T0&gt; answered as &lt;T1&gt;: 1 of 6, 16.67 %" in titles(many)
    assert many.svg.count("&lt;T49&gt;</text>") == 2 and ">5</text>" not in many.svg


def test_nothing_to_draw_is_nothing() -> None:
    assert groups_chart([], {}, "x") is differences_chart([], {}) is reliability_chart([], {}) is learning_chart([], [], {}, "f1") is None


def test_there_are_eight_different_colours_in_light_and_in_dark() -> None:
    style = STYLE.read_text(encoding="utf-8")
    colours = re.findall(r"--c\d: (#[0-9a-f]{6});", style)
    assert len(set(colours[:8])) == len(set(colours[8:])) == 8 and len(colours) == 16


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        *((percent(None), "–"), (percent(math.nan), "–"), (percent(100), "100.00")),
        *((points(1.224), "+1.22"), (points(-0.5), "−0.50"), (points(-0.001), "0.00"), (interval_of_points(None), "–")),
        *((probability(0.00001), "< 0.0001"), (probability(0.0016), "0.0016"), (probability(0.0123), "0.012"), (probability(0.25), "0.25")),
        *((probability(1.0), "1.00"), (probability(None), "–")),
        *((seconds(0), "0 s"), (seconds(0.0123), "12 ms"), (seconds(2.13), "2.13 s"), (seconds(99), "99.0 s"), (seconds(512.3), "512 s")),
        *((seconds(812.4), "13.5 min"), (seconds(7200), "2.0 h"), (seconds(864000), "10.0 days"), (seconds(None), "–")),
        *((three_digits(71342.4), "71,300"), (three_digits(0), "0"), (three_digits(9.876), "9.88"), (three_digits(None), "–")),
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

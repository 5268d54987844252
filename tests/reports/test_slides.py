"""Pages for slides: letters of 9 points at least, names apart from each other, colours that can be told apart, the same bytes twice."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.reports.slides import THEMES, Theme, look_of, name_ends, slide, spread, write_slide
from seqtasks.reports.study_charts import cell_text, clipping_slide, gradients_slide, influence_slide, memory_slide, prediction_slide

NAMES = ["rnn", "gru", "lstm-chrono", "a <long> name & more"]
DRAWN = np.random.default_rng(1)
SHARES = DRAWN.random((4, 3, 2))


def draw(chart: str, path: Path, theme: Theme) -> None:
    if chart == "gradients":
        curves = np.exp(-np.arange(30) * np.array([3.0, 1.0, 0.1, 0.0])[:, None])[:, None] * DRAWN.uniform(0.5, 2, (4, 3, 30))
        gradients_slide(NAMES, curves, path, theme, title="Gradients", distances=range(30))
    elif chart == "influence":
        influence_slide(NAMES, 8 * SHARES.transpose(0, 2, 1), path, theme, title="Influence", distances=[5, 10, 20])
    elif chart == "prediction":
        prediction_slide(NAMES, 10.0 ** (-12 * SHARES), SHARES, path, theme, chance=0.125, title="Prediction")
    elif chart == "memory":
        memory_slide(NAMES, [10, 20, 40], SHARES, path, theme, chance=0.125, lower_is_better=False, title="Memory")
    elif chart == "error":
        memory_slide(NAMES, [10, 20, 40], SHARES / 6, path, theme, chance=1 / 6, lower_is_better=True, title="Error")
    else:
        norms = DRAWN.uniform(0.1, 100, 50)
        short = 10.0 ** np.arange(12)
        clipping_slide(
            [("with clipping", norms, norms / 100), ("without", short, short)], 1.0, 1 / 6, path, theme, updates=50, title="Clipping"
        )


CHARTS = ["gradients", "influence", "prediction", "memory", "error", "clipping"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("chart", CHARTS)
def test_a_page_is_nine_by_four_and_a_half_inches_with_letters_of_nine_points_and_every_name(
    chart: str, theme: str, tmp_path: Path
) -> None:
    path = tmp_path / "picture.svg"
    draw(chart, path, THEMES[theme])
    text = path.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("height")) == ("648pt", "324pt")
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: ([\d.]+)px", text)]
    assert sizes and min(sizes) >= 9
    written = {"".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(["with clipping", "without"] if chart == "clipping" else NAMES) <= written
    assert THEMES[theme].back in text


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_data_give_the_same_bytes(ending: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        memory_slide(
            NAMES, [1, 2, 3], SHARES, tmp_path / f"{name}.{ending}", THEMES["dark"], chance=0.1, lower_is_better=False, title="Twice"
        )
    first, second = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
    assert first == second
    if ending == "png":
        assert first.startswith(b"\x89PNG") and int.from_bytes(first[16:20], "big") == 1350


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_letters_and_lines_stand_out_from_their_ground(theme: Theme) -> None:
    assert contrast(theme.text, theme.back) >= 7 and contrast(theme.soft, theme.back) >= 4.5
    assert all(contrast(colour, theme.back) >= 3 for colour in (*theme.series, theme.alarm))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_no_two_of_a_dozen_series_look_alike(theme: Theme) -> None:
    looks = [look_of(theme, number) for number in range(12)]
    assert len({(look.colour, str(look.dash)) for look in looks}) == 12 and len({look.shape for look in looks}) == 12


@given(st.lists(st.floats(0, 1), min_size=1, max_size=14), st.floats(0.01, 0.2))
def test_names_keep_their_order_and_distance_and_stay_on_the_page_where_they_fit(heights: list[float], gap: float) -> None:
    levels = spread(heights, gap)
    order = sorted(range(len(heights)), key=heights.__getitem__)
    for below, above in zip(order, order[1:], strict=False):
        assert levels[above] - levels[below] >= gap - 1e-6
    if gap * (len(heights) - 1) <= 1:
        assert min(levels) >= -1e-6 and max(levels) <= 1 + 1e-6
    if all(abs(heights[one] - heights[two]) >= gap for one in order for two in order if one < two):
        assert levels == pytest.approx(heights)


def test_a_line_that_ends_early_is_named_where_it_leaves(tmp_path: Path) -> None:
    theme, x = THEMES["light"], np.arange(11.0)
    with slide(theme) as (figure, (axes,)):
        axes.set_xlim(0, 10)
        axes.set_ylim(0, 1)
        name_ends(axes, theme, [("falls", x, 1 - x / 4, "#000000"), ("stays", x, 0 * x + 0.5, "#000000")])
        places = {text.get_text(): text.get_position() if text.arrow_patch else text.xy for text in axes.texts}
        write_slide(figure, tmp_path / "ends.svg")
    assert places["falls"] == pytest.approx((0.4, 0.0)) and places["stays"][0] > 1


def test_cells_hold_the_mean_and_the_range_where_seeds_differ() -> None:
    assert cell_text(np.array([0.5, 0.7]), False, short=False) == "60 (50–70)"
    assert cell_text(np.array([0.5, 0.7]), False, short=True) == "60"
    assert cell_text(np.array([1.0, 0.999]), False, short=False) == "100"
    assert cell_text(np.array([0.161, 0.157]), True, short=False) == "0.159 (0.157–0.161)"

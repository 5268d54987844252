"""What the pictures show, and that they are pictures."""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest

from seqtasks.reports.plots import LEARNING, curves, curves_figure, heatmap, heatmap_figure, shortened

PNG = b"\x89PNG\r\n\x1a\n"


def row(epoch: int, **values: object) -> dict[str, object]:
    return {
        "epoch": epoch,
        "update": 10 * epoch,
        "train_loss": 3.0 / epoch,
        "train_accuracy": 93.75,  # while it was training: never drawn
        "probe_loss": 2.0 / epoch,
        "probe_accuracy": 50.0 + epoch,
        "dev_loss": 4.0 / epoch,
        "dev_accuracy": 40.0 + epoch,
        "learning_rate": 1e-3,
        "tokens_per_second": 100.0,
        "seconds": 1.0,
        "scores": {},
        **values,
    }


def drawn(history: list) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Panel -> line -> points."""
    return {
        axes.get_title(loc="left"): {line.get_label(): list(map(tuple, line.get_xydata().tolist())) for line in axes.lines}
        for axes in curves_figure(history).axes
    }


def size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(PNG)
    assert data.endswith(b"IEND\xaeB`\x82")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_curves_draw_train_and_dev_by_epoch_in_both_panels() -> None:
    assert drawn([row(2), row(1), row(4)]) == {
        "loss": {"train": [(1, 2.0), (2, 1.0), (4, 0.5)], LEARNING: [(1, 3.0), (2, 1.5), (4, 0.75)], "dev": [(1, 4.0), (2, 2.0), (4, 1.0)]},
        "accuracy (%)": {"train": [(1, 51.0), (2, 52.0), (4, 54.0)], "dev": [(1, 41.0), (2, 42.0), (4, 44.0)]},
    }


def test_each_panel_has_a_legend_and_train_and_dev_keep_their_colours() -> None:
    panels = curves_figure([row(1), row(2)]).axes
    assert [[text.get_text() for text in axes.get_legend().get_texts()] for axes in panels] == [
        ["train", LEARNING, "dev"],
        ["train", "dev"],
    ]
    colours = [[line.get_color() for line in axes.lines] for axes in panels]
    assert [colours[0][0], colours[0][2]] == colours[1]
    assert len(set(colours[0])) == 2
    assert panels[0].get_xlabel() == "epoch"


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_missing_values_are_passed_over(missing: float | None) -> None:
    history = [row(1), row(2, dev_loss=missing, dev_accuracy=missing), row(3)]
    del history[0]["train_loss"], history[2]["probe_loss"]
    found = drawn(history)
    assert found["loss"] == {"train": [(1, 2.0), (2, 1.0)], LEARNING: [(2, 1.5), (3, 1.0)], "dev": [(1, 4.0), (3, 4 / 3)]}
    assert found["accuracy (%)"]["dev"] == [(1, 41.0), (3, 43.0)]


def test_a_line_without_values_is_left_out_and_a_panel_without_lines_says_so() -> None:
    figure = curves_figure([row(1, probe_accuracy=None, dev_accuracy=None, dev_loss=None, probe_loss=None)])
    loss, accuracy = figure.axes
    assert [line.get_label() for line in loss.lines] == [LEARNING]
    assert not accuracy.lines
    assert [text.get_text() for text in accuracy.texts] == ["not recorded"]


@pytest.mark.parametrize(
    ("names", "panels"),
    [
        ([], 2),
        (["dev upos accuracy"], 2),
        (["dev upos accuracy", "dev xpos accuracy"], 3),
        (["dev ner f1"], 3),
        (["dev target bleu", "dev target chrf"], 3),
    ],
)
def test_a_third_panel_shows_dev_scores_that_the_accuracy_panel_does_not(names: list[str], panels: int) -> None:
    history = [row(epoch, scores={name: 10.0 * epoch + place for place, name in enumerate(names)}) for epoch in (1, 2)]
    history.append(row(3, scores=None))
    found = drawn(history)
    assert len(found) == panels
    if panels == 3:
        assert found["score"] == {name: [(1, 10.0 + place), (2, 20.0 + place)] for place, name in enumerate(names)}


def test_one_epoch_is_marked_and_ticked() -> None:
    axes = curves_figure([row(1)]).axes[0]
    assert list(axes.get_xticks()) == [1]
    assert axes.get_xlim() == (0, 2)
    assert axes.lines[0].get_marker() == "o"


@pytest.mark.parametrize("epochs", [0, 1, 2, 100])
def test_curves_are_written_as_a_png_of_sane_size(epochs: int, tmp_path: Path) -> None:
    curves([row(epoch) for epoch in range(1, epochs + 1)], tmp_path / "curves.png")
    width, height = size(tmp_path / "curves.png")
    assert 800 < width < 1100
    assert 300 < height < 450


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        curves([row(1), row(2)], tmp_path / f"{name}.png")
        heatmap(["a", "b"], ["c"], [[0.2, 0.8]], tmp_path / f"{name}-map.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert (tmp_path / "one-map.png").read_bytes() == (tmp_path / "two-map.png").read_bytes()


def test_a_heat_map_shows_the_weights_with_targets_as_rows_and_sources_along_the_top() -> None:
    weights = np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]])
    axes, bar = heatmap_figure(["je", "suis", "là"], ["I", "am"], weights).axes
    np.testing.assert_array_equal(axes.images[0].get_array(), weights)
    assert [text.get_text() for text in axes.get_xticklabels()] == ["je", "suis", "là"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["I", "am"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert axes.xaxis.get_ticks_position() == "top"
    assert axes.get_xticklabels()[0].get_rotation() == 60
    assert axes.images[0].get_clim() == (0.0, 0.7)
    assert bar.get_ylabel() == "attention weight"


@pytest.mark.parametrize("weights", [[[0.0]], [[math.nan]]])
def test_weights_of_nothing_are_drawn_without_a_warning(weights: list, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        heatmap(["a"], ["b"], weights, tmp_path / "map.png")
    size(tmp_path / "map.png")


@pytest.mark.parametrize(("sources", "targets"), [(1, 1), (40, 38), (120, 100), (40, 1), (2, 60)])
def test_heat_maps_stay_within_a_page_and_keep_their_cells_large_enough(sources: int, targets: int, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    heatmap([f"wort{place}" for place in range(sources)], ["word"] * targets, generator.random((targets, sources)), tmp_path / "map.png")
    width, height = size(tmp_path / "map.png")
    assert sources * 17 < width < 17 * sources + 1400
    assert targets * 17 < height < 17 * targets + 1400
    if max(sources, targets) <= 40:
        assert width < 1400 and height < 1400


def test_a_map_of_a_very_long_sentence_shrinks_and_names_every_few_words(tmp_path: Path) -> None:
    words = [f"w{place}" for place in range(1000)]
    heatmap(words, ["a"], np.full((1, 1000), 0.001), tmp_path / "map.png")
    assert size(tmp_path / "map.png")[0] < 4200
    axes = heatmap_figure(words, ["a"], np.full((1, 1000), 0.001)).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == words[::5]
    assert list(axes.get_xticks()) == list(range(0, 1000, 5))


def test_tokens_that_are_odd_are_shown_as_written_without_a_warning(tmp_path: Path) -> None:
    tokens = ["$x^2$", "$", "我们", "שלום", "नमस्ते", "", "\n", "\x00", "\ud800", "a" * 99, "\u200b", "😀", "_{"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        heatmap(tokens, tokens, np.eye(len(tokens)), tmp_path / "map.png")
    size(tmp_path / "map.png")
    axes = heatmap_figure(tokens, tokens, np.eye(len(tokens))).axes[0]
    assert axes.get_xticklabels()[0].get_text() == "$x^2$"
    assert axes.get_xticklabels()[0].get_parse_math() is False


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("word", "word"),
        ("sixteen-letters-", "sixteen-letters-"),
        ("seventeen-letters", "seventee…letters"),
        ("Donaudampfschifffahrt", "Donaudam…fffahrt"),
        ("", "∅"),
        (" ", "␣"),
        ("\n", "␣"),
        ("a\x00b", "a�b"),
        ("\ud800", "�"),
        ("co\u00adop", "coop"),
        ("\u200b", "∅"),
    ],
)
def test_tokens_are_shortened_in_the_middle_and_their_unseen_characters_shown(token: str, shown: str) -> None:
    assert shortened(token) == shown
    assert len(shortened(token)) <= 16


@pytest.mark.parametrize(("sources", "targets", "weights"), [(["a"], ["b", "c"], [[1.0]]), ([], ["b"], [[]]), (["a"], ["b"], [1.0])])
def test_weights_of_another_shape_are_refused(sources: list, targets: list, weights: list) -> None:
    with pytest.raises(ValueError) as error:
        heatmap_figure(sources, targets, weights)
    assert str(error.value) == (
        f"a heat map of {len(targets)} target words and {len(sources)} source words cannot show weights of shape {np.shape(weights)}; "
        "it needs one row per target word, one column per source word, and at least one of each"
    )


def test_accuracy_while_training_is_not_drawn_beside_dev() -> None:
    before = [{key: value for key, value in row(epoch).items() if not key.startswith("probe")} for epoch in (1, 2)]
    found = drawn(before)
    assert set(found["loss"]) == {LEARNING, "dev"}
    assert set(found["accuracy (%)"]) == {"dev"}


def test_the_epoch_that_is_kept_is_marked() -> None:
    found = drawn([row(1, best=True), row(2, best=True), row(3, best=False)])
    assert [x for x, _ in found["loss"]["kept (epoch 2)"]] == [2, 2]
    assert "kept (epoch 2)" in found["accuracy (%)"]
    assert not any("kept" in name for panel in drawn([row(1), row(2)]).values() for name in panel)

"""The charts of a run's page: what they say, what they leave out, and names that do not touch."""

from __future__ import annotations

import re
from typing import Any

import pytest

from seqtasks.reports.curve_charts import APART, accuracy_chart, gradient_chart, loss_chart, points, run_charts, scores_chart

MEASURED = {"gradient_norm_median": 0.5, "gradient_norm_p90": 2.0, "gradient_norm_largest": 9.0}


def history(epochs: int = 5, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "epoch": epoch, "train_loss": 3 / epoch, "probe_loss": 2 / epoch, "dev_loss": 2.1 / epoch, "probe_accuracy": 90 + epoch,
            "dev_accuracy": 89 + epoch, "best": epoch <= 3, "scores": {"ner f1": 50.0, "ner accuracy": 90.0}, **MEASURED, **more,
        }
        for epoch in range(1, epochs + 1)
    ]  # fmt: skip


def test_each_chart_says_where_its_lines_end() -> None:
    loss, accuracy, scores, gradients = run_charts(history(), 1.0)
    assert loss.description == "Loss in nats by epoch: train 0.4 in epoch 5; dev 0.42 in epoch 5; while learning 0.6 in epoch 5"
    assert accuracy.description == "Accuracy in percent by epoch: train 95 in epoch 5; dev 94 in epoch 5"
    assert scores.description == "Score on dev by epoch: ner f1 50 in epoch 5; ner accuracy 90 in epoch 5"
    assert gradients.description == "Norm of the gradient by epoch; median in the last epoch 0.500"
    assert ">clipped above<" in gradients.svg
    assert "mathdefault" not in gradients.svg


def test_what_a_history_of_before_lacks_is_left_out() -> None:
    old = [
        {key: row[key] for key in ("epoch", "train_loss", "dev_loss", "dev_accuracy")} | {"scores": {"dev accuracy": 1.0}}
        for row in history()
    ]
    loss, accuracy = run_charts(old, 1.0)
    assert "train " not in accuracy.description
    assert "while learning" in loss.description
    assert scores_chart(old) is gradient_chart(old, 1.0) is None
    assert run_charts([], 1.0) == []
    assert loss_chart([{"epoch": 1}]) is accuracy_chart([{"epoch": 1}]) is None


def test_a_gradient_of_nothing_has_no_log_scale() -> None:
    assert gradient_chart(history(gradient_norm_median=0.0), 1.0) is None
    chart = gradient_chart(history(), 0.0)
    assert chart is not None
    assert "clipped above" not in chart.svg


@pytest.mark.parametrize("epochs", [1, 2, 60])
def test_names_at_the_ends_of_lines_stand_apart(epochs: int) -> None:
    chart = loss_chart(history(epochs, train_loss=1.0, probe_loss=1.0, dev_loss=1.0))
    assert chart is not None
    places = [float(y) for name in ("train", "dev", "while learning") for y in re.findall(rf'y="([\d.]+)"[^>]*>{name}<', chart.svg)]
    places += [float(y) for y in re.findall(r"translate\([\d.]+ ([\d.]+)\)[^>]*>(?:train|dev|while learning)<", chart.svg)]
    if len(places) == 3:
        assert min(abs(a - b) for a in places for b in places if a is not b) > 0.5 * APART * chart.height


def test_points_are_finite_numbers_with_their_epochs() -> None:
    rows = [{"epoch": 3, "x": 1}, {"epoch": 4, "x": None}, {"epoch": 5}, {"epoch": 6, "x": float("inf")}, {"epoch": 7, "x": 2.5}]
    assert points(rows, "x") == [(3, 1.0), (7, 2.5)]

"""Verdicts on curves drawn by hand, each with its neighbour that is none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from seqtasks.diagnosis.observations.curve import Curve
from seqtasks.diagnosis.observations.evidence import Evidence, SourceControl, statements
from seqtasks.diagnosis.observations.observe import observe
from seqtasks.diagnosis.observations.remedies import REMEDIES, more, scaled
from seqtasks.diagnosis.observations.rules import ALARMS, RULES, Setting, verdict_of
from seqtasks.diagnosis.shared_sentences import SharedWithTrain

H0 = 2.0
FALLING = [1.5, 0.8, 0.4, 0.25, 0.2, 0.19, 0.185, 0.184]


def history(
    train: list[float], dev: list[float] | None = None, *, learning: list[float] | None = None, **more: Any
) -> list[dict[str, Any]]:
    rows = []
    for place, loss in enumerate(train):
        rows.append(
            {
                "epoch": place + 1, "update": 100 * (place + 1), "train_loss": (learning or train)[place], "train_accuracy": 50.0,
                "probe_loss": loss, "probe_accuracy": 60.0, "dev_loss": dev[place] if dev else None,
                "dev_accuracy": 60.0 + place if dev else None, "best": bool(dev) and dev[place] == min(dev[: place + 1]),
                "label_entropy": H0, "learning_rate": 1e-3, "tokens_per_second": 1.0, "seconds": 1.0, "scores": {}, "loss_spikes": 0,
                "update_ratio": 0.006, "clipped_share": 0.1, "gradient_norm_largest": 3.0, **more,
            }
        )  # fmt: skip
    return rows


def verdict(rows: list[dict[str, Any]], **setting: Any) -> str:
    return verdict_of(Curve.of(rows), Setting(**setting))[0]


PLANTED = {
    "good fit": history(FALLING, [loss + 0.02 for loss in FALLING]),
    "overfitting": history(FALLING, [1.5, 0.9, 0.6, 0.55, 0.58, 0.62, 0.66, 0.7]),
    "unstable": history([1.0, 0.5, 0.9, 0.4, 0.8, 0.5, 1.1, 0.9], [1.0, 0.6, 0.9, 0.5, 0.8, 0.5, 1.0, 0.9]),
    "not learning": history([1.999, 1.998, 1.997, 1.996], [2.0, 2.0, 2.0, 2.0]),
    "underfitting": history([1.7, 1.5, 1.45, 1.444, 1.442, 1.441], [1.7, 1.52, 1.46, 1.455, 1.453, 1.452]),
    "still improving": history([1.6, 1.3, 1.0, 0.8, 0.65], [1.6, 1.3, 1.0, 0.82, 0.7]),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_verdict_is_found(name: str) -> None:
    assert verdict(PLANTED[name]) == name
    assert observe(PLANTED[name], {}).verdict == name


def test_every_verdict_has_a_remedy_and_every_remedy_a_rule() -> None:
    assert {name for name, _ in RULES} == set(REMEDIES)
    assert set(REMEDIES) > ALARMS


def test_overfitting_needs_a_training_loss_that_falls_and_a_rise_beyond_the_jitter() -> None:
    flat = [1.5, 0.8, 0.5, 0.45, 0.45, 0.45, 0.45, 0.45]
    assert verdict(history(flat, [1.5, 0.9, 0.6, 0.55, 0.58, 0.62, 0.66, 0.7])) == "good fit"
    assert verdict(history(FALLING, [1.5, 0.9, 0.6, 0.55, 0.551, 0.552, 0.553, 0.554])) == "good fit"
    assert verdict(history([1.0, 0.5, 0.1, 0.05, 0.02], [1.0, 0.6, 0.3, 0.29, 0.288])) == "overfitting"  # over five times training's
    assert verdict(history([1.0, 0.1, 0.01, 0.005, 0.002], [1.0, 0.2, 0.06, 0.05, 0.05])) == "good fit"  # but a small loss


@pytest.mark.parametrize("ratio", [1e-5, 0.01])
def test_a_loss_above_the_label_entropy_that_falls_slowly_is_not_unstable(ratio: float) -> None:
    slow = [3.0, 2.99, 2.98, 2.97, 2.96]
    assert verdict(history(slow, slow, update_ratio=ratio)) == "not learning"
    assert verdict(history(slow, slow, update_ratio=0.5)) == "unstable"
    assert verdict(history([1.0, 0.9, 3.0, 3.0], [1.0, 0.9, 3.0, 3.0])) == "unstable"


def test_leaps_of_the_loss_are_unstable_if_they_are_more_than_a_few() -> None:
    rows = history(FALLING, FALLING)
    assert verdict([*rows[:-1], rows[-1] | {"loss_spikes": 8}]) == "good fit"
    assert verdict([*rows[:-1], rows[-1] | {"loss_spikes": 9}]) == "unstable"
    assert verdict([row | {"update": row["epoch"], "loss_spikes": 0 if row["epoch"] > 1 else 4} for row in rows]) == "good fit"


def test_one_bad_epoch_of_dev_is_no_instability() -> None:
    dev = [1.5, 0.8, 0.4, 0.5, 0.22, 0.2, 0.19, 0.19]
    assert verdict(history(FALLING, dev)) == "good fit"
    assert verdict(history(FALLING, [1.5, 0.8, 0.9, 0.5, 0.7, 0.3, 0.5, 0.19])) == "unstable"


def test_a_warm_up_that_did_not_end_is_the_verdict_unless_all_is_learnt() -> None:
    assert verdict(PLANTED["not learning"], warmup=400) == "warm-up longer than the run"
    assert verdict(PLANTED["not learning"], warmup=399) == "not learning"
    assert verdict(PLANTED["good fit"], warmup=800) == "good fit"


def test_a_short_run_is_still_improving_before_anything_else_but_unstable() -> None:
    assert verdict(history([1.9, 1.8], [1.9, 1.85])) == "still improving"
    assert verdict(history([1.2], [1.25], learning=[1.8])) == "still improving"
    assert verdict(history([1.2], [1.25], learning=[1.2])) == "underfitting" or H0 * 0.4 < 1.2
    assert verdict(history([0.5, 2.6], [0.5, 2.6])) == "unstable"


def test_what_is_open_ended_may_explain_little() -> None:
    assert verdict(PLANTED["underfitting"], open_ended=True) == "good fit"


def test_without_dev_training_alone_is_judged() -> None:
    assert verdict(history(FALLING)) == "good fit"
    assert "nothing was held out" in verdict_of(Curve.of(history(FALLING)), Setting())[1]


def test_a_history_of_before_is_observed_and_says_what_it_lacks() -> None:
    lacking = {"probe_loss", "probe_accuracy", "label_entropy", "loss_spikes", "update_ratio", "clipped_share", "best", "dev_words"}
    lacking.add("gradient_norm_largest")
    old = [{key: value for key, value in row.items() if key not in lacking} for row in PLANTED["good fit"]]
    found = observe(old, {})
    assert found.verdict == "good fit"
    assert {one.about for one in found.statements} == {"training loss", "scale"}
    assert observe(old, {}, entropy=H0).because.startswith("dev loss 0.204 of 2.000 nats (90 % explained)")
    with pytest.raises(ValueError, match="a history without rows shows nothing"):
        observe([], {})


def told(rows: list[dict[str, Any]], evidence: Evidence | None = None, setting: Setting | None = None) -> dict[str, tuple[str, bool]]:
    found = statements(Curve.of(rows), setting or Setting(), evidence or Evidence())
    return {one.about: (one.text, one.alarm) for one in found}


def test_controls_are_told_with_their_numbers() -> None:
    rows = PLANTED["good fit"]
    shared = [SharedWithTrain("test", 100, 30, 90, 28, 4), SharedWithTrain("dev", 50, 1, 40, 0, 9)]
    found = told(rows, Evidence(shared, SourceControl(2.0, 2.001, 80)), Setting(warmup=200, decays=True))
    assert found["another line's source"][1]
    assert "dev loss is 2.001 instead of 2.000 nats a token (+0.001; 80 lines)" in found["another line's source"][0]
    assert found["warm-up"] == ("The learning rate rose over 200 updates; the run has 800.", False)
    assert "10 % of updates" in found["clipping"][0]
    assert "0.6 % of their norm" in found["update ratio"][0]
    assert "only a longer run tells" in found["schedule"][0]
    texts = [(one.text, one.alarm) for one in statements(Curve.of(rows), Setting(), Evidence(shared)) if one.about == "shared sentences"]
    assert texts[0][1]
    assert texts[0][0].startswith("test: 30 of 100 sentences stand in train, too")
    assert texts[1] == ("dev: 1 of 50 sentences stand in train, and of its 40 of 5 words or more 0 nearly do.", False)
    assert not told(rows, Evidence(source=SourceControl(2.0, 2.5, 80)))["another line's source"][1]
    assert observe(rows, {}, evidence=Evidence(shared)).alarm
    assert not observe(rows, {}).alarm


@pytest.mark.parametrize(("ratio", "alarm"), [(5e-5, True), (1.1e-4, False), (2.9e-2, False), (0.05, True)])
def test_update_ratios_beyond_what_is_usual_are_told(ratio: float, alarm: bool) -> None:
    assert told(history(FALLING, FALLING, update_ratio=ratio))["update ratio"][1] is alarm


def test_a_dev_loss_that_rises_while_accuracy_rises_says_both() -> None:
    assert "from 63.00 to 67.00 %" in told(PLANTED["overfitting"])["loss and accuracy"][0]
    assert "hardly moved for the last" in told(history([*FALLING, *[0.184] * 4], [*FALLING, *[0.184] * 4]))["plateau"][0]


def test_changes_keep_their_kind_and_their_bounds() -> None:
    assert scaled("a", 2)({"a": 3}) == "a=6"
    assert scaled("a", 1 / 3)({"a": 0.002}) == "a=0.00067"
    assert scaled("a", 0.5)({"a": 1}) is None
    assert scaled("a", 2)({}) is None
    assert more("a", 0.15, 0.5)({"a": 0.4}) == "a=0.5"
    assert more("a", 0.15, 0.5)({"a": 0.5}) is None


def test_jitter_is_that_of_noise_and_not_of_a_trend() -> None:
    drawn = np.random.default_rng(1)
    noise = 0.05 * drawn.standard_normal(400)
    curve = Curve.of(history((3 - np.linspace(0, 2, 400)).tolist(), (3 - np.linspace(0, 2, 400) + noise).tolist()))
    assert curve.jitter == pytest.approx(0.05, rel=0.15)
    assert math.isclose(Curve.of(history([1.0, 0.5, 0.4])).jitter, 0.0)

"""What is measured of updates: the right numbers, and without a trace in what is trained."""

import json
import math

import numpy as np
import pytest
import torch
from torch import nn

from seqtasks.errors import Interrupted
from seqtasks.training.label_entropy import decision_entropy, label_entropy
from seqtasks.training.update_meter import EVERY, WINDOW, UpdateMeter, at_rank, spikes
from tests.training.test_loop import rows_without_time, run, weights

MEASURED = {"gradient_norm_median", "gradient_norm_p90", "gradient_norm_largest", "clipped_share", "update_ratio", "loss_spikes"}


def unmeasured(monkeypatch):
    """A meter that only clips, as training did before there was one."""
    monkeypatch.setattr(
        UpdateMeter, "gradient", lambda self, clip: nn.utils.clip_grad_norm_(self.parameters, clip) if clip else None, raising=True
    )
    for name in ("before_step", "settle"):
        monkeypatch.setattr(UpdateMeter, name, lambda self: None)
    monkeypatch.setattr(UpdateMeter, "after_step", lambda self, loss: None)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_weights_are_the_same_bits_with_and_without_the_meter(tmp_path, monkeypatch, optimizer):
    measured, _, watcher = run(tmp_path / "measured", optimizer=optimizer)
    with monkeypatch.context() as patch:
        unmeasured(patch)
        plain, _, _ = run(tmp_path / "plain", optimizer=optimizer)
    for name, tensor in weights(measured).items():
        assert torch.equal(tensor, weights(plain)[name]), name
    assert set(watcher.rows[0][0]) > MEASURED


@pytest.mark.parametrize("clip_norm", [0.0, 0.5, 100.0])
def test_norms_and_ratios_equal_those_computed_by_hand(clip_norm):
    torch.manual_seed(1)
    model, rate, kept = nn.Linear(5, 3), 0.01, {}
    meter, norms, ratios = UpdateMeter(model.parameters(), kept), [], []
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for update in range(2 * EVERY + 3):
        optimizer.zero_grad()
        (model(torch.randn(7, 5)) ** 2).mean().mul(1 + update % 4).backward()
        norms.append(math.sqrt(sum(float((p.grad.double() ** 2).sum()) for p in model.parameters())))
        meter.gradient(clip_norm)
        clipped = math.sqrt(sum(float((p.grad.double() ** 2).sum()) for p in model.parameters()))
        assert clipped == pytest.approx(min(norms[-1], clip_norm or math.inf), rel=1e-4)
        if update % EVERY == 0:
            length = math.sqrt(sum(float((p.detach().double() ** 2).sum()) for p in model.parameters()))
            ratios.append(rate * clipped / length)
        meter.before_step()
        optimizer.step()
        meter.after_step(1.0)
    row = meter.row(clip_norm=clip_norm, label_entropy=1.0)
    assert row["gradient_norm_median"] == pytest.approx(np.percentile(norms, 50, method="higher"), rel=1e-5)
    assert row["gradient_norm_p90"] == pytest.approx(np.percentile(norms, 90, method="higher"), rel=1e-5)
    assert row["gradient_norm_largest"] == pytest.approx(max(norms), rel=1e-5)
    assert row["update_ratio"] == pytest.approx(np.percentile(ratios, 50, method="higher"), rel=1e-3)
    share = sum(norm > clip_norm for norm in norms) / len(norms)
    assert row["clipped_share"] == (None if clip_norm == 0 else pytest.approx(share))
    assert kept == {"before": [1.0] * len(norms)}


@pytest.mark.parametrize(("stop_after", "every"), [(1, 0), (7, 0), (12, 0), (17, 5), (30, 0)])
def test_a_resumed_run_has_the_same_measures(tmp_path, stop_after, every):
    run(tmp_path / "whole", every=every)
    with pytest.raises(Interrupted):
        run(tmp_path / "cut", every=every, stop_after=stop_after)
    run(tmp_path / "cut", every=every, resume=True)
    rows = rows_without_time(tmp_path / "whole")
    assert rows == rows_without_time(tmp_path / "cut")
    assert all(row["gradient_norm_largest"] >= row["gradient_norm_p90"] >= row["gradient_norm_median"] > 0 for row in rows)


def test_a_checkpoint_of_before_goes_on(tmp_path):
    from seqtasks.training.weights import read_tensors, write_tensors

    run(tmp_path, epochs=2)
    path = sorted((tmp_path / "checkpoints").glob("update-*"))[-1]
    tensors, facts = read_tensors(path)
    del facts["progress"]["updates"]
    write_tensors(path, tensors, facts)
    _, progress, watcher = run(tmp_path, epochs=3, resume=True)
    assert progress.update == 36
    assert set(watcher.rows[0][0]) > MEASURED


def test_a_leap_of_the_loss_is_counted_and_noise_is_not():
    drawn = np.random.default_rng(3)
    calm = (2 + 0.05 * drawn.standard_normal(300)).tolist()
    assert spikes(calm, [], 2.5) == 0
    leaps = list(calm)
    for place in (60, 150, 299):
        leaps[place] = 3.5
    assert spikes(leaps, [], 2.5) == 3
    assert spikes(leaps[50:], leaps[:50][-WINDOW:], 2.5) == 3
    assert spikes(leaps, [], 60.0) == 0  # no leap on the scale of the labels
    assert spikes([1.0, 90.0], [], 2.5) == 0  # too few to say what is usual
    assert spikes([math.nan, *leaps], [], 2.5) <= 3


def test_what_is_no_number_is_no_percentile(tmp_path):
    assert at_rank([], 50) is None
    assert at_rank([1.0, math.inf], 100) is None
    assert at_rank([1.0, 2.0, math.nan], 50) == 2.0
    json.dumps(at_rank([1.0, math.nan], 90), allow_nan=False)


def test_label_entropy_is_that_of_their_frequencies():
    labels = np.array([0, 0, 1, 3, -100, 3, 3, 3])
    shares = np.array([2, 1, 4]) / 7
    assert label_entropy(labels) == pytest.approx(-(shares * np.log(shares)).sum())
    assert label_entropy([5, 5]) == label_entropy([]) == 0.0
    assert decision_entropy([[1, 0, 0], [0, 0, 1]]) == pytest.approx(2 * math.log(2))

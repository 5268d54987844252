"""Gradients before training: each curve is its network's, and the order that a course teaches holds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seqtasks.insight.gradients import relative_gradients, standard_normal
from seqtasks.insight.studies.networks import NETWORKS, network_kinds
from seqtasks.insight.studies.untrained import study_gradients


def test_each_curve_is_that_of_a_fresh_network() -> None:
    study = study_gradients(network_kinds(["gru", "highway"]), seeds=(4, 7), length=9, hidden_size=6, scale=0.5)
    assert study.relative_NRD.shape == (2, 2, 9) and (study.longest, study.scale) == (9, 0.5)
    torch.manual_seed(7)
    network = NETWORKS["highway"].build(6, 6, 9)
    expected_D = relative_gradients(network, standard_normal(32, 9, 6, seed=7, scale=0.5), seed=7)
    np.testing.assert_array_equal(study.relative_NRD[1, 1], expected_D)
    np.testing.assert_allclose(study.typical()[1], np.sqrt(study.relative_NRD[1, 0] * study.relative_NRD[1, 1]))


def test_ordered_tells_each_seed_by_itself() -> None:
    study = study_gradients(network_kinds(["rnn", "gru", "lstm"]), seeds=(1, 2), length=4, hidden_size=6)
    rising = np.array([[0.1, 0.3], [0.2, 0.2], [0.3, 0.4]])
    study.relative_NRD[:, :, 3] = rising
    assert study.ordered(["rnn", "gru", "lstm"], 3) == [True, False]
    assert study.ordered(["gru", "lstm"], 3) == [True, True]


@pytest.mark.slow
def test_fifty_words_back_forget_gates_decide_what_is_left() -> None:
    study = study_gradients(network_kinds(["rnn", "gru", "lstm", "lstm-chrono"]))
    at_50_NR = study.relative_NRD[:, :, 50]
    rnn, _, lstm, chrono = at_50_NR
    assert (rnn < 1e-12).all() and (lstm > 1e-5).all() and (lstm < 1e-2).all() and (chrono > 1e-2).all()
    assert study.ordered(study.networks, 50) == [True] * 5

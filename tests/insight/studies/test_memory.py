"""Memory by distance: what a study holds equals what its parts measure, one training at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from seqtasks.insight.studies.memory import MemoryStudy, gradient_at_symbol, study_memory, train_at
from seqtasks.insight.studies.networks import NETWORKS, network_kinds
from seqtasks.insight.studies.sequences import TASKS
from seqtasks.insight.studies.training import BATCH, TaskNetwork, generator_of, score


def small(task: str = "recall", **changes: object) -> tuple[MemoryStudy, list[str]]:
    told: list[str] = []
    settings = {"distances": [3, 5], "seeds": [1, 2], "parameters": 900, "updates": 4, "tell": told.append} | changes
    return study_memory(network_kinds(["rnn", "lstm-chrono"]), TASKS[task], **settings), told  # type: ignore[arg-type]


def test_each_cell_is_one_training_at_one_distance_under_one_seed() -> None:
    study, told = small()
    assert study.scores_NDR.shape == study.gradients_NDR.shape == study.updates_NDR.shape == (2, 2, 2)
    network = TaskNetwork.of(NETWORKS["lstm-chrono"], TASKS["recall"], parameters=900, longest=6, seed=2)
    assert gradient_at_symbol(network, TASKS["recall"], 5, 2) == study.gradients_NDR[1, 1, 1]
    train_at(network, TASKS["recall"], 5, 2, 4)
    assert score(network, TASKS["recall"], TASKS["recall"].examples(1000, 5, generator_of(5, 2))) == study.scores_NDR[1, 1, 1]
    assert network.size == study.parameters[1]
    assert len(told) == 8 and told[-1].startswith("lstm-chrono, 5 words, seed 2: accuracy 0.")


@pytest.mark.parametrize("task", ["recall", "copy"])
def test_the_gradient_is_that_of_the_last_answer_at_its_symbol(task: str) -> None:
    network = TaskNetwork.of(NETWORKS["rnn-orthogonal"], TASKS[task], parameters=900, longest=6, seed=1)
    found = gradient_at_symbol(network, TASKS[task], 4, 3)
    double = network.double()
    examples = TASKS[task].examples(BATCH, 4, generator_of(4, 3, 3))
    directions_BO = torch.randn(BATCH, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    squares = np.zeros(examples.inputs.size(1))
    for words_S, direction_O in zip(examples.inputs, directions_BO, strict=True):
        vectors_SE = double.embedding(words_S).detach().requires_grad_()
        (double.read(vectors_SE[None], 1)[0, 0] @ direction_O).backward()
        squares += vectors_SE.grad.square().sum(dim=1).numpy()  # type: ignore[union-attr]
    assert found == pytest.approx((squares[-1 - 4] / squares[-1]) ** 0.5, rel=1e-9)


def test_a_task_without_a_symbol_has_no_gradient_and_predicts_nothing() -> None:
    study, _ = small("adding")
    assert study.lower_is_better and np.isnan(study.gradients_NDR).all() and np.isnan(study.prediction())


def test_learned_is_nine_tenths_of_the_way_from_chance() -> None:
    study, _ = small()
    scores = np.array([[[0.91, 0.92], [0.125, 1.0]], [[0.9, 0.95], [0.5, 0.913]]])
    known = replace(study, scores_NDR=scores, gradients_NDR=scores)
    assert known.learned().tolist() == [[[False, True], [False, True]], [[False, True], [False, True]]]  # from 0.9125 on
    assert known.prediction() == 1.0
    adding = replace(study, measure="squared error", chance=1 / 6, scores_NDR=np.array([[[0.016, 0.018], [0.2, 0.0]]]))
    assert adding.learned().tolist() == [[[True, False], [False, True]]]
    np.testing.assert_allclose(known.typical(), [[0.915, 0.5625], [0.925, 0.7065]])


@pytest.mark.slow
def test_over_forty_words_an_lstm_guesses_where_chrono_and_attention_answer() -> None:
    kinds = network_kinds(["lstm", "lstm-chrono", "attention"])
    study = study_memory(kinds, TASKS["recall"], distances=[40], seeds=[1])
    lstm, chrono, attention = study.typical()[:, 0]
    assert lstm <= 0.25 and chrono >= 0.95 and attention >= 0.95

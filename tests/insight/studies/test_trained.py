"""Gradient and influence of trained networks equal what one sentence at a time gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seqtasks.insight.studies.networks import NETWORKS, network_kinds
from seqtasks.insight.studies.sequences import SYMBOLS, TASKS
from seqtasks.insight.studies.trained import gradient_of_answer, influence_of_symbol, study_trained
from seqtasks.insight.studies.training import TaskNetwork, generator_of

RECALL = TASKS["recall"]


def network() -> TaskNetwork:
    return TaskNetwork.of(NETWORKS["lstm"], RECALL, parameters=1500, longest=6, seed=1).double()


def test_the_gradient_is_that_of_the_right_answers_log_probability() -> None:
    own, examples = network(), RECALL.examples(20, 5, generator_of(1))
    squares = np.zeros(6)
    for words_S, (answer,) in zip(examples.inputs, examples.answers_BA.tolist(), strict=True):
        vectors_SE = own.embedding(words_S).detach().requires_grad_()
        own.read(vectors_SE[None], 1)[0, 0].log_softmax(dim=0)[answer].backward()
        squares += vectors_SE.grad.square().sum(dim=1).numpy()  # type: ignore[union-attr]
    np.testing.assert_allclose(gradient_of_answer(own, examples), np.sqrt(squares / squares[-1])[::-1], rtol=1e-9)


def test_influence_is_what_the_right_answer_loses_when_the_symbol_is_another() -> None:
    own, examples = network(), RECALL.examples(30, 5, generator_of(1))
    others = torch.randint(1, SYMBOLS, (30,), generator=generator_of(2))
    drops = []
    for words_S, (answer,), other in zip(examples.inputs, examples.answers_BA.tolist(), others.tolist(), strict=True):
        replaced_S = words_S.clone()
        replaced_S[0] = (answer + other) % SYMBOLS
        assert replaced_S[0] != words_S[0]
        with torch.no_grad():
            before, after = (own(row[None], 1)[0, 0].log_softmax(dim=0)[answer] for row in (words_S, replaced_S))
        drops.append((before - after).item())
    assert influence_of_symbol(own, examples, generator_of(2)) == pytest.approx(sum(drops) / 30, abs=1e-9)


def test_a_study_has_accuracy_gradient_and_influence_of_each_training() -> None:
    told: list[str] = []
    study = study_trained(network_kinds(["rnn", "gru"]), distances=(2, 4), seeds=(1,), parameters=1500, updates=3, tell=told.append)
    assert study.accuracies_NRD.shape == study.relative_NRD.shape == study.influences_NRD.shape == (2, 1, 2)
    assert told[1].startswith("gru, seed 1: ") and told[1].endswith(" after 3 updates")


@pytest.mark.slow
def test_a_trained_rnn_remembers_where_its_gradient_has_vanished() -> None:
    study = study_trained(network_kinds(["rnn"]), distances=(5, 10, 20, 40, 60), seeds=(1,))
    assert study.accuracies_NRD[0, 0, -1] >= 0.99 and study.influences_NRD[0, 0, -1] > 3
    assert study.relative_NRD[0, 0, -1] < 1e-6

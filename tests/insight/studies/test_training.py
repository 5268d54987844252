"""Losses, scores and the stop of the studies' training."""

from __future__ import annotations

import math

import pytest
import torch

from seqtasks.insight.studies.networks import NETWORKS
from seqtasks.insight.studies.sequences import TASKS, Examples
from seqtasks.insight.studies.training import EVERY, TaskNetwork, generator_of, is_solved, loss_of, score, train

RECALL, ADDING = TASKS["recall"], TASKS["adding"]


def network_for(task: str, seed: int = 1) -> TaskNetwork:
    return TaskNetwork.of(NETWORKS["lstm"], TASKS[task], parameters=800, longest=5, seed=seed)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["rnn", "attention", "transformer"])
def test_networks_come_near_the_parameters_asked_for_and_answer_at_the_last_words(task: str, name: str) -> None:
    network = TaskNetwork.of(NETWORKS[name], TASKS[task], parameters=6000, longest=5, seed=1)
    assert abs(network.size - 6000) < 0.15 * 6000
    examples = TASKS[task].examples(3, 8, generator_of(1))
    answers = examples.answers_BA.size(1)
    outputs_BAO = network(examples.inputs, answers)
    assert outputs_BAO.shape == (3, answers, TASKS[task].outputs)
    torch.testing.assert_close(outputs_BAO[:, -1], network(examples.inputs, 1)[:, 0])


def test_a_seed_gives_the_same_network_and_leaves_other_draws_alone() -> None:
    torch.manual_seed(5)
    first, after = network_for("recall"), torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), after)
    second, other = network_for("recall"), network_for("recall", seed=2)
    pairs = list(zip(first.parameters(), second.parameters(), strict=True))
    assert all(torch.equal(one, same) for one, same in pairs)
    assert not torch.equal(first.output.weight, other.output.weight)


def test_loss_and_score_are_those_of_the_answers() -> None:
    outputs_BAO = torch.tensor([[[2.0, 0.0], [0.0, 1.0]]])
    answers_BA = torch.tensor([[0, 0]])
    expected = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(1))) / 2
    assert loss_of(RECALL, outputs_BAO, answers_BA).item() == pytest.approx(expected, abs=1e-6)
    assert loss_of(ADDING, torch.tensor([[[1.5]], [[0.0]]]), torch.tensor([[1.0], [1.0]])).item() == pytest.approx(0.625)
    examples = RECALL.examples(50, 3, generator_of(1))
    network = network_for("recall")
    with torch.no_grad():
        right = (network(examples.inputs, 1)[:, 0].argmax(dim=1) == examples.answers_BA[:, 0]).sum().item()
    assert score(network, RECALL, examples) == right / 50


def test_accuracy_is_solved_from_above_and_an_error_from_below() -> None:
    assert is_solved(RECALL, 0.996) and not is_solved(RECALL, 0.99)
    assert is_solved(ADDING, 0.0015) and not is_solved(ADDING, 0.01)


def test_training_learns_a_short_recall_and_ends_once_it_is_solved() -> None:
    network = TaskNetwork.of(NETWORKS["gru"], RECALL, parameters=3000, longest=2, seed=1)
    generator = generator_of(7)

    def draw() -> Examples:
        return RECALL.examples(32, 1, generator)

    check = RECALL.examples(100, 1, generator_of(8))
    done = train(network, RECALL, draw, [check], updates=600)
    assert done.solved and done.updates % EVERY == 0 and score(network, RECALL, check) >= 0.995
    assert not train(network_for("recall"), RECALL, draw, [check], updates=3).solved


def test_draws_differ_with_each_number_and_with_their_order() -> None:
    seeds = [generator_of(*numbers).initial_seed() for numbers in ((1,), (2,), (1, 2), (2, 1), (0, 1), (1, 0), (0, 0, 1))]
    assert len(set(seeds)) == len(seeds)

"""The optimiser and the schedule that [training] names, by their first updates."""

from __future__ import annotations

from math import ceil

import pytest
import torch

from seqtasks.tasks.optimizer import build_optimizer, build_schedule
from seqtasks.tasks.table import load_recipe
from seqtasks.training.schedules import SCHEDULES


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_the_first_update_is_that_of_the_optimisers_equations(name: str) -> None:
    changes = [f"training.optimizer={name}", "training.learning_rate=0.1", "training.weight_decay=0.5", "training.momentum=0.9"]
    settings = load_recipe("pos", "lstm", changes).recipe.training
    model = torch.nn.Linear(2, 1)
    model.bias.requires_grad_(False)
    before, gradient = model.weight.detach().clone(), torch.tensor([[0.3, -2.0]])
    optimizer = build_optimizer(model, settings)
    assert [group["initial_lr"] for group in optimizer.param_groups] == [0.1]
    assert [one is model.weight for group in optimizer.param_groups for one in group["params"]] == [True]
    model.weight.grad = gradient.clone()
    optimizer.step()
    decayed = gradient + 0.5 * before
    expected = {"sgd": before - 0.1 * decayed, "adam": before - 0.1 * decayed.sign(), "adamw": before * (1 - 0.05) - 0.1 * gradient.sign()}
    torch.testing.assert_close(model.weight.detach(), expected[name], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("batches", "accumulate"), [(10, 1), (10, 3), (1, 4)])
def test_the_schedule_ends_with_the_last_update_of_the_last_epoch(batches: int, accumulate: int) -> None:
    settings = load_recipe(
        "pos", "lstm", ["training.epochs=6", f"training.accumulate={accumulate}", "training.warmup_updates=2"]
    ).recipe.training
    total = 6 * ceil(batches / accumulate)
    found, expected = build_schedule(settings, batches), SCHEDULES[settings.schedule](warmup=2, total=total)
    assert [found(update) for update in range(total + 1)] == [expected(update) for update in range(total + 1)]

"""A model that does not fit is told with the memory it would need, before any of it is taken; one that fits is built as without asking."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from seqtasks.errors import RecipeError, UsageError
from seqtasks.tasks.model_size import LOADED, TRAINED, refuse_too_large
from seqtasks.tasks.table import load_recipe
from tests.miniature.runs import invoke

CPU = torch.device("cpu")


def linear(size: int) -> Callable[[], nn.Module]:
    return lambda: nn.Linear(size, size, bias=False)


@pytest.mark.parametrize(("copies", "doing", "needed"), [(TRAINED, "train", "16.0 GB"), (LOADED, "load", "4.0 GB")])
def test_the_memory_that_would_be_needed_is_told(copies: int, doing: str, needed: str) -> None:
    with pytest.raises(UsageError) as caught:
        refuse_too_large(linear(31_623), CPU, copies=copies, memory=10**9)
    assert str(caught.value).startswith(
        f"the model has 1,000,014,129 numbers and needs {needed} to {doing}; this machine has 1.0 GB. Lower "
    )
    refuse_too_large(linear(31_623), CPU, copies=copies, memory=17 * 10**9)


def test_sizes_that_no_machine_can_address_are_one_line() -> None:
    with pytest.raises(UsageError, match="beyond what any machine can address"):
        refuse_too_large(linear(10**10), CPU, copies=1)


def test_asking_changes_no_random_draw() -> None:
    torch.manual_seed(3)
    expected = nn.Linear(4, 4).weight.detach().clone()
    torch.manual_seed(3)
    refuse_too_large(linear(100), CPU, copies=TRAINED)
    assert torch.equal(nn.Linear(4, 4).weight, expected)


@pytest.mark.parametrize(
    ("task", "setting", "most"),
    [
        ("pos", f"backbone.layers={10**27}", 1000),
        ("pos", "backbone.layers=100000", 1000),
        ("translation", f"decoding.beams={10**9}", 1000),
        ("translation", f"text.size={10**18}", 10**6),
        ("translation", f"training.epochs={10**10}", 10**9),
    ],
)
def test_numbers_without_sense_are_refused_by_the_recipe(task: str, setting: str, most: int) -> None:
    with pytest.raises(RecipeError, match=f"input should be less than or equal to {most}"):
        load_recipe(task, overrides=[setting])


@pytest.mark.parametrize(("task", "setting"), [("pos", "backbone.hidden_size"), ("translation", "decoder.attention_size")])
def test_a_run_of_a_model_that_does_not_fit_leaves_nothing(task: str, setting: str, miniature, tmp_path) -> None:
    result = invoke("run", task, "--out", "run", "--device", "cpu", "--set", f"{setting}=10000000")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert " GB to train; this machine has " in result.stderr
    assert not (tmp_path / "run").exists()

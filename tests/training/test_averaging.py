"""Averages of weights: the moving one is the recursion it says, the mean of epochs is a mean; what is kept, and that training goes on."""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from seqtasks.errors import Interrupted, RunDirectoryError
from seqtasks.training.averaging import WeightAverage, decay_after, load_mean
from seqtasks.training.weights import load_weights, save_weights
from tests.training.test_loop import run, scripted, weights
from tests.training.toy import ToyModel, dev_scorer, objective


def tied() -> nn.Module:
    """Two layers that share their weight, and one that is frozen."""
    model = nn.ModuleDict({"first": nn.Linear(3, 3), "second": nn.Linear(3, 3), "frozen": nn.Linear(3, 3)})
    model["second"].weight = model["first"].weight
    model["frozen"].requires_grad_(False)
    return model


@pytest.mark.slow
def test_the_average_is_the_recursion_over_all_updates() -> None:
    model = tied()
    average, expected = WeightAverage(model, 0.5), model["first"].weight.detach().double().clone()
    for update in range(30):
        with torch.no_grad():
            model["first"].weight.add_(torch.randn(3, 3))
        average.add(update)
        kept = min(0.5, (1 + update) / (10 + update))
        expected = kept * expected + (1 - kept) * model["first"].weight.detach().double()
    torch.testing.assert_close(average.tensors["first.weight"].double(), expected, atol=1e-5, rtol=1e-5)
    assert sorted(average.tensors) == ["first.bias", "first.weight", "second.bias"]


def test_the_decay_rises_from_a_tenth_to_its_end() -> None:
    rises = [decay_after(update, 0.99) for update in range(2000)]
    assert (rises[0], rises[-1]) == (0.1, 0.99)
    assert rises == sorted(rises)


def test_within_the_block_the_model_holds_the_average_and_then_its_own_bits_again() -> None:
    model = tied()
    average, start = WeightAverage(model, 0.9), model["first"].weight.detach().clone()
    own = {name: tensor.clone() + 1 for name, tensor in model.state_dict().items()}
    model.load_state_dict(own)
    with pytest.raises(KeyError), average.installed():
        assert torch.equal(model["second"].weight, start)
        assert model["second"].weight is model["first"].weight
        raise KeyError
    assert all(torch.equal(tensor, own[name]) for name, tensor in model.state_dict().items())


@pytest.mark.slow
def test_training_goes_on_from_the_weights_themselves_while_the_average_is_scored_saved_and_held(tmp_path: Path) -> None:
    seen: list[dict[str, torch.Tensor]] = []

    def recording(model, data):
        score = dev_scorer(model, data)
        return lambda: (seen.append(weights(model)), score())[1]

    steps: list[list[dict[str, torch.Tensor]]] = [[], []]

    def spied(kept):
        def spy(model, batch, step):
            kept.append(weights(model))
            return objective(model, batch, step)

        return spy

    averaged, progress, _ = run(tmp_path / "averaged", ema=0.9, score=recording, goal=spied(steps[0]))
    run(tmp_path / "plain", goal=spied(steps[1]))
    for one, other in zip(*steps, strict=True):
        assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    mean = WeightAverage(ToyModel(), 0.9)
    mean.tensors = dict(steps[0][0])
    for update, after in enumerate(steps[0][1:13]):  # what epoch 1's twelve updates left
        mean.tensors = {name: torch.lerp(tensor, after[name], 1 - decay_after(update, 0.9)) for name, tensor in mean.tensors.items()}
    assert all(torch.equal(tensor, mean.tensors[name]) for name, tensor in seen[0].items())
    assert all(torch.equal(tensor, seen[progress.best_epoch - 1][name]) for name, tensor in weights(averaged).items())
    best = ToyModel()
    load_weights(best, tmp_path / "averaged/checkpoints/best.safetensors")
    assert all(torch.equal(tensor, weights(best)[name]) for name, tensor in weights(averaged).items())


def test_where_nothing_is_selected_the_last_average_is_held(tmp_path: Path) -> None:
    seen = []

    def recording(model, data):
        score = scripted([None] * 3)(model, data)
        return lambda: (seen.append(weights(model)), score())[1]

    model, _, _ = run(tmp_path, epochs=3, ema=0.9, score=recording)
    assert all(torch.equal(tensor, seen[-1][name]) for name, tensor in weights(model).items())
    finished, _, _ = run(tmp_path, epochs=3, ema=0.9, score=recording, resume=True)  # nothing is left to do
    assert all(torch.equal(tensor, seen[-1][name]) for name, tensor in weights(finished).items())


def test_a_checkpoint_without_an_average_is_refused_by_name(tmp_path: Path) -> None:
    run(tmp_path, epochs=1)
    path = tmp_path / "checkpoints/update-000000012.safetensors"
    message = f"{path}: its averaged weights do not fit the recipe (training.ema). Start again with --overwrite."
    with pytest.raises(RunDirectoryError, match=f"^{re.escape(message)}$"):
        run(tmp_path, ema=0.9, resume=True)


def test_the_mean_of_files_is_the_mean_of_their_numbers_and_what_is_shared_stays_so(tmp_path: Path) -> None:
    model = tied()
    model.register_buffer("steps", torch.tensor(0))
    paths, expected = [], torch.zeros(3, 3, dtype=torch.float64)
    for number in range(3):
        with torch.no_grad():
            model["first"].weight.copy_(torch.randn(3, 3))
            model.steps.fill_(number)
        expected += model["first"].weight.detach().double() / 3
        paths.append(tmp_path / f"{number}.safetensors")
        save_weights(model, paths[-1])
    load_mean(model, paths)
    torch.testing.assert_close(model["first"].weight.detach().double(), expected, atol=1e-7, rtol=1e-6)
    assert model["second"].weight is model["first"].weight
    assert int(model.steps) == 2


def epochs_seen(score):
    """A dev score that notes the weights it is asked about."""
    seen: list[dict[str, torch.Tensor]] = []

    def recording(model, data):
        inner = score(model, data)
        return lambda: (seen.append(weights(model)), inner())[1]

    return seen, recording


def assert_mean(model: nn.Module, seen: list[dict[str, torch.Tensor]]) -> None:
    for name, tensor in weights(model).items():
        torch.testing.assert_close(tensor, torch.stack([one[name] for one in seen]).mean(0), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("values", "chosen"), [([1.0, 4.0, 2.0, 3.0, 0.5], [1, 3]), ([2.0, 2.0, 2.0, 1.0, 1.0], [1, 2]), ([None] * 5, [3, 4])]
)
@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_the_best_epochs_are_averaged_or_the_last_where_nothing_is_selected(tmp_path: Path, values, chosen, ema: float) -> None:
    seen, recording = epochs_seen(scripted(values))
    model, progress, _ = run(tmp_path, epochs=5, mean_of=2, score=recording, ema=ema)
    assert list(progress.kept) == [str(epoch + 1) for epoch in chosen]
    assert_mean(model, [seen[epoch] for epoch in chosen])
    files = sorted(path.name for path in (tmp_path / "checkpoints").glob("epoch-*"))
    assert files == [f"epoch-{epoch + 1:06d}.safetensors" for epoch in chosen]


def test_a_shorter_run_than_asked_for_averages_what_there_is(tmp_path: Path) -> None:
    seen, recording = epochs_seen(scripted([1.0, 2.0]))
    model, _, _ = run(tmp_path, epochs=2, mean_of=9, score=recording)
    assert_mean(model, seen)


@pytest.mark.parametrize("stop_after", [5, 12, 13, 30, 47])
def test_a_resumed_run_ends_at_the_same_mean_to_the_last_bit(tmp_path: Path, stop_after: int) -> None:
    whole, ended, _ = run(tmp_path / "whole", mean_of=3)
    with pytest.raises(Interrupted):
        run(tmp_path / "cut", mean_of=3, stop_after=stop_after)
    resumed, progress, _ = run(tmp_path / "cut", mean_of=3, resume=True)
    finished, _, _ = run(tmp_path / "cut", mean_of=3, resume=True)  # nothing is left to do
    assert progress.kept == ended.kept
    for model in (resumed, finished):
        assert all(torch.equal(tensor, weights(whole)[name]) for name, tensor in weights(model).items())


def test_averaging_never_disturbs_training(tmp_path: Path) -> None:
    seen, recording = zip(*(epochs_seen(dev_scorer) for _ in range(2)), strict=True)
    run(tmp_path / "plain", score=recording[0])
    run(tmp_path / "mean", score=recording[1], mean_of=2)
    for one, other in zip(*seen, strict=True):
        assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())

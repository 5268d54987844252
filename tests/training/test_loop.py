"""The loop's promises: it learns, selects, stops, and a resumed run ends at the same bits."""

import json
from itertools import count

import pytest
import torch

from seqtasks.errors import Interrupted, RunDirectoryError, TrainingError
from seqtasks.training.averaging import WeightAverage
from seqtasks.training.checkpoints import Checkpoints, Progress
from seqtasks.training.history import History
from seqtasks.training.loop import DevResult, Environment, TrainingOptions, keep_best, train
from seqtasks.training.objectives import Loss
from seqtasks.training.schedules import SCHEDULES
from tests.training.toy import SilentWatcher, ToyData, ToyModel, dev_scorer, objective

CPU = torch.device("cpu")
OPTIMIZERS = {
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.05, fused=True),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=0.05, weight_decay=0.1, fused=True),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.5, momentum=0.9),
    "plain sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.5),
}


def run(
    folder,
    *,
    epochs=4,
    patience=0,
    every=0,
    optimizer="adamw",
    stop_after=None,
    resume=False,
    goal=objective,
    score=None,
    precision="float32",
    ema=0.0,
    accumulate=1,
    mean_of=0,
    saving=True,
):
    """One training in `folder`; returns the model, the progress and the watcher."""
    torch.manual_seed(7)
    model, data, watcher = ToyModel(), ToyData(), SilentWatcher()
    adam = OPTIMIZERS[optimizer](model.parameters())
    for group in adam.param_groups:
        group["initial_lr"] = group["lr"]
    average = WeightAverage(model, ema) if ema else None
    machine = {"torch": torch.__version__, "threads": "2"}
    checkpoints = Checkpoints(folder / "checkpoints", keep=2, machine=machine, average=average, mean_of=mean_of)
    checkpoints.folder.mkdir(parents=True, exist_ok=True)
    history, progress = History(folder / "history.jsonl"), Progress()
    if resume:
        progress, _ = checkpoints.resume(model, adam, CPU)
        history.restore(progress.update)
    calls = count(1)
    ended = train(
        model,
        data,
        goal,
        optimizer=adam,
        schedule=SCHEDULES["cosine"](warmup=5, total=48),
        score_dev=score(model, data) if score else dev_scorer(model, data),
        checkpoints=checkpoints if saving else None,
        history=history,
        progress=progress,
        options=TrainingOptions(epochs=epochs, patience=patience, clip_norm=1.0, checkpoint_every=every, accumulate=accumulate),
        environment=Environment(CPU, precision, watcher, lambda: stop_after is not None and next(calls) >= stop_after),
        average=average,
    )
    return model, ended, watcher


def weights(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def rows_without_time(folder):
    rows = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    return [{key: value for key, value in row.items() if key not in ("seconds", "tokens_per_second", "sha256")} for row in rows]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("stop_after", [1, 11, 12, 13, 30])
def test_a_stopped_and_resumed_run_ends_at_the_same_bits(tmp_path, optimizer, stop_after):
    whole, _, _ = run(tmp_path / "whole", optimizer=optimizer)
    with pytest.raises(Interrupted, match=r"Interrupted in epoch \d, saved .*update-0000000\d\d.safetensors"):
        run(tmp_path / "cut", optimizer=optimizer, stop_after=stop_after)
    resumed, _, _ = run(tmp_path / "cut", optimizer=optimizer, resume=True)
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(resumed)[name]), name
    assert rows_without_time(tmp_path / "whole") == rows_without_time(tmp_path / "cut")


@pytest.mark.parametrize(("ema", "accumulate"), [(0.9, 1), (0.0, 5), (0.99, 5)])
@pytest.mark.parametrize("stop_after", [1, 3, 4, 8])
def test_with_averaged_weights_and_accumulated_batches_too(tmp_path, ema, accumulate, stop_after):
    options = {"ema": ema, "accumulate": accumulate}
    whole, ended, _ = run(tmp_path / "whole", **options)
    with pytest.raises(Interrupted):
        run(tmp_path / "cut", stop_after=stop_after, **options)
    resumed, _, _ = run(tmp_path / "cut", resume=True, **options)
    assert ended.update == (48 if accumulate == 1 else 4 * 3)
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(resumed)[name]), name
    assert rows_without_time(tmp_path / "whole") == rows_without_time(tmp_path / "cut")


def test_without_checkpoints_nothing_is_written_and_the_last_weights_stay(tmp_path):
    kept, _, _ = run(tmp_path / "kept", score=lambda model, data: lambda: None)
    model, ended, _ = run(tmp_path / "plain", saving=False)
    assert (ended.epoch, ended.update, list((tmp_path / "plain" / "checkpoints").iterdir())) == (5, 48, [])
    for name, tensor in weights(kept).items():
        assert torch.equal(tensor, weights(model)[name]), name
    averaged, _, _ = run(tmp_path / "averaged", saving=False, ema=0.9)
    assert not torch.equal(weights(averaged)[name], weights(model)[name])
    with pytest.raises(Interrupted, match=r"^Interrupted in epoch 1\.$"):
        run(tmp_path / "cut", saving=False, every=2, stop_after=3)


def test_a_killed_run_resumes_from_the_checkpoint_in_mid_epoch(tmp_path):
    class Killed(BaseException):
        pass

    def fatal(model, batch, step):
        if step == 20:
            raise Killed
        return objective(model, batch, step)

    whole, _, _ = run(tmp_path / "whole", every=7)
    with pytest.raises(Killed):
        run(tmp_path / "cut", every=7, goal=fatal)
    assert sorted(path.name for path in (tmp_path / "cut/checkpoints").glob("update-*")) == [
        "update-000000012.safetensors",
        "update-000000014.safetensors",
    ]
    resumed, _, _ = run(tmp_path / "cut", every=7, resume=True)
    assert all(torch.equal(tensor, weights(resumed)[name]) for name, tensor in weights(whole).items())


def test_a_longer_resume_goes_on_where_training_ended(tmp_path):
    run(tmp_path, epochs=2)
    _, progress, watcher = run(tmp_path, epochs=5, resume=True)
    assert [row["epoch"] for row, _ in watcher.rows] == [3, 4, 5]
    assert progress.update == 60


def test_it_learns_and_reports_loss_and_accuracy_of_train_and_dev(tmp_path):
    _, _, watcher = run(tmp_path, epochs=25)
    first, last = watcher.rows[0][0], watcher.rows[-1][0]
    assert last["train_loss"] < first["train_loss"] / 2
    assert last["dev_accuracy"] > 80
    assert {"epoch", "update", "train_loss", "train_accuracy", "dev_loss", "dev_accuracy", "learning_rate", "scores"} < set(first)


def scripted(values):
    """A dev score that plays back values."""

    def factory(model, data):
        played = iter(values)
        return lambda: DevResult(1.0, 50.0, {}, next(played))

    return factory


def test_the_best_weights_on_dev_are_kept_and_patience_stops(tmp_path):
    two, _, _ = run(tmp_path / "two", epochs=2, score=scripted([1.0, 2.0]))
    best, progress, watcher = run(tmp_path / "long", epochs=9, patience=3, score=scripted([1.0, 2.0, 0.5, 1.5, 2.0, 9.0]))
    assert [row["epoch"] for row, _ in watcher.rows] == [1, 2, 3, 4, 5]
    assert (progress.best, progress.best_epoch) == (2.0, 2)
    assert all(torch.equal(tensor, weights(best)[name]) for name, tensor in weights(two).items())


def test_without_a_dev_value_the_last_weights_are_kept(tmp_path):
    _, progress, _ = run(tmp_path, epochs=3, score=scripted([None, None, None]))
    assert progress.best is None
    assert not (tmp_path / "checkpoints/best.safetensors").exists()


def test_a_loss_that_is_no_number_stops_before_it_is_saved(tmp_path):
    def nonsense(model, batch, step):
        terms = objective(model, batch, step)
        return {"toy": Loss(terms["toy"].sum * float("nan"), 4, torch.tensor(0))} if step >= 15 else terms

    with pytest.raises(TrainingError, match=r"the loss of toy became nan before update 20 \(epoch 2\)\. Lower training\.learning_rate"):
        run(tmp_path, goal=nonsense)
    assert [path.name for path in sorted((tmp_path / "checkpoints").glob("update-*"))] == ["update-000000012.safetensors"]


def test_bf16_trains_in_float32_weights(tmp_path):
    model, _, watcher = run(tmp_path, epochs=25, precision="bf16")
    assert {tensor.dtype for tensor in model.state_dict().values()} == {torch.float32}
    assert watcher.rows[-1][0]["dev_accuracy"] > 80


def test_a_damaged_checkpoint_is_named(tmp_path):
    run(tmp_path, epochs=1)
    path = next((tmp_path / "checkpoints").glob("update-*"))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(RunDirectoryError, match=rf"{path}: damaged \(.*\)\. Restore it from a copy, or remove it and use --resume"):
        run(tmp_path, resume=True)


def test_resume_without_a_checkpoint_says_so(tmp_path):
    with pytest.raises(RunDirectoryError, match=r"checkpoints: no checkpoint to resume from\. Start again with --overwrite"):
        run(tmp_path, resume=True)


def test_a_changed_machine_is_reported_on_resume(tmp_path):
    run(tmp_path, epochs=1)
    model = ToyModel()
    adam = OPTIMIZERS["adamw"](model.parameters())
    _, changed = Checkpoints(tmp_path / "checkpoints", keep=2, machine={"torch": torch.__version__, "threads": "64"}).resume(
        model, adam, CPU
    )
    assert changed == ["threads: 2 then, 64 now"]


def test_of_equal_values_the_lower_dev_loss_is_better() -> None:
    """A measure that stays at 0 (BLEU of single words, at the beginning) must not choose the first epoch."""
    progress, told = Progress(), []
    for loss, value in ((3.0, 0.0), (2.0, 0.0), (2.5, 0.0), (4.0, 1.0), (1.0, 0.5)):
        told.append((keep_best(ToyModel(), progress, DevResult(loss, 0.0, {}, value), None), progress.best_epoch, progress.waited))
        progress.epoch += 1
    assert told == [(True, 1, 0), (True, 2, 0), (False, 2, 1), (True, 4, 0), (False, 4, 1)]

"""The training loop. It sees a module, an objective and batches; what they mean is the recipe's business.

Every random draw comes from torch's global generator (dropout) or from the batches' own seed, and every checkpoint is taken at
an update boundary: a run that is killed and resumed makes the same updates, bit for bit, as one that is not.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import torch
from torch import nn

from seqtasks.errors import Interrupted, TrainingError
from seqtasks.text.batching import Batch
from seqtasks.training.averaging import WeightAverage
from seqtasks.training.checkpoints import Checkpoints, Progress
from seqtasks.training.epoch_sums import accuracy, add_up, check_finite, loss_since, mean_loss, weighted_loss
from seqtasks.training.objectives import Objective, SummedGradients
from seqtasks.training.schedules import Schedule
from seqtasks.training.update_meter import UpdateMeter

CHECK_EVERY = 20  # updates between two looks at whether the loss is still a number


class TrainingData(Protocol):
    """The training part, cut into batches: `epoch(n)` gives them in order, each made when it is asked for."""

    def epoch(self, number: int) -> Sequence[Batch]: ...


@dataclass(frozen=True)
class DevResult:
    """The held-out part after an epoch: mean loss in nats, accuracy in percent, scores by name, and what is selected on (higher is better,
    None where nothing is); words: how many the loss is a mean of, 0 where that is not known."""

    loss: float
    accuracy: float
    scores: Mapping[str, float]
    value: float | None
    words: int = 0


class ProbeResult(NamedTuple):
    """A sample of the training part after an epoch, scored as dev is: mean loss in nats, accuracy in percent."""

    loss: float
    accuracy: float


class EpochLog(Protocol):
    """What takes the row of each finished epoch: `seqtasks.training.history.History`, or a list."""

    def append(self, row: dict[str, Any], /) -> None: ...


class Watcher(Protocol):
    """Who wants to see training happen: a progress bar, a log, a test. One that inherits from it need not hear of everything."""

    def start(self, epochs: int, progress: Progress) -> None:
        return

    def epoch_starts(self, epoch: int, updates: int, done: int) -> None:
        return

    def updated(self, progress: Progress, loss: float, tokens_per_second: float) -> None:
        return

    def epoch_ended(self, row: Mapping[str, Any], saved: str) -> None: ...


@dataclass(frozen=True)
class TrainingOptions:
    """The numbers of a recipe's [training] table that the loop itself needs.

    patience: epochs without a better dev value before training stops (0: never); clip_norm: largest gradient norm (0: no clipping);
    checkpoint_every: updates between checkpoints in mid-epoch (0: only after epochs); weights: of each term of the loss, 1 where absent;
    accumulate: batches an update is made of (the last of an epoch may have fewer); label_entropy: of the training labels, in nats a word
    as the loss is, None where it is not known (leaps of the loss are measured by it).
    """

    epochs: int
    patience: int
    clip_norm: float
    checkpoint_every: int
    weights: Mapping[str, float] = field(default_factory=dict)
    accumulate: int = 1
    label_entropy: float | None = None


@dataclass(frozen=True)
class Environment:
    """What training runs in: the device and precision it computes with, the watcher it reports to, and whether it is asked to stop."""

    device: torch.device
    precision: str
    watcher: Watcher
    stop_asked: Callable[[], bool]


def train(
    model: nn.Module,
    data: TrainingData,
    objective: Objective,
    *,
    optimizer: torch.optim.Optimizer,
    schedule: Schedule,
    score_dev: Callable[[], DevResult | None],
    checkpoints: Checkpoints | None,
    history: EpochLog,
    progress: Progress,
    options: TrainingOptions,
    environment: Environment,
    average: WeightAverage | None = None,
    score_probe: Callable[[], ProbeResult | None] = lambda: None,
) -> Progress:
    """Train for the epochs of `options`, or until patience ends; the model then holds the best weights on dev, or the last where nothing is
    held out; or, where checkpoints keep several epochs, the mean of theirs.

    checkpoints: None writes nothing, and leaves the last weights (or their average) in the model.
    average: of the weights, updated with each of them; it is then what is scored on dev, saved as best, and held at the end.
    score_probe: scores a sample of the training part with the weights that dev is scored with; it must draw no random numbers.
    Raises Interrupted after saving when `environment.stop_asked()` turns true, TrainingError when the loss is no longer a number.
    """
    environment.watcher.start(options.epochs, progress)
    meter = UpdateMeter(model.parameters(), progress.updates)
    while progress.epoch <= options.epochs and not (options.patience and progress.waited >= options.patience):
        model.train()
        batches = data.epoch(progress.epoch)
        environment.watcher.epoch_starts(progress.epoch, len(batches), progress.batches)
        started, spent, tokens = time.perf_counter(), 0.0, 0
        for first in range(progress.batches, len(batches), options.accumulate):
            some = range(first, min(first + options.accumulate, len(batches)))
            optimizer.zero_grad(set_to_none=True)
            before = {name: (loss, count) for name, (loss, count, _) in progress.sums.items()}
            tokens += backward(model, (batches[number] for number in some), len(some), objective, progress, options, environment)
            update(optimizer, schedule, meter, progress, options, before, average)
            progress.batches += len(some)
            if progress.update % CHECK_EVERY == 0:
                check_finite(progress)
            environment.watcher.updated(progress, mean_loss(progress, options.weights), tokens / (spent + time.perf_counter() - started))
            due = options.checkpoint_every and progress.update % options.checkpoint_every == 0
            if environment.stop_asked() or (due and progress.batches < len(batches)):
                progress.seconds += time.perf_counter() - started
                spent += time.perf_counter() - started
                meter.settle()
                save_within(model, optimizer, progress, checkpoints, environment)
                started = time.perf_counter()  # saving is no training
        progress.seconds += time.perf_counter() - started
        speed = tokens / max(1e-9, spent + time.perf_counter() - started)
        with average.installed() if average is not None else nullcontext():
            best = keep_best(model, progress, dev := score_dev(), checkpoints)
            probe = score_probe()
        row = row_of(progress, options, dev, probe, learning_rate=optimizer.param_groups[0]["lr"], speed=speed, best=best)
        row |= meter.row(clip_norm=options.clip_norm, label_entropy=options.label_entropy)
        finish_epoch(model, optimizer, progress, history, checkpoints, row, environment)
    restore_best(model, progress, checkpoints, average)
    return progress


def update(
    optimizer: torch.optim.Optimizer,
    schedule: Schedule,
    meter: UpdateMeter,
    progress: Progress,
    options: TrainingOptions,
    before: Mapping[str, tuple[float, float]],
    average: WeightAverage | None,
) -> None:
    """One update by the gradients that are there, clipped and measured. before: the sums of the epoch without this update's batches."""
    meter.gradient(options.clip_norm)
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * schedule(progress.update)
    meter.before_step()
    optimizer.step()
    meter.after_step(loss_since(before, progress, options.weights))
    if average is not None:
        average.add(progress.update)
    progress.update += 1


def save_within(
    model: nn.Module, optimizer: torch.optim.Optimizer, progress: Progress, checkpoints: Checkpoints | None, environment: Environment
) -> None:
    """Save within an epoch. Raises Interrupted afterwards where the user has asked to stop."""
    check_finite(progress)
    place = f", saved {checkpoints.save(model, optimizer, progress, environment.device)}" if checkpoints else ""
    if environment.stop_asked():
        raise Interrupted(f"Interrupted in epoch {progress.epoch}{place}.")


def backward(
    model: nn.Module,
    batches: Iterable[Batch],
    count: int,
    objective: Objective,
    progress: Progress,
    options: TrainingOptions,
    environment: Environment,
) -> int:
    """Leave the gradient of `count` batches in the model's parameters; add them to the epoch's sums; returns their words."""
    together, tokens = SummedGradients(model.parameters()), 0
    for batch in batches:
        batch = batch.to(environment.device)
        with torch.autocast(environment.device.type, torch.bfloat16, enabled=environment.precision == "bf16"):
            terms = objective(model, batch, progress.update)
        if count == 1:
            weighted_loss(terms, options.weights).backward()
        else:
            together.add(terms)
        tokens += add_up(progress, terms)
    together.leave(options.weights)
    return tokens


def row_of(
    progress: Progress,
    options: TrainingOptions,
    dev: DevResult | None,
    probe: ProbeResult | None,
    *,
    learning_rate: float,
    speed: float,
    best: bool,
) -> dict[str, Any]:
    """The history row of the running epoch, but for what was measured of its updates. best: whether its weights are the best so far."""
    return {
        "epoch": progress.epoch,
        "update": progress.update,
        "train_loss": mean_loss(progress, options.weights),
        "train_accuracy": accuracy(progress),
        "probe_loss": probe.loss if probe else None,
        "probe_accuracy": probe.accuracy if probe else None,
        "dev_loss": dev.loss if dev else None,
        "dev_accuracy": dev.accuracy if dev else None,
        "dev_words": dev.words if dev and dev.words else None,
        "best": best,
        "label_entropy": options.label_entropy,
        "learning_rate": learning_rate,
        "tokens_per_second": round(speed, 1),
        "seconds": round(progress.seconds, 3),
        "scores": dict(dev.scores) if dev else {},
    }


def finish_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    history: EpochLog,
    checkpoints: Checkpoints | None,
    row: dict[str, Any],
    environment: Environment,
) -> None:
    """Write the history row and the checkpoint, and open the next epoch."""
    history.append(row)
    progress.epoch, progress.batches, progress.sums = progress.epoch + 1, 0, {}
    if checkpoints is not None:
        checkpoints.save(model, optimizer, progress, environment.device)
    environment.watcher.epoch_ended(row, "best so far" if row["best"] else "")


def keep_best(model: nn.Module, progress: Progress, dev: DevResult | None, checkpoints: Checkpoints | None) -> bool:
    """Compare with the best so far, and save the weights where they are better (or are to be averaged); returns whether they are.

    Of equal values the one with the lower dev loss is better: a measure may stay at 0 for long.
    """
    check_finite(progress)
    if dev is not None and not math.isfinite(dev.loss):
        raise TrainingError(
            f"the dev loss became {dev.loss} in epoch {progress.epoch}. Lower training.learning_rate; the last checkpoint is from before."
        )
    if checkpoints is not None:
        checkpoints.keep_epoch(model, progress, dev.value if dev else None)
    if dev is None or dev.value is None:
        return False
    progress.waited += 1
    tied = dev.value == progress.best and dev.loss < progress.best_loss
    if progress.best is not None and dev.value <= progress.best and not tied:
        return False
    progress.best, progress.best_loss, progress.best_epoch, progress.waited = dev.value, dev.loss, progress.epoch, 0
    if checkpoints is not None:
        checkpoints.save_best(model)
    return True


def restore_best(model: nn.Module, progress: Progress, checkpoints: Checkpoints | None, average: WeightAverage | None) -> None:
    """Give the model what training was for: the mean of the epochs kept, or the best weights, or the last moving average."""
    if checkpoints is not None and progress.kept:
        checkpoints.load_mean(model, progress)
    elif checkpoints is not None and progress.best is not None:
        checkpoints.load_best(model)
    elif average is not None:
        average.install()

"""Networks at work: a recipe with its device, precision and seed, trained with checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from seqtasks.errors import RunDirectoryError
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.tasks.begun_trunk import begin_trunk
from seqtasks.tasks.contract import Callbacks, NeuralTask, TrunkTask
from seqtasks.tasks.optimizer import build_optimizer, build_schedule
from seqtasks.training.averaging import WeightAverage
from seqtasks.training.checkpoints import Checkpoints, Progress, saved_precision
from seqtasks.training.devices import bf16_factor, describe_machine, find_device, find_precision, product_shapes
from seqtasks.training.history import History
from seqtasks.training.loop import Environment, TrainingOptions, train
from seqtasks.training.weights import load_weights, own_tensors, save_weights


class NeuralRunner:
    """A recipe of a network, and its task, which `make` reads and builds once the seed is set."""

    def __init__(self, recipe: Any, make: Callable[[torch.device], NeuralTask], *, device: str) -> None:
        self.recipe = recipe
        self.device = find_device(device)
        torch.manual_seed(recipe.training.seed)
        self.task = make(self.device)
        self.precision = find_precision(recipe.training.precision, self.device, self.task.model)
        self.machine = describe_machine(self.device, self.precision)
        self.measured = recipe.training.precision == "auto" and self.device.type == "cpu"
        if self.measured:
            self.machine["bf16_factor"] = f"{bf16_factor(product_shapes(self.task.model)):.2f}"

    def train(self, directory: RunDirectory, callbacks: Callbacks, *, resume: bool, start: Path | None) -> float:
        """From the weights of `start`, the newest checkpoint or the seed to the best weights, saved."""
        self.task.save_assets(directory.text)
        if start:
            self.begin(RunDirectory.open(start), callbacks)
        if resume and self.measured:
            self.precision = saved_precision(directory.checkpoints) or self.precision
        parameters = sum(parameter.numel() for parameter in self.task.model.parameters())
        factor = f" (bf16 is {self.machine['bf16_factor']} times as fast as float32 here)" if self.measured else ""
        callbacks.log(f"{parameters:,} parameters, {self.precision}{factor} on {self.device}, {torch.get_num_threads()} threads")
        if getattr(self.recipe.training, "objective", "") == "risk" and not start and not resume:
            callbacks.log("note: training.objective = 'risk' fine-tunes a translator, but teaches none: start it --from a finished run.")
        progress = train_task(self.task, self.recipe, directory, self.device, self.precision, callbacks, resume=resume)
        if progress.kept:
            callbacks.log(f"weights: the mean of those after epochs {', '.join(progress.kept)}")
        save_weights(self.task.model, directory.weights)
        return progress.seconds

    def begin(self, source: RunDirectory, callbacks: Callbacks) -> None:
        """Take the weights of a run: all of one of the same kind, of another the trunk. Raises SeqtasksError where they do not fit."""
        if not source.weights.is_file():
            raise RunDirectoryError(f"{source.weights}: no such file; --from needs the finished run of a network.")
        if source.recipe_tables().get("kind") == self.recipe.kind:
            load_weights(self.task.model, source.weights)
            callbacks.log(f"weights from {source.path}")
        elif isinstance(self.task, TrunkTask):
            model: Any = self.task.model
            callbacks.log(begin_trunk(model.trunk, self.task.trunk_words, source))

    def structure(self) -> str:
        _, shared = own_tensors(self.task.model)
        return str(self.task.model) + "".join(f"\n{second} shares {first}" for second, first in shared.items())

    def parameters(self) -> list[tuple[str, tuple[int, ...], int]]:
        tensors, _ = own_tensors(self.task.model)
        return [(name, tuple(tensor.shape), tensor.numel()) for name, tensor in tensors.items()]


def saved_text(path: Path | None) -> Path | None:
    """The vocabularies' folder of a run that is resumed or fine-tuned; None for a run that learns its own."""
    if path is None:
        return None
    folder = RunDirectory.open(path).text
    return folder if any(folder.glob("*")) else None  # a run may have been stopped before it had learned any


def train_task(
    task: NeuralTask, recipe: Any, directory: RunDirectory, device: torch.device, precision: str, callbacks: Callbacks, *, resume: bool
) -> Progress:
    """From the start, or from the newest checkpoint, to the best weights."""
    settings = recipe.training
    optimizer = build_optimizer(task.model, settings)
    average = WeightAverage(task.model, settings.ema) if settings.ema else None
    machine = describe_machine(device, precision)
    checkpoints = Checkpoints(
        directory.checkpoints,
        keep=settings.keep_checkpoints,
        machine=machine,
        average=average,
        mean_of=settings.average_checkpoints,
        carried=getattr(task, "carried", None),
    )
    history, progress = History(directory.history), Progress()
    if resume and checkpoints.files():
        progress, changed = checkpoints.resume(task.model, optimizer, device)
        history.restore(progress.update)
        callbacks.log(f"resumed in epoch {progress.epoch} after update {progress.update}")
        for line in changed:
            callbacks.log(f"note: {line}: the result may differ in its last bits from an uninterrupted run.")
    elif resume:
        callbacks.log("note: no checkpoint had been saved yet; starting from the beginning.")
    return train(
        task.model,
        task,
        task.objective,
        optimizer=optimizer,
        schedule=build_schedule(settings, len(task.epoch(1))),
        score_dev=task.score_dev,
        checkpoints=checkpoints,
        history=history,
        progress=progress,
        options=TrainingOptions(
            settings.epochs,
            settings.patience,
            settings.clip_norm,
            settings.checkpoint_every,
            task.weights,
            settings.accumulate,
            getattr(task, "label_entropy", None),
        ),
        environment=Environment(device, precision, callbacks.watcher, callbacks.stop_asked),
        average=average,
        score_probe=getattr(task, "score_probe", lambda: None),
    )

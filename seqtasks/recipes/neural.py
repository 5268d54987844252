"""Networks at work: a recipe with its device, precision and seed, trained with checkpoints."""

from __future__ import annotations

from pathlib import Path

import torch

from seqtasks.errors import RunDirectoryError
from seqtasks.recipes.assets import TaggingAssets, TranslationAssets
from seqtasks.recipes.build import build_optimizer, build_schedule
from seqtasks.recipes.job import NeuralJob
from seqtasks.recipes.names import tasks_of
from seqtasks.recipes.parts import Place
from seqtasks.recipes.run_directory import RunDirectory
from seqtasks.recipes.schema import NeuralRecipe, TranslationRecipe
from seqtasks.recipes.tagging import TaggingJob
from seqtasks.recipes.translation import TranslationJob
from seqtasks.recipes.work import Listener
from seqtasks.training.averaging import WeightAverage
from seqtasks.training.checkpoints import Checkpoints, Progress
from seqtasks.training.devices import describe_machine, find_device, find_precision
from seqtasks.training.history import History
from seqtasks.training.loop import Limits, Setting, train
from seqtasks.training.seeds import seed_everything
from seqtasks.training.weights import load_weights, own_tensors, save_weights


class NeuralWork:
    """A recipe of a network. `assets` come from the run in `learned`, where there is one, else from the training data."""

    def __init__(self, recipe: NeuralRecipe, place: Place, *, device: str, learned: Path | None) -> None:
        self.recipe = recipe
        self.device = find_device(device)
        self.precision = find_precision(recipe.training.precision, self.device)
        self.machine = describe_machine(self.device, self.precision)
        seed_everything(recipe.training.seed)
        self.job: NeuralJob = make_job(recipe, place, self.device, saved_assets(learned, recipe))

    def train(self, directory: RunDirectory, listener: Listener, *, resume: bool, start: Path | None) -> float:
        """From the weights of `start`, the newest checkpoint or the seed to the best weights, saved."""
        self.job.save_assets(directory.text)
        if start:
            weights = RunDirectory.open(start).weights
            if not weights.is_file():
                raise RunDirectoryError(f"{weights}: no such file; --from needs the finished run of a network.")
            load_weights(self.job.model, weights)
            listener.tell(f"weights from {start}")
        parameters = sum(parameter.numel() for parameter in self.job.model.parameters())
        listener.tell(f"{parameters:,} parameters, {self.precision} on {self.device}, {torch.get_num_threads()} threads")
        if getattr(self.recipe.training, "objective", "") == "risk" and not start and not resume:
            listener.tell("note: training.objective = 'risk' fine-tunes a translator, but teaches none: start it --from a finished run.")
        progress = train_job(self.job, self.recipe, directory, self.device, self.precision, listener, resume=resume)
        if progress.kept:
            listener.tell(f"weights: the mean of those after epochs {', '.join(progress.kept)}")
        save_weights(self.job.model, directory.weights)
        return progress.seconds

    def structure(self) -> str:
        _, shared = own_tensors(self.job.model)
        return str(self.job.model) + "".join(f"\n{second} shares {first}" for second, first in shared.items())

    def parameters(self) -> list[tuple[str, tuple[int, ...], int]]:
        tensors, _ = own_tensors(self.job.model)
        return [(name, tuple(tensor.shape), tensor.numel()) for name, tensor in tensors.items()]


def saved_assets(path: Path | None, recipe: NeuralRecipe) -> TaggingAssets | TranslationAssets | None:
    """The vocabularies of a run that is resumed or fine-tuned; None for a run that learns its own."""
    if path is None:
        return None
    folder = RunDirectory.open(path).text
    if not any(folder.glob("*")):  # stopped before it had learned any
        return None
    if isinstance(recipe, TranslationRecipe):
        return TranslationAssets.load(folder, recipe.text)
    return TaggingAssets.load(folder, tasks_of(recipe))


def make_job(
    recipe: NeuralRecipe, place: Place, device: torch.device, assets: TaggingAssets | TranslationAssets | None = None
) -> NeuralJob:
    """The recipe with its data read and its model built."""
    if isinstance(recipe, TranslationRecipe):
        return TranslationJob(recipe, place, device, assets if isinstance(assets, TranslationAssets) else None)
    return TaggingJob(recipe, place, device, assets if isinstance(assets, TaggingAssets) else None)


def train_job(
    job: NeuralJob, recipe: NeuralRecipe, directory: RunDirectory, device: torch.device, precision: str, listener: Listener, *, resume: bool
) -> Progress:
    """From the start, or from the newest checkpoint, to the best weights."""
    settings = recipe.training
    optimizer = build_optimizer(job.model, settings)
    average = WeightAverage(job.model, settings.ema) if settings.ema else None
    machine = describe_machine(device, precision)
    checkpoints = Checkpoints(
        directory.checkpoints, keep=settings.keep_checkpoints, machine=machine, average=average, mean_of=settings.average_checkpoints
    )
    history, progress = History(directory.history), Progress()
    if resume and checkpoints.files():
        progress, changed = checkpoints.resume(job.model, optimizer, device)
        history.restore(progress.update)
        listener.tell(f"resumed in epoch {progress.epoch} after update {progress.update}")
        for line in changed:
            listener.tell(f"note: {line}: the result may differ in its last bits from an uninterrupted run.")
    elif resume:
        listener.tell("note: no checkpoint had been saved yet; starting from the beginning.")
    return train(
        job.model,
        job,
        job.objective,
        optimizer=optimizer,
        schedule=build_schedule(settings, len(job.epoch(1))),
        score_dev=job.score_dev,
        checkpoints=checkpoints,
        history=history,
        progress=progress,
        limits=Limits(settings.epochs, settings.patience, settings.clip_norm, settings.checkpoint_every, job.weights, settings.accumulate),
        setting=Setting(device, precision, listener.watcher, listener.stop_asked),
        average=average,
    )

"""The optimiser and the schedule of [training]."""

import torch
from torch import nn

from seqtasks.recipes.training_tables import TrainingSettings
from seqtasks.training.schedules import SCHEDULES, Schedule


def build_optimizer(model: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Adam, AdamW or SGD over all parameters that are trained; biases and embeddings decay as the rest do."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    rate, decay, betas = settings.learning_rate, settings.weight_decay, (settings.betas[0], settings.betas[1])
    if settings.optimizer == "sgd":
        optimizer: torch.optim.Optimizer = torch.optim.SGD(parameters, lr=rate, momentum=settings.momentum, weight_decay=decay)
    elif settings.optimizer == "adam":
        optimizer = torch.optim.Adam(parameters, lr=rate, weight_decay=decay, betas=betas, fused=True)
    else:
        optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, betas=betas, fused=True)
    for group in optimizer.param_groups:
        group["initial_lr"] = rate
    return optimizer


def build_schedule(settings: TrainingSettings, batches_per_epoch: int) -> Schedule:
    """The schedule over all updates: one for every `accumulate` batches, and one for what is left of an epoch's."""
    updates = -(-batches_per_epoch // settings.accumulate)
    return SCHEDULES[settings.schedule](warmup=settings.warmup_updates, total=settings.epochs * updates)

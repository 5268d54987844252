"""The backbone that a recipe names: built, and checked against what its builder takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from torch import nn

from seqtasks.models.trunk import Trunk
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.embeddings import TokenEmbedder
from seqtasks.recipes.schema import BackboneSettings
from seqtasks.registry import find_part, name_faults, option_faults

GROUP = "seqtasks.backbones"
GIVEN = ("input_size", "hidden_size", "layers", "dropout")  # what every builder is given
OPTIONS = ("residual", "highway", "recurrent_dropout", "heads", "inner_size")  # keys of [backbone] that not every backbone takes


def options_taken(builder: Callable[..., object]) -> list[str]:
    """Those of OPTIONS that a function which makes a backbone has as parameters."""
    parameters = inspect.signature(builder).parameters
    return [name for name in OPTIONS if name in parameters]


def backbone_faults(settings: BackboneSettings) -> list[str]:
    """Options that a backbone does not take, or that do not fit, and a name that nobody offers."""
    if unknown := name_faults(BACKBONES, settings.kind, GROUP):
        return unknown
    builder: Callable[..., nn.Module] = find_part(BACKBONES, settings.kind, GROUP)
    taken = options_taken(builder)
    faults = option_faults(builder, settings.options, (*GIVEN, *OPTIONS), "backbone")
    faults += [
        f"backbone.{name} has no meaning for a backbone of kind {settings.kind!r}. Leave it out."
        for name in OPTIONS
        if name not in taken and getattr(settings, name) != BackboneSettings.model_fields[name].default
    ]
    if settings.residual and settings.highway:
        faults.append("backbone.residual and backbone.highway are two ways around a layer. Choose one.")
    if "heads" in taken and settings.hidden_size % settings.heads:
        faults.append(
            f"backbone.heads = {settings.heads} does not divide backbone.hidden_size = {settings.hidden_size}. Change one of them."
        )
    return faults


def build_backbone(settings: BackboneSettings, *, input_size: int) -> Any:
    """The backbone, given the options that it takes."""
    builder: Callable[..., nn.Module] = find_part(BACKBONES, settings.kind, GROUP)
    return builder(
        input_size=input_size,
        hidden_size=settings.hidden_size,
        layers=settings.layers,
        dropout=settings.dropout,
        **{name: getattr(settings, name) for name in options_taken(builder)},
        **(settings.options or {}),
    )


def build_trunk(embedder: TokenEmbedder, settings: BackboneSettings) -> Trunk:
    """The embedder below the backbone, which is given the options that it takes."""
    backbone = build_backbone(settings, input_size=embedder.output_size)
    return Trunk(embedder=embedder, backbone=backbone, dropout=settings.dropout)

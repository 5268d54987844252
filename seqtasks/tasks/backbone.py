"""[backbone] of a recipe: checked against what the builder takes, and built."""

import inspect
from collections.abc import Callable
from typing import Any

from torch import nn

from seqtasks.models.build import BACKBONE_GIVEN, BACKBONE_GROUP, build_backbone, build_trunk
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.meta import shapes_only
from seqtasks.nn.trunk import TokenEmbedder, Trunk
from seqtasks.recipes.schema import BackboneSettings
from seqtasks.registry import find_part, name_faults, option_faults

UNGATED = ("rnn", "birnn", "transformer", "convolution")  # of our own backbones, those without an LSTM or GRU
OPTIONS = ("residual", "highway", "recurrent_dropout", "heads", "inner_size")  # keys of [backbone] that not every backbone takes


def options_taken(builder: Callable[..., object]) -> list[str]:
    """Those of OPTIONS that a function which makes a backbone has as parameters."""
    parameters = inspect.signature(builder).parameters
    return [name for name in OPTIONS if name in parameters]


def backbone_faults(settings: BackboneSettings) -> list[str]:
    """Options that a backbone does not take, or that do not fit, and a name that nobody offers."""
    if unknown := name_faults(BACKBONES, settings.kind, BACKBONE_GROUP):
        return unknown
    builder: Callable[..., nn.Module] = find_part(BACKBONES, settings.kind, BACKBONE_GROUP)
    taken = options_taken(builder)
    faults = option_faults(builder, settings.options, (*BACKBONE_GIVEN, *OPTIONS), "backbone")
    faults += [
        f"backbone.{name} has no meaning for a backbone of kind {settings.kind!r}. Leave it out."
        for name in settings.changed(*OPTIONS)
        if name not in taken
    ]
    if settings.residual and settings.highway:
        faults.append("backbone.residual and backbone.highway are two ways around a layer. Choose one.")
    if "heads" in taken and settings.hidden_size % settings.heads:
        faults.append(
            f"backbone.heads = {settings.heads} does not divide backbone.hidden_size = {settings.hidden_size}. Change one of them."
        )
    return faults + chrono_faults(settings)


def chrono_faults(settings: BackboneSettings) -> list[str]:
    """What chrono initialisation needs: gates, and a distance."""
    if settings.chrono == 1:
        return ["backbone.chrono = 1 is no distance: it is in words, 2 at least. Give the longest one that matters, or 0."]
    if settings.chrono and settings.kind in UNGATED:
        return [f"backbone.chrono has no meaning for a backbone of kind {settings.kind!r}, which has no gates. Leave it out."]
    return []


def backbone_options(settings: BackboneSettings) -> dict[str, Any]:
    """What its builder is given beside the sizes: the keys of OPTIONS that it takes, and its own options."""
    builder: Callable[..., nn.Module] = find_part(BACKBONES, settings.kind, BACKBONE_GROUP)
    return {name: getattr(settings, name) for name in options_taken(builder)} | (settings.options or {})


def without_weights(settings: BackboneSettings, *, input_size: int) -> nn.Module:
    """The backbone on the meta device: its layers and sizes, no numbers. Raises RecipeError for a name that nobody offers."""
    with shapes_only():
        return build_backbone(
            settings.kind,
            input_size=input_size,
            hidden_size=settings.hidden_size,
            layers=settings.layers,
            dropout=settings.dropout,
            options=backbone_options(settings),
        )


def trunk_of(embedder: TokenEmbedder, settings: BackboneSettings) -> Trunk:
    """The embedder below the backbone."""
    return build_trunk(
        embedder,
        settings.kind,
        hidden_size=settings.hidden_size,
        layers=settings.layers,
        dropout=settings.dropout,
        chrono=settings.chrono,
        options=backbone_options(settings),
    )

"""Names in recipes to parts: ours from the table of their file, other people's from setuptools entry points.

A package offers a backbone by an entry point of the group "seqtasks.backbones" whose name is what recipes say and whose object has the
signature of the functions in `seqtasks.nn.backbones.BACKBONES`, with as many of OPTIONS as it likes; likewise "seqtasks.attentions",
"seqtasks.heads" and "seqtasks.readers".
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import TypeVar

from torch import nn

from seqtasks.errors import RecipeError, UsageError, did_you_mean
from seqtasks.models.heads import HEADS
from seqtasks.nn.attention import ATTENTIONS
from seqtasks.nn.backbones import BACKBONES
from seqtasks.recipes.parts import READERS
from seqtasks.recipes.schema import (
    BackboneSettings,
    CharacterSettings,
    HMMRecipe,
    MultitaskRecipe,
    Recipe,
    TaggedData,
    TaggingRecipe,
    TaskSettings,
    TranslationRecipe,
)
from seqtasks.text.words import check_language

PLAIN = "none"  # the attention of a decoder that has none
OPTIONS = ("residual", "highway", "recurrent_dropout", "heads")  # keys of [backbone] that not every backbone takes
P = TypeVar("P")


def chosen(table: Mapping[str, P], name: str, group: str) -> P:
    """The part called `name`. Raises RecipeError, with the nearest known name, where nobody offers it."""
    if name in table:
        return table[name]
    offered = {point.name: point for point in entry_points(group=group)}
    if name in offered:
        part: P = offered[name].load()
        return part
    known = [*table, *offered]
    raise RecipeError(
        [f"no {group.removeprefix('seqtasks.').removesuffix('s')} {name!r}{did_you_mean(name, known)} Known: {', '.join(known)}."]
    )


def options_taken(builder: Callable[..., object]) -> list[str]:
    """Those of OPTIONS that a function which makes a backbone has as parameters."""
    parameters = inspect.signature(builder).parameters
    return [name for name in OPTIONS if name in parameters]


def tasks_of(recipe: TaggingRecipe | MultitaskRecipe) -> dict[str, TaskSettings]:
    """The tasks of a tagging recipe by head, each with its data and the settings of its head."""
    if isinstance(recipe, MultitaskRecipe):
        return dict(recipe.tasks)
    return {head: TaskSettings(data=data, head=recipe.head) for head, data in data_of(recipe).items()}


def data_of(recipe: TaggingRecipe | MultitaskRecipe | HMMRecipe) -> dict[str, TaggedData]:
    """What each head of a tagging recipe is trained on; the head of a single-task recipe is called after its layer."""
    if isinstance(recipe, MultitaskRecipe):
        return {head: task.data for head, task in recipe.tasks.items()}
    return {re.sub(r"[^\w-]", "-", recipe.data.layer).lower(): recipe.data}


def check_recipe(recipe: Recipe) -> None:
    """What the tables alone cannot tell: names that exist, and values that fit each other. Raises RecipeError with every fault."""
    faults: list[str] = []
    names: list[tuple[Mapping[str, object], str, str]] = []
    if not isinstance(recipe, HMMRecipe):
        names.append((BACKBONES, recipe.backbone.kind, "seqtasks.backbones"))
        faults += backbone_faults(recipe.backbone)
    if isinstance(recipe, TranslationRecipe):
        if recipe.decoder.attention != PLAIN:
            names.append((ATTENTIONS, recipe.decoder.attention, "seqtasks.attentions"))
        faults += translation_faults(recipe)
    if isinstance(recipe, TaggingRecipe | MultitaskRecipe):
        names += [(HEADS, task.head.kind, "seqtasks.heads") for task in tasks_of(recipe).values()]
        faults += tagging_faults(recipe)
    if not isinstance(recipe, TranslationRecipe):
        names += [(READERS, data.format, "seqtasks.readers") for data in data_of(recipe).values()]
        faults += data_faults(recipe)
    for table, name, group in names:
        try:
            chosen(table, name, group)
        except RecipeError as fault:
            faults += fault.faults
    if faults:
        raise RecipeError(faults)


def backbone_faults(settings: BackboneSettings) -> list[str]:
    """Options that a backbone does not take, or that do not fit; nothing for a name that nobody offers."""
    try:
        taken = options_taken(chosen(BACKBONES, settings.kind, "seqtasks.backbones"))
    except RecipeError:
        return []
    faults = [
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


def character_faults(settings: CharacterSettings) -> list[str]:
    """Values of [characters] that do not fit."""
    if settings.kind != "cnn" and settings.widths:
        return [f"characters.widths has no meaning for characters of kind {settings.kind!r}. Leave it out, or use 'cnn'."]
    if settings.kind == "lstm" and settings.filters % 2:
        return [f"characters.filters = {settings.filters}: an LSTM has half of them in each direction. Use an even number."]
    return []


def translation_faults(recipe: TranslationRecipe) -> list[str]:
    """Values of a translation recipe that do not fit."""
    if recipe.text.joint and recipe.decoder.tied and recipe.decoder.embedding_size != recipe.embedding_size:
        return [
            f"decoder.embedding_size = {recipe.decoder.embedding_size}, but embedding_size = {recipe.embedding_size}: "
            "with text.joint and decoder.tied they are one table and must agree."
        ]
    if recipe.decoder.attention == PLAIN and recipe.decoder.input_feeding:
        return ["decoder.input_feeding needs an attention to feed; decoder.attention is 'none'. Set one of the two."]
    return []


def data_faults(recipe: TaggingRecipe | MultitaskRecipe | HMMRecipe) -> list[str]:
    """Names of tag layers that cannot be."""
    faults = []
    for name, data in data_of(recipe).items():
        if data.layer and (not re.fullmatch(r"[\w -]+", name) or hasattr(nn.ModuleDict(), name)):
            faults.append(f"no head can be called {name!r}. Choose another name, of letters, digits, spaces, '-' and '_'.")
        if not data.layer:
            faults.append("data.layer is empty: name the layer of tags, such as upos or ner.")
        try:
            check_language(data.language)
        except UsageError as fault:
            faults.append(f"data.language: {fault}")
    return faults


def tagging_faults(recipe: TaggingRecipe | MultitaskRecipe) -> list[str]:
    """Values of a tagging recipe that do not fit."""
    faults, layers = character_faults(recipe.characters), recipe.backbone.layers
    for name, task in tasks_of(recipe).items():
        if not -layers <= task.head.layer < layers:
            faults.append(f"head of {name}: layer = {task.head.layer}, but the backbone has {layers}; use -{layers} to {layers - 1}.")
        if task.head.kind == "crf" and recipe.training.label_smoothing:
            faults.append("training.label_smoothing has no meaning for a head of kind 'crf'. Set it to 0, or use 'softmax'.")
        faults += head_faults(name, task)
    return faults


def head_faults(name: str, task: TaskSettings) -> list[str]:
    """Options on tag schemes that a head does not take, or that need a scheme; nothing of a kind that nobody offers."""
    settings, faults = task.head, []
    for key in ("tag_scheme", "constrained"):
        if getattr(settings, key) and task.data.scheme is None:
            faults.append(f"head of {name}: {key} needs tags that are spans, but data.scheme is not set. Set it, or leave {key} out.")
    try:
        builder = chosen(HEADS, settings.kind, "seqtasks.heads")
    except RecipeError:
        return faults
    if settings.constrained and "constrained" not in inspect.signature(builder).parameters:
        reason = "its answers obey the scheme in any case" if settings.kind == "crf" else "it does not take it"
        faults.append(f"head of {name}: constrained has no meaning for a head of kind {settings.kind!r}: {reason}. Leave it out.")
    return faults

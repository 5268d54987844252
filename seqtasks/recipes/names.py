"""Names in recipes to parts: ours from the table of their file, other people's from setuptools entry points.

A package offers a backbone by an entry point of the group "seqtasks.backbones" whose name is what recipes say and whose object has the
signature of the functions in `seqtasks.nn.backbones.BACKBONES`; likewise "seqtasks.attentions", "seqtasks.heads" and "seqtasks.readers".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TypeVar

from torch import nn

from seqtasks.errors import RecipeError, did_you_mean
from seqtasks.models.heads import HEADS
from seqtasks.nn.attention import ATTENTIONS
from seqtasks.nn.backbones import BACKBONES
from seqtasks.recipes.parts import READERS
from seqtasks.recipes.schema import MultitaskRecipe, Recipe, TaggingRecipe, TaskSettings, TranslationRecipe

PLAIN = "none"  # the attention of a decoder that has none
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


def tasks_of(recipe: TaggingRecipe | MultitaskRecipe) -> dict[str, TaskSettings]:
    """The tasks of a tagging recipe by head; the head of a single-task recipe is called after its layer."""
    if isinstance(recipe, MultitaskRecipe):
        return dict(recipe.tasks)
    return {re.sub(r"[^\w-]", "-", recipe.data.layer).lower(): TaskSettings(data=recipe.data, head=recipe.head)}


def check_recipe(recipe: Recipe) -> None:
    """What the tables alone cannot tell: names that exist, and values that fit each other. Raises RecipeError with every fault."""
    faults: list[str] = []
    names: list[tuple[Mapping[str, object], str, str]] = [(BACKBONES, recipe.backbone.kind, "seqtasks.backbones")]
    if isinstance(recipe, TranslationRecipe):
        if recipe.decoder.attention != PLAIN:
            names.append((ATTENTIONS, recipe.decoder.attention, "seqtasks.attentions"))
        faults += translation_faults(recipe)
    else:
        for task in tasks_of(recipe).values():
            names += [(HEADS, task.head.kind, "seqtasks.heads"), (READERS, task.data.format, "seqtasks.readers")]
        faults += tagging_faults(recipe)
    for table, name, group in names:
        try:
            chosen(table, name, group)
        except RecipeError as fault:
            faults += fault.faults
    if faults:
        raise RecipeError(faults)


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


def tagging_faults(recipe: TaggingRecipe | MultitaskRecipe) -> list[str]:
    """Values of a tagging recipe that do not fit."""
    faults, layers = [], recipe.backbone.layers
    for name, task in tasks_of(recipe).items():
        if task.data.layer and (not re.fullmatch(r"[\w -]+", name) or hasattr(nn.ModuleDict(), name)):
            faults.append(f"no head can be called {name!r}. Choose another name, of letters, digits, spaces, '-' and '_'.")
        if not -layers <= task.head.layer < layers:
            faults.append(f"head of {name}: layer = {task.head.layer}, but the backbone has {layers}; use -{layers} to {layers - 1}.")
        if task.head.kind == "crf" and recipe.training.label_smoothing:
            faults.append("training.label_smoothing has no meaning for a head of kind 'crf'. Set it to 0, or use 'softmax'.")
        if not task.data.layer:
            faults.append("data.layer is empty: name the layer of tags, such as upos or ner.")
    return faults

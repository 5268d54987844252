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
from typing import Any, TypeVar

import torch
from torch import nn

from seqtasks.errors import RecipeError, UsageError, did_you_mean
from seqtasks.models.heads import HEADS
from seqtasks.models.nested import NESTED_HEADS
from seqtasks.nn.attention import ATTENTIONS
from seqtasks.nn.backbones import BACKBONES
from seqtasks.recipes.decoding_options import decoding_faults, shortlist_faults
from seqtasks.recipes.parts import READERS, corpora_of
from seqtasks.recipes.recurrent_options import recurrent_faults
from seqtasks.recipes.rival_options import RIVALS, kind_faults
from seqtasks.recipes.schema import (
    BackboneSettings,
    CharacterSettings,
    DecoderSettings,
    HeadSettings,
    HMMRecipe,
    MultitaskRecipe,
    Recipe,
    TaggedData,
    TaggingRecipe,
    TaskSettings,
    TranslationRecipe,
)
from seqtasks.recipes.training_options import guide_faults, training_faults
from seqtasks.text.tags import NESTED
from seqtasks.text.words import check_language

PLAIN = "none"  # the attention of a decoder that has none
OVER_TIME = ("location", "coverage")  # attentions whose state runs over time
EQUAL_SIZES = ("dot", "scaled")  # attentions that compare a query with a word as they are
OPTIONS = ("residual", "highway", "recurrent_dropout", "heads", "inner_size")  # keys of [backbone] that not every backbone takes
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
        names.append(({PLAIN: None, **ATTENTIONS}, recipe.decoder.attention, "seqtasks.attentions"))
        faults += [*translation_faults(recipe), *training_faults(recipe)]
        faults += decoding_faults(recipe.decoding, attention=recipe.decoder.attention != PLAIN) + shortlist_faults(recipe.decoding)
    if isinstance(recipe, TaggingRecipe | MultitaskRecipe):
        names += [({**HEADS, **NESTED_HEADS}, task.head.kind, "seqtasks.heads") for task in tasks_of(recipe).values()]
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
    if faults := kind_faults(recipe.decoder) or recurrent_faults(recipe.decoder, attention=recipe.decoder.attention != PLAIN):
        return faults
    return [*attention_faults(recipe.decoder, recipe.data.context), *memory_faults(recipe), *guide_faults(recipe)]


def memory_faults(recipe: TranslationRecipe) -> list[str]:
    """States of the backbone that the attention cannot read; nothing where the backbone is not ours or has faults of its own."""
    settings = recipe.backbone
    if recipe.decoder.attention == PLAIN or recipe.decoder.kind in RIVALS or settings.kind not in BACKBONES or backbone_faults(settings):
        return []
    with torch.device("meta"):  # sizes only
        backbone = build_backbone(settings, input_size=recipe.embedding_size)
    return size_faults(recipe.decoder, memory_size=backbone.output_size)


def build_backbone(settings: BackboneSettings, *, input_size: int) -> Any:
    """The backbone, given the options that it takes."""
    builder: Callable[..., nn.Module] = chosen(BACKBONES, settings.kind, "seqtasks.backbones")
    return builder(
        input_size=input_size,
        hidden_size=settings.hidden_size,
        layers=settings.layers,
        dropout=settings.dropout,
        **{name: getattr(settings, name) for name in options_taken(builder)},
    )


def size_faults(settings: DecoderSettings, *, memory_size: int) -> list[str]:
    """Sizes of an attention that do not fit the states it reads."""
    if settings.heads > 1 and memory_size % settings.heads:
        return [f"decoder.heads = {settings.heads} does not divide the backbone's states of {memory_size} features. Change one of them."]
    if settings.heads == 1 and settings.attention in EQUAL_SIZES and settings.hidden_size != memory_size:
        return [
            f"decoder.attention = {settings.attention!r} compares vectors of one size, but decoder.hidden_size = {settings.hidden_size} "
            f"and the backbone's states have {memory_size}. Make them equal, or use 'general'."
        ]
    return []


def attention_faults(settings: DecoderSettings, context: int) -> list[str]:
    """Keys that shape an attention and do not fit it, or one another; nothing of a kind that nobody offers."""
    shape = ("normaliser", "top_k", "window", "window_size", "heads", "hierarchical")
    default = {name: DecoderSettings.model_fields[name].default for name in shape}
    changed = [name for name in shape if getattr(settings, name) != default[name]]
    if settings.attention == PLAIN:
        return [f"decoder.{name} needs an attention; decoder.attention is 'none'. Leave it out." for name in changed]
    try:
        parameters = inspect.signature(chosen(ATTENTIONS, settings.attention, "seqtasks.attentions")).parameters
    except RecipeError:
        return []
    faults = [
        f"decoder.{name} has no meaning for an attention of kind {settings.attention!r}, which has its own weights. Leave it out."
        for name in ("normaliser", "window", "hierarchical")
        if name in changed and "shares" not in parameters
    ]
    if settings.normaliser != "topk" and "top_k" in changed:
        faults.append(f"decoder.top_k has no meaning for decoder.normaliser = {settings.normaliser!r}. Leave it out, or use 'topk'.")
    if settings.window == "none" and "window_size" in changed:
        faults.append("decoder.window_size has no meaning without a window. Leave it out, or set decoder.window.")
    if settings.window == "local-m" and context and not settings.hierarchical:
        faults.append(
            "decoder.window = 'local-m' goes along the source, which begins with the sentences before, of "
            f"data.context = {context}. Use 'local-p' or 'none'."
        )
    if settings.hidden_size % settings.heads:
        faults.append(f"decoder.heads = {settings.heads} does not divide decoder.hidden_size = {settings.hidden_size}. Change one of them.")
    if settings.hierarchical and not context:
        faults.append("decoder.hierarchical weighs the sentences of a document, but data.context = 0. Set it, or leave hierarchical out.")
    if settings.hierarchical and (settings.window != "none" or settings.attention in OVER_TIME):
        faults.append("decoder.hierarchical takes no window, and no attention 'location' or 'coverage'. Choose one.")
    return faults


def data_faults(recipe: TaggingRecipe | MultitaskRecipe | HMMRecipe) -> list[str]:
    """Names of tag layers that cannot be."""
    faults = []
    for name, data in data_of(recipe).items():
        if data.layer and (not re.fullmatch(r"[\w -]+", name) or hasattr(nn.ModuleDict(), name)):
            faults.append(f"no head can be called {name!r}. Choose another name, of letters, digits, spaces, '-' and '_'.")
        if isinstance(recipe, HMMRecipe) and data.scheme == NESTED:
            faults.append("data.scheme = 'nested': an HMM answers no nested spans. Use a recipe of kind 'tagging', or another scheme.")
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
    if recipe.words.frozen and not recipe.words.vectors:
        faults.append("words.frozen keeps pretrained vectors as they are, but words.vectors names none. Name some, or leave it out.")
    if isinstance(recipe, MultitaskRecipe) and recipe.smoothing != 1 and len(corpora_of(data_of(recipe))) == 1:
        faults.append("smoothing shares batches out among corpora, but all tasks read one corpus. Leave it out.")
    for name, task in tasks_of(recipe).items():
        if not -layers <= task.head.layer < layers:
            faults.append(f"head of {name}: layer = {task.head.layer}, but the backbone has {layers}; use -{layers} to {layers - 1}.")
        if task.head.private_size != HeadSettings.model_fields["private_size"].default and not task.head.private_layers:
            faults.append(f"head of {name}: private_size has no meaning without private_layers. Set private_layers, or leave it out.")
        if task.head.kind in ("crf", "layered") and recipe.training.label_smoothing:
            other = "softmax" if task.head.kind == "crf" else "spans"
            faults.append(f"training.label_smoothing has no meaning for a head of kind {task.head.kind!r}. Set it to 0, or use {other!r}.")
        faults += nested_faults(name, task) or head_faults(name, task)
    return faults


def nested_faults(name: str, task: TaskSettings) -> list[str]:
    """What does not fit nested spans: their heads without them, other heads for them, and keys that only one of the two takes."""
    settings, faults, kinds = task.head, [], " or ".join(map(repr, NESTED_HEADS))
    nested = task.data.scheme == NESTED
    if nested and settings.kind in HEADS:
        faults.append(f"head of {name}: data.scheme = 'nested' needs a head of kind {kinds}, not {settings.kind!r}.")
    if nested and task.data.format in ("conllu", "columns"):
        faults.append(f"data of {name}: format {task.data.format!r} holds no nested spans. Use 'jsonl', or another data.scheme.")
    if not nested and settings.kind in NESTED_HEADS:
        faults.append(
            f"head of {name}: kind {settings.kind!r} answers nested spans: it needs data.scheme = 'nested' (and JSONL with spans)."
        )
    for key in ("tag_scheme", "constrained", "hmm"):
        if nested and getattr(settings, key):
            faults.append(f"head of {name}: {key} has no meaning for nested spans. Leave it out.")
    if settings.crossing and not nested:
        faults.append(f"head of {name}: crossing is for nested spans, but data.scheme is {task.data.scheme!r}. Leave it out.")
    return faults


def head_faults(name: str, task: TaskSettings) -> list[str]:
    """Options on tag schemes that a head does not take, or that need a scheme; nothing of a kind that nobody offers."""
    settings, faults = task.head, []
    for key in ("tag_scheme", "constrained"):
        if getattr(settings, key) and task.data.scheme is None:
            faults.append(f"head of {name}: {key} needs tags that are spans, but data.scheme is not set. Set it, or leave {key} out.")
    try:
        table: Mapping[str, Callable[..., object]] = {**HEADS, **NESTED_HEADS}
        builder = chosen(table, settings.kind, "seqtasks.heads")
    except RecipeError:
        return faults
    if settings.constrained and "constrained" not in inspect.signature(builder).parameters:
        reason = "its answers obey the scheme in any case" if settings.kind == "crf" else "it does not take it"
        faults.append(f"head of {name}: constrained has no meaning for a head of kind {settings.kind!r}: {reason}. Leave it out.")
    return faults

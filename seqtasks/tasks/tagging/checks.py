"""What the tables of a network's tagging recipe alone cannot tell: names that exist, and values that fit each other."""

import inspect

from torch import nn

from seqtasks.errors import RecipeError
from seqtasks.evaluation.metrics import TAGS
from seqtasks.evaluation.tag_metrics import TAG_METRICS
from seqtasks.models.build import ALL_HEADS, HEAD_GIVEN, HEAD_GROUP
from seqtasks.models.heads import HEADS
from seqtasks.models.nested import NESTED_HEADS
from seqtasks.nn.running import lowest_layer
from seqtasks.recipes.schema import BackboneSettings, NeighbourSettings
from seqtasks.registry import find_part, known_parts, name_faults, option_faults
from seqtasks.tasks.backbone import backbone_faults, without_weights
from seqtasks.tasks.embedder import embedder_faults
from seqtasks.tasks.selection import selection_faults
from seqtasks.tasks.tagging.data_checks import NO_NAME, data_faults
from seqtasks.tasks.tagging.recipe import NetworkRecipe, TaskSettings, data_of, tasks_of
from seqtasks.text.corpora.readers import LAYERED
from seqtasks.text.tags import NESTED


def network_faults(recipe: NetworkRecipe) -> list[str]:
    """Every fault of a recipe of a network that tags."""
    select = selection_faults(recipe.training.select_by, ["loss", "last", *known_parts(TAG_METRICS, TAGS)])
    return [*backbone_faults(recipe.backbone), *select, *embedder_faults(recipe.words, recipe.characters), *heads_faults(recipe)]


def heads_faults(recipe: NetworkRecipe) -> list[str]:
    """Every fault of its heads and their data."""
    heads = [fault for task in tasks_of(recipe).values() for fault in name_faults(ALL_HEADS, task.head.kind, HEAD_GROUP)]
    taken = [NO_NAME.format(head) for head in data_of(recipe) if hasattr(nn.ModuleDict(), head)]
    return [*tagging_faults(recipe), *heads, *taken, *data_faults(recipe)]


def tagging_faults(recipe: NetworkRecipe) -> list[str]:
    """Values of [head] that do not fit."""
    faults, layers = [], recipe.backbone.layers
    for name, task in tasks_of(recipe).items():
        if not -layers <= task.head.layer < layers:
            faults.append(f"head of {name}: layer = {task.head.layer}, but the backbone has {layers}; use -{layers} to {layers - 1}.")
        if task.head.changed("private_size") and not task.head.private_layers:
            faults.append(f"head of {name}: private_size has no meaning without private_layers. Set private_layers, or leave it out.")
        if task.head.kind in ("crf", "layered") and recipe.training.label_smoothing:
            other = "softmax" if task.head.kind == "crf" else "spans"
            faults.append(f"training.label_smoothing has no meaning for a head of kind {task.head.kind!r}. Set it to 0, or use {other!r}.")
        faults += nested_faults(name, task) or head_faults(name, task)
        faults += neighbour_faults(name, task.head.language_model, recipe.backbone)
    return faults


def neighbour_faults(name: str, settings: NeighbourSettings, backbone: BackboneSettings) -> list[str]:
    """Keys of [head.language_model] without a weight, and a backbone without recurrent layers: its states have seen their neighbours."""
    if not settings.weight:
        keys = [key for key in ("vocabulary", "size") if getattr(settings, key) != type(settings).model_fields[key].default]
        return [f"head of {name}: language_model.{key} has no meaning without language_model.weight. Set it to 0.1, say." for key in keys]
    if backbone_faults(backbone) or lowest_layer(without_weights(backbone, input_size=1)) is not None:
        return []
    return [
        f"head of {name}: language_model needs recurrent layers, which have not seen the words they predict, but backbone.kind = "
        f"{backbone.kind!r}. Leave it out, or use 'bilstm'."
    ]


def nested_faults(name: str, task: TaskSettings) -> list[str]:
    """What does not fit nested spans: their heads without them, other heads for them, and keys that only one of the two takes."""
    settings, faults, kinds = task.head, [], " or ".join(map(repr, NESTED_HEADS))
    nested = task.data.scheme == NESTED
    if nested and settings.kind in HEADS:
        faults.append(f"head of {name}: data.scheme = 'nested' needs a head of kind {kinds}, not {settings.kind!r}.")
    if nested and task.data.format in LAYERED:
        faults.append(f"data of {name}: format {task.data.format!r} holds no nested spans. Use 'jsonl' or 'brat', or another data.scheme.")
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
        builder = find_part(ALL_HEADS, settings.kind, HEAD_GROUP)
    except RecipeError:
        return faults
    faults += option_faults(builder, settings.options, HEAD_GIVEN, f"head of {name}: head")
    if settings.constrained and "constrained" not in inspect.signature(builder).parameters:
        reason = "its answers obey the scheme in any case" if settings.kind == "crf" else "it does not take it"
        faults.append(f"head of {name}: constrained has no meaning for a head of kind {settings.kind!r}: {reason}. Leave it out.")
    return faults

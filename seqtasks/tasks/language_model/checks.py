"""What the tables of a language model's recipe alone cannot tell: names that exist, and values that fit each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from seqtasks.errors import RecipeError
from seqtasks.evaluation.language_metrics import LANGUAGE_METRICS
from seqtasks.nn.running import runs_ahead
from seqtasks.recipes.load import explain
from seqtasks.recipes.schema import BackboneSettings, WritingSettings
from seqtasks.tasks.backbone import backbone_faults, without_weights
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.tasks.selection import selection_faults

OF_TOKENS = ("loss", "accuracy", "last")  # what weights are selected by beside the measures
ONLY_OF = {"sentence": "sort_window", "text": "bptt"}  # a key of [training] that has a meaning with one data.context only


def recipe_faults(recipe: LanguageModelRecipe) -> list[str]:
    """Every fault of a language model's recipe."""
    faults = backbone_faults(recipe.backbone) or direction_faults(recipe.backbone)
    faults += selection_faults(recipe.training.select_by, [*OF_TOKENS, *LANGUAGE_METRICS])
    for context, key in ONLY_OF.items():
        if recipe.data.context != context and getattr(recipe.training, key) != type(recipe.training).model_fields[key].default:
            faults.append(f"training.{key} has no meaning with data.context = {recipe.data.context!r}. Leave it out, or use {context!r}.")
    return faults


def direction_faults(settings: BackboneSettings) -> list[str]:
    """A backbone whose states have seen the words that are to be predicted."""
    if runs_ahead(without_weights(settings, input_size=1)):
        return []
    return [
        f"backbone.kind = {settings.kind!r} reads the words that a language model is to predict. "
        "Use one from left to right: rnn, gru or lstm."
    ]


def changed(settings: WritingSettings, changes: Mapping[str, Any]) -> WritingSettings:
    """The settings with some changed. Raises RecipeError with every fault."""
    try:
        return WritingSettings.model_validate({**settings.model_dump(), **changes})
    except ValidationError as error:
        raise RecipeError([explain(fault, WritingSettings, "decoding") for fault in error.errors()]) from None

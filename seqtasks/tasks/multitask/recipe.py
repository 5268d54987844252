"""The recipe of several tasks on one trunk, and its two halves: the heads of words as a recipe of taggers, and the heads of texts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from seqtasks.recipes.schema import BackboneSettings, CharacterSettings, Recipe, TaggedData, WordSettings
from seqtasks.recipes.tables import Table
from seqtasks.recipes.training_tables import TrainingSettings
from seqtasks.tasks.classification.recipe import ClassificationHeadSettings, LabelledData
from seqtasks.tasks.tagging.recipe import TaggersRecipe, TaskSettings, data_of

CLASSIFICATION = "classification"


class TextTaskSettings(Table):
    """[tasks.NAME] with kind = "classification": one corpus of labelled texts and one head on the shared trunk."""

    kind: Literal["classification"]  # the head labels whole texts
    data: LabelledData
    head: ClassificationHeadSettings = ClassificationHeadSettings()


def variant(table: Any) -> str:
    """Which tables [tasks.NAME] has: those of its kind, or those of a tagger. What is told of keys calls the former [tasks.TEXTS]."""
    kind = table.get("kind") if isinstance(table, dict) else getattr(table, "kind", None)
    return "(TEXTS)" if kind == CLASSIFICATION else "(NAME)"


AnyTask = Annotated[Annotated[TaskSettings, Tag("(NAME)")] | Annotated[TextTaskSettings, Tag("(TEXTS)")], Discriminator(variant)]


class MultitaskRecipe(Recipe):
    """A whole recipe with several heads on one trunk. Heads of words whose data differ in the layer only share their batches."""

    kind: Literal["multitask"]
    smoothing: Annotated[float, Field(ge=0, le=1)] = 1.0  # of several corpora: shares of the batches go by size to this power; 0: alike
    controls: bool = True  # train each task alone, too, with the same settings and seed, and show its scores beside
    tasks: dict[str, AnyTask] = Field(min_length=1)
    words: WordSettings
    characters: CharacterSettings = CharacterSettings()
    backbone: BackboneSettings
    training: TrainingSettings


def taggers_of(recipe: MultitaskRecipe) -> TaggersRecipe:
    """The recipe of its heads that tag words, which may be none."""
    return TaggersRecipe(
        kind="multitask",
        summary=recipe.summary,
        smoothing=recipe.smoothing,
        controls=recipe.controls,
        tasks={head: task for head, task in recipe.tasks.items() if isinstance(task, TaskSettings)},
        words=recipe.words,
        characters=recipe.characters,
        backbone=recipe.backbone,
        training=recipe.training,
    )


def texts_of(recipe: MultitaskRecipe) -> dict[str, TextTaskSettings]:
    """{head: its task}, of the heads that label texts."""
    return {head: task for head, task in recipe.tasks.items() if isinstance(task, TextTaskSettings)}


def tagged_data(recipe: Any) -> tuple[dict[str, TaggedData], bool]:
    """What each head of words of a recipe that tags is trained on, and whether the model has several heads, also others."""
    if not isinstance(recipe, MultitaskRecipe):
        return data_of(recipe), False
    return data_of(taggers_of(recipe)), len(recipe.tasks) > 1

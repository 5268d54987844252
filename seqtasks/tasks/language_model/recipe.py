"""The recipe of a language model."""

from __future__ import annotations

from typing import Literal

from seqtasks.recipes.schema import BackboneSettings, PlainText, Recipe, TokenSettings, WritingSettings
from seqtasks.recipes.tables import PositiveInt, Rate, Table
from seqtasks.recipes.training_tables import TrainingSettings


class OutputSettings(Table):
    """[output] of a language model's recipe: the layer from states to the vocabulary."""

    tied: bool = True  # it shares the embedding (Press and Wolf 2017), after a projection to its size
    dropout: Rate = 0.0  # locked dropout of the states that it reads


class LanguageModelTraining(TrainingSettings):
    """[training] of a language model's recipe."""

    bptt: PositiveInt = 35  # with data.context = "text": tokens the gradient goes back; batch_tokens / bptt stretches are read at once


class LanguageModelRecipe(Recipe):
    """A whole recipe of a language model."""

    kind: Literal["language_model"]
    data: PlainText
    text: TokenSettings
    embedding_size: PositiveInt  # of the embedding of tokens
    backbone: BackboneSettings
    output: OutputSettings = OutputSettings()
    decoding: WritingSettings = WritingSettings()
    training: LanguageModelTraining

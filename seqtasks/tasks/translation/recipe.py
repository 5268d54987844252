"""The recipe of a translator."""

from typing import Literal

from seqtasks.recipes.schema import BackboneSettings, DecoderSettings, DecodingSettings, ParallelData, Recipe, TextSettings
from seqtasks.recipes.tables import PositiveInt
from seqtasks.recipes.training_tables import TranslationTraining


class TranslationRecipe(Recipe):
    """A whole translation recipe."""

    kind: Literal["translation"]
    data: ParallelData
    text: TextSettings
    # size of the source embedding. With `text.joint` and `decoder.tied` it must equal `decoder.embedding_size`
    embedding_size: PositiveInt = 256
    backbone: BackboneSettings
    decoder: DecoderSettings
    decoding: DecodingSettings = DecodingSettings()
    training: TranslationTraining

"""A language model's recipe and its vocabulary to a model."""

from __future__ import annotations

from torch import nn

from seqtasks.models.language_model import LanguageModel
from seqtasks.models.translation import TiedOutput
from seqtasks.nn.trunk import TokenEmbedder, WordEmbedding
from seqtasks.tasks.backbone import trunk_of
from seqtasks.tasks.language_model.recipe import LanguageModelRecipe
from seqtasks.text.vocabulary import Vocabulary


def build_language_model(recipe: LanguageModelRecipe, vocabulary: Vocabulary) -> LanguageModel:
    """The model, with tied weights where the recipe says so."""
    words = WordEmbedding(num_words=len(vocabulary), embedding_dim=recipe.embedding_size, padding_idx=vocabulary.pad)
    trunk = trunk_of(TokenEmbedder(words=words, characters=None, word_dropout=None), recipe.backbone)
    size = trunk.output_size
    output: nn.Module = TiedOutput(input_size=size, words=words) if recipe.output.tied else nn.Linear(size, len(vocabulary))
    return LanguageModel(trunk=trunk, output=output, dropout=recipe.output.dropout, bos=vocabulary.bos)

"""What the tables of a translation recipe alone cannot tell: names that exist, and values that fit each other."""

import inspect
from typing import Any

from seqtasks.errors import RecipeError
from seqtasks.nn.attention import ATTENTIONS
from seqtasks.nn.backbones import BACKBONES
from seqtasks.recipes.schema import DecoderSettings, ParallelData
from seqtasks.registry import find_part, name_faults, option_faults
from seqtasks.tasks.backbone import backbone_faults, without_weights
from seqtasks.tasks.translation.decoder_checks import RIVALS, kind_faults, recurrent_faults
from seqtasks.tasks.translation.decoding_checks import decoding_faults
from seqtasks.tasks.translation.recipe import TranslationRecipe
from seqtasks.tasks.translation.training_checks import guide_faults, training_faults
from seqtasks.text.corpora.pair_readers import GIVEN as PAIR_GIVEN
from seqtasks.text.corpora.pair_readers import GROUP, PAIR_READERS, TWO_FILES

PLAIN = "none"  # the attention of a decoder that has none
# what seqtasks gives an attention; its other parameters are options
GIVEN = ("query_size", "memory_size", "hidden_size", "attention_weights")
OVER_TIME = ("location", "coverage")  # attentions whose state runs over time
EQUAL_SIZES = ("dot", "scaled")  # attentions that compare a query with a word as they are


def recipe_faults(recipe: TranslationRecipe) -> list[str]:
    """Every fault of a translation recipe."""
    attention = recipe.decoder.attention != PLAIN
    faults = [*backbone_faults(recipe.backbone), *translation_faults(recipe), *training_faults(recipe)]
    faults += data_faults(recipe.data)
    faults += decoding_faults(recipe.decoding, attention=attention)
    if recipe.decoding.changed("shortlist_frequent") and not recipe.decoding.shortlist:  # a finished run may be asked so
        faults.append("decoding.shortlist_frequent has no meaning without a shortlist. Set decoding.shortlist, or leave it out.")
    return faults + name_faults({PLAIN: None, **ATTENTIONS}, recipe.decoder.attention, "seqtasks.attentions")


def data_faults(data: ParallelData) -> list[str]:
    """A format that nobody reads, options that its reader does not take, and columns of a format without any."""
    if data.format == TWO_FILES:
        return [f"data.{key} has no meaning for data.format = {data.format!r}. Leave it out." for key in data.changed("options")]
    if faults := name_faults({TWO_FILES: None, **PAIR_READERS}, data.format, GROUP):
        return faults
    reader = find_part(PAIR_READERS, data.format, GROUP)
    columns = [key for key in data.changed("source_column", "target_column") if key not in inspect.signature(reader).parameters]
    faults = [f"data.{key} has no meaning for data.format = {data.format!r}. Leave it out." for key in columns]
    return faults + option_faults(reader, data.options, PAIR_GIVEN, "data")


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
    backbone: Any = without_weights(settings, input_size=recipe.embedding_size)
    return size_faults(recipe.decoder, memory_size=backbone.output_size)


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
    changed = settings.changed("normaliser", "top_k", "window", "window_size", "heads", "hierarchical", "options")
    if settings.attention == PLAIN:
        return [f"decoder.{name} needs an attention; decoder.attention is 'none'. Leave it out." for name in changed]
    try:
        builder = find_part(ATTENTIONS, settings.attention, "seqtasks.attentions")
    except RecipeError:
        return []
    parameters = inspect.signature(builder).parameters
    faults = option_faults(builder, settings.options, GIVEN, "decoder")
    faults += [
        f"decoder.{name} has no meaning for an attention of kind {settings.attention!r}, which has its own weights. Leave it out."
        for name in ("normaliser", "window", "hierarchical")
        if name in changed and "attention_weights" not in parameters
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

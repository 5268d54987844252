"""[decoding] as a recipe has it, as a user changes it for a finished run, and what of it does not fit."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from seqtasks.errors import RecipeError
from seqtasks.recipes.load import explain
from seqtasks.recipes.schema import DecodingSettings

DRAWN = ("temperature", "top_k", "top_p")  # keys that shape samples only


def decoding_faults(settings: DecodingSettings, *, attention: bool) -> list[str]:
    """Values of [decoding] that do not fit each other, or a model without attention."""
    faults = []
    if settings.replace_unknown and not attention:
        faults.append("decoding.replace_unknown needs attention; decoder.attention is 'none'. Leave one of the two out.")
    if settings.samples:
        if settings.coverage_penalty:
            faults.append(
                "decoding.coverage_penalty ranks what a search finds, but decoding.samples draws instead. Leave one of the two out."
            )
        if settings.mbr != "none" and settings.samples == 1:
            faults.append(f"decoding.mbr = {settings.mbr!r} chooses among samples, but decoding.samples = 1. Use more, such as 16.")
        return faults
    for key in settings.changed(*DRAWN):
        faults.append(f"decoding.{key} shapes samples, but decoding.samples is 0. Set it, such as to 1, or leave {key} out.")
    if settings.coverage_penalty and not attention:
        faults.append("decoding.coverage_penalty needs attention; decoder.attention is 'none'. Leave one of the two out.")
    if settings.coverage_penalty and settings.beams == 1:
        faults.append("decoding.coverage_penalty ranks what several beams find, but decoding.beams = 1. Use more, such as 5.")
    if settings.mbr != "none" and settings.beams == 1:
        found = f"decoding.mbr = {settings.mbr!r} chooses among several translations, but decoding.beams = 1 finds one."
        faults.append(f"{found} Set decoding.samples, such as to 16, or use more beams.")
    return faults


def needs_lexicon(settings: DecodingSettings) -> bool:
    """Whether answers depend on what words mean in the training pairs."""
    return bool(settings.shortlist or settings.replace_unknown)


def changed(settings: DecodingSettings, changes: Mapping[str, Any], *, attention: bool) -> DecodingSettings:
    """The settings with some changed, checked as a whole. Raises RecipeError with every fault."""
    try:
        result = DecodingSettings.model_validate({**settings.model_dump(), **changes})
    except ValidationError as error:
        raise RecipeError([explain(fault, DecodingSettings, "decoding") for fault in error.errors()]) from None
    if faults := decoding_faults(result, attention=attention):
        raise RecipeError(faults)
    return result

"""What of a recurrent decoder's keys does not fit: where its attention sits, what goes around its layers, what is fed back."""

from __future__ import annotations

from seqtasks.recipes.schema import DecoderSettings


def recurrent_faults(settings: DecoderSettings, *, attention: bool) -> list[str]:
    """Values of [decoder] that do not fit each other, or a decoder without attention."""
    faults = []
    if settings.kind == "cgru":
        faults += conditional_faults(settings, attention=attention)
    else:
        if settings.input_feeding and not attention:
            faults.append("decoder.input_feeding needs an attention to feed; decoder.attention is 'none'. Set one of the two.")
        if settings.attend == "first":
            faults += first_faults(settings, attention=attention)
    if settings.residual and settings.layers == 1:
        faults.append("decoder.residual goes around the layers above the first, but decoder.layers = 1. Leave it out, or use more layers.")
    return faults


def conditional_faults(settings: DecoderSettings, *, attention: bool) -> list[str]:
    """What a conditional GRU has in any case, or cannot do without."""
    faults = []
    if not attention:
        faults.append("decoder.kind = 'cgru' is two GRUs around an attention, but decoder.attention is 'none'. Choose one, or kind 'gru'.")
    if settings.input_feeding:
        faults.append("decoder.input_feeding has no meaning for decoder.kind = 'cgru', whose state reads what was looked at. Leave it out.")
    if settings.attend == "first":
        faults.append("decoder.attend has no meaning for decoder.kind = 'cgru', whose attention sits between its two GRUs. Leave it out.")
    return faults


def first_faults(settings: DecoderSettings, *, attention: bool) -> list[str]:
    """What an attention after the first layer needs, and what it does not go with."""
    faults = []
    if not attention:
        faults.append("decoder.attend says which layer asks the attention, but decoder.attention is 'none'. Leave it out, or choose one.")
    if settings.layers == 1:
        faults.append("decoder.attend = 'first' needs layers above the first to read the context, but decoder.layers = 1. Use more layers.")
    if settings.input_feeding:
        faults.append(
            "decoder.attend = 'first' hands the context up to the next layer, decoder.input_feeding to the next word. Choose one."
        )
    return faults

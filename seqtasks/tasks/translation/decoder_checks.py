"""Keys of [decoder] that its kind does not take, or that do not fit each other."""

from seqtasks.recipes.schema import DecoderSettings

RECURRENT = ("attend", "residual", "input_feeding", "normaliser", "top_k", "window", "window_size", "heads", "hierarchical", "options")
RIVALS = {"transformer": ("heads", "inner_size"), "convolution": ("normaliser", "top_k", "width")}
ATTENTIONS_OF = {"transformer": ("scaled",), "convolution": ("dot", "scaled")}
KEYS = tuple(dict.fromkeys([*RECURRENT, *(key for keys in RIVALS.values() for key in keys)]))  # those that not every kind takes


def kind_faults(settings: DecoderSettings) -> list[str]:
    """Keys that the kind does not take, and an attention by which a Transformer or a convolution does not look at the source."""
    kind, faults = settings.kind, []
    looks = ATTENTIONS_OF.get(kind)
    if looks is not None and settings.attention not in looks:
        faults.append(
            f"decoder.kind = {kind!r} looks at the source by decoder.attention = {' or '.join(map(repr, looks))}, "
            f"not {settings.attention!r}. Set it."
        )
    foreign = [key for key in settings.changed(*KEYS) if key not in RIVALS.get(kind, RECURRENT)]
    return faults + [f"decoder.{key} has no meaning for decoder.kind = {kind!r}. Leave it out." for key in foreign]


def recurrent_faults(settings: DecoderSettings, *, attention: bool) -> list[str]:
    """Where a recurrent decoder's attention cannot sit, what cannot be fed back, and what cannot go around its layers."""
    faults = []
    conditional, feeding, first = settings.kind == "cgru", settings.input_feeding, settings.attend == "first"
    if conditional and not attention:
        faults.append("decoder.kind = 'cgru' is two GRUs around an attention, but decoder.attention is 'none'. Choose one, or kind 'gru'.")
    if conditional and feeding:
        faults.append("decoder.input_feeding has no meaning for decoder.kind = 'cgru', whose state reads what was looked at. Leave it out.")
    if conditional and first:
        faults.append("decoder.attend has no meaning for decoder.kind = 'cgru', whose attention sits between its two GRUs. Leave it out.")
    if not conditional and feeding and not attention:
        faults.append("decoder.input_feeding needs an attention to feed; decoder.attention is 'none'. Set one of the two.")
    if not conditional and first and not attention:
        faults.append("decoder.attend says which layer asks the attention, but decoder.attention is 'none'. Leave it out, or choose one.")
    if not conditional and first and settings.layers == 1:
        faults.append("decoder.attend = 'first' needs layers above the first to read the context, but decoder.layers = 1. Use more layers.")
    if not conditional and first and feeding:
        faults.append(
            "decoder.attend = 'first' hands the context up to the next layer, decoder.input_feeding to the next word. Choose one."
        )
    if settings.residual and settings.layers == 1:
        faults.append("decoder.residual goes around the layers above the first, but decoder.layers = 1. Leave it out, or use more layers.")
    return faults

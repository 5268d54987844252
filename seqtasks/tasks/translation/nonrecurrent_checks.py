"""Which keys of [decoder] each kind of decoder takes, and by what a Transformer or a convolution looks at the source."""

from __future__ import annotations

from seqtasks.recipes.schema import DecoderSettings

RECURRENT = ("attend", "residual", "input_feeding", "normaliser", "top_k", "window", "window_size", "heads", "hierarchical", "options")
RIVALS = {"transformer": ("heads", "inner_size"), "convolution": ("normaliser", "top_k", "width")}
ATTENTIONS_OF = {"transformer": ("scaled",), "convolution": ("dot", "scaled")}
KEYS = tuple(dict.fromkeys([*RECURRENT, *(key for keys in RIVALS.values() for key in keys)]))  # those that not every kind takes


def kind_faults(settings: DecoderSettings) -> list[str]:
    """Keys that the kind does not take, and an attention that it does not look by."""
    kind, faults = settings.kind, []
    looks = ATTENTIONS_OF.get(kind)
    if looks is not None and settings.attention not in looks:
        faults.append(
            f"decoder.kind = {kind!r} looks at the source by decoder.attention = {' or '.join(map(repr, looks))}, "
            f"not {settings.attention!r}. Set it."
        )
    for key in KEYS:
        if key not in RIVALS.get(kind, RECURRENT) and getattr(settings, key) != DecoderSettings.model_fields[key].default:
            faults.append(f"decoder.{key} has no meaning for decoder.kind = {kind!r}. Leave it out.")
    return faults

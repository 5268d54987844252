"""Keys of a recurrent decoder that do not fit each other, or a decoder without attention: told all at once."""

import pytest
from seqtasks.tasks.translation.recurrent_checks import recurrent_faults

from seqtasks.recipes.schema import DecoderSettings
from seqtasks.tasks.translation.checks import PLAIN

FAULTS = [
    (
        {"attention": "none", "input_feeding": True},
        "decoder.input_feeding needs an attention to feed; decoder.attention is 'none'. Set one of the two.",
    ),
    (
        {"attention": "none", "attend": "first", "layers": 2},
        "decoder.attend says which layer asks the attention, but decoder.attention is 'none'. Leave it out, or choose one.",
    ),
    (
        {"attend": "first"},
        "decoder.attend = 'first' needs layers above the first to read the context, but decoder.layers = 1. Use more layers.",
    ),
    (
        {"attend": "first", "layers": 2, "input_feeding": True},
        "decoder.attend = 'first' hands the context up to the next layer, decoder.input_feeding to the next word. Choose one.",
    ),
    (
        {"residual": True},
        "decoder.residual goes around the layers above the first, but decoder.layers = 1. Leave it out, or use more layers.",
    ),
    (
        {"kind": "cgru", "attention": "none"},
        "decoder.kind = 'cgru' is two GRUs around an attention, but decoder.attention is 'none'. Choose one, or kind 'gru'.",
    ),
    (
        {"kind": "cgru", "input_feeding": True, "attend": "first", "residual": True},
        "decoder.input_feeding has no meaning for decoder.kind = 'cgru', whose state reads what was looked at. Leave it out.\n"
        "decoder.attend has no meaning for decoder.kind = 'cgru', whose attention sits between its two GRUs. Leave it out.\n"
        "decoder.residual goes around the layers above the first, but decoder.layers = 1. Leave it out, or use more layers.",
    ),
]
FIT = [
    {},
    {"input_feeding": True},
    {"attention": "none"},
    {"attention": "none", "layers": 2, "residual": True},
    {"attend": "first", "layers": 2, "residual": True},
    {"kind": "cgru"},
    {"kind": "cgru", "layers": 2, "residual": True},
]


def faults_of(options: dict[str, object]) -> list[str]:
    settings = DecoderSettings.model_validate({"attention": "additive", "hidden_size": 8, "embedding_size": 4} | options)
    return recurrent_faults(settings, attention=settings.attention != PLAIN)


@pytest.mark.parametrize(("options", "message"), FAULTS)
def test_keys_that_do_not_fit_are_told(options: dict[str, object], message: str) -> None:
    assert "\n".join(faults_of(options)) == message


@pytest.mark.parametrize("options", FIT, ids=str)
def test_keys_that_fit_are_no_fault(options: dict[str, object]) -> None:
    assert faults_of(options) == []

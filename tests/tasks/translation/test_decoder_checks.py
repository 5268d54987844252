"""Keys of [decoder] that its kind does not take, or that do not fit each other or a decoder without attention: told all at once."""

import pytest

from seqtasks.recipes.schema import DecoderSettings
from seqtasks.tasks.translation.checks import PLAIN
from seqtasks.tasks.translation.decoder_checks import kind_faults, recurrent_faults

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


KIND_FAULTS = [
    (
        {"kind": "transformer"},
        "decoder.kind = 'transformer' looks at the source by decoder.attention = 'scaled', not 'additive'. Set it.",
    ),
    (
        {"kind": "convolution", "attention": "none"},
        "decoder.kind = 'convolution' looks at the source by decoder.attention = 'dot' or 'scaled', not 'none'. Set it.",
    ),
    (
        {"kind": "transformer", "attention": "scaled", "normaliser": "sparsemax", "input_feeding": True, "width": 5},
        "decoder.input_feeding has no meaning for decoder.kind = 'transformer'. Leave it out.\n"
        "decoder.normaliser has no meaning for decoder.kind = 'transformer'. Leave it out.\n"
        "decoder.width has no meaning for decoder.kind = 'transformer'. Leave it out.",
    ),
    (
        {"kind": "convolution", "attention": "dot", "heads": 2, "hierarchical": True, "inner_size": 9, "attend": "first"},
        "decoder.attend has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.heads has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.hierarchical has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.inner_size has no meaning for decoder.kind = 'convolution'. Leave it out.",
    ),
    (
        {"kind": "convolution", "attention": "dot", "window": "local-p", "window_size": 3, "residual": True, "layers": 2},
        "decoder.residual has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.window has no meaning for decoder.kind = 'convolution'. Leave it out.\n"
        "decoder.window_size has no meaning for decoder.kind = 'convolution'. Leave it out.",
    ),
    ({"kind": "gru", "width": 5}, "decoder.width has no meaning for decoder.kind = 'gru'. Leave it out."),
    ({"inner_size": 5}, "decoder.inner_size has no meaning for decoder.kind = 'lstm'. Leave it out."),
]
KIND_FITS = [
    {"kind": "lstm", "input_feeding": True, "heads": 2, "window": "local-p"},
    {"kind": "gru", "attend": "first", "layers": 2},
    {"kind": "transformer", "attention": "scaled", "heads": 2, "inner_size": 12},
    {"kind": "convolution", "attention": "dot", "width": 5, "normaliser": "topk", "top_k": 2},
]


def kind_faults_of(options: dict[str, object]) -> list[str]:
    return kind_faults(DecoderSettings.model_validate({"attention": "additive", "hidden_size": 8, "embedding_size": 4} | options))


@pytest.mark.parametrize(("options", "message"), KIND_FAULTS)
def test_keys_that_a_kind_does_not_take_are_told(options: dict[str, object], message: str) -> None:
    assert "\n".join(kind_faults_of(options)) == message


@pytest.mark.parametrize("options", KIND_FITS, ids=str)
def test_keys_that_a_kind_takes_are_no_fault(options: dict[str, object]) -> None:
    assert kind_faults_of(options) == []

"""Which keys of [decoder] each kind of decoder takes, and by what a Transformer or a convolution looks at the source."""

import pytest
from seqtasks.tasks.translation.nonrecurrent_checks import kind_faults

from seqtasks.recipes.schema import DecoderSettings

FAULTS = [
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
FIT = [
    {"kind": "lstm", "input_feeding": True, "heads": 2, "window": "local-p"},
    {"kind": "gru", "attend": "first", "layers": 2},
    {"kind": "transformer", "attention": "scaled", "heads": 2, "inner_size": 12},
    {"kind": "convolution", "attention": "dot", "width": 5, "normaliser": "topk", "top_k": 2},
]


def faults_of(options: dict[str, object]) -> list[str]:
    return kind_faults(DecoderSettings.model_validate({"attention": "additive", "hidden_size": 8, "embedding_size": 4} | options))


@pytest.mark.parametrize(("options", "message"), FAULTS)
def test_keys_that_a_kind_does_not_take_are_told(options: dict[str, object], message: str) -> None:
    assert "\n".join(faults_of(options)) == message


@pytest.mark.parametrize("options", FIT, ids=str)
def test_keys_that_a_kind_takes_are_no_fault(options: dict[str, object]) -> None:
    assert faults_of(options) == []

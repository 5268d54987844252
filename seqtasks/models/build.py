"""Names and numbers to backbones, trunks and heads: what recipes and `NeuralTagger` build their models by.

Parts of other packages are found by their names too (`seqtasks.registry`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import nn

from seqtasks.errors import RecipeError
from seqtasks.models.heads import HEADS, Head
from seqtasks.models.nested import NESTED_HEADS
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.biases import gated_layers, set_chrono_biases
from seqtasks.nn.trunk import TokenEmbedder, Trunk
from seqtasks.registry import find_part
from seqtasks.text.tags import Extent

BACKBONE_GROUP, HEAD_GROUP = "seqtasks.backbones", "seqtasks.heads"
BACKBONE_GIVEN = ("input_size", "hidden_size", "layers", "dropout")  # what every builder of a backbone is given
# and of a head, as it takes them
HEAD_GIVEN = ("input_size", "labels", "dropout", "layer", "scheme", "outputs", "constrained", "extent", "crossing")
ALL_HEADS: Mapping[str, Callable[..., Head]] = {**HEADS, **NESTED_HEADS}


def build_backbone(
    kind: str,
    *,
    input_size: int,
    hidden_size: int,
    layers: int,
    dropout: float,
    chrono: int = 0,
    options: Mapping[str, Any] | None = None,
) -> nn.Module:
    """The backbone called `kind`; options: what else its builder takes. Raises RecipeError for a name that nobody offers,
    and for chrono where there are no gates.

    chrono: gates begin so that units remember up to so many words (`nn.biases.set_chrono_biases`); 0: as their layers begin.
    """
    builder: Callable[..., nn.Module] = find_part(BACKBONES, kind, BACKBONE_GROUP)
    backbone = builder(input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout, **(options or {}))
    if chrono:
        if not gated_layers(backbone):
            raise RecipeError([f"backbone.chrono has no meaning for a backbone of kind {kind!r}, which has no gates. Leave it out."])
        set_chrono_biases(backbone, chrono)
    return backbone


def build_trunk(
    embedder: TokenEmbedder,
    kind: str,
    *,
    hidden_size: int,
    layers: int,
    dropout: float,
    chrono: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Trunk:
    """The embedder below the backbone called `kind`, with the same dropout between the two as between the backbone's layers."""
    backbone = build_backbone(
        kind,
        input_size=embedder.output_size,
        hidden_size=hidden_size,
        layers=layers,
        dropout=dropout,
        chrono=chrono,
        options=options,
    )
    return Trunk(embedder=embedder, backbone=backbone, dropout=dropout)


def build_head(
    kind: str,
    *,
    input_size: int,
    labels: Sequence[str],
    dropout: float,
    layer: int = -1,
    scheme: str | None = None,
    extent: Extent | None = None,
    options: Mapping[str, Any] | None = None,
) -> Head:
    """The head called `kind`. scheme: of tags that are spans; extent: of spans that nest, for a head of such; options: what else it takes.

    A builder is given those of these that it has as parameters. Raises RecipeError for a name that nobody offers.
    """
    builder = find_part(ALL_HEADS, kind, HEAD_GROUP)
    known = {"input_size": input_size, "labels": labels, "dropout": dropout, "layer": layer, "scheme": scheme, "extent": extent}
    taken = inspect.signature(builder).parameters
    return builder(**{name: value for name, value in known.items() if name in taken}, **(options or {}))

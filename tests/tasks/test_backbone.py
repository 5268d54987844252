"""[backbone] of a recipe: chrono initialisation reaches the layers, and is refused where it means nothing."""

from __future__ import annotations

import pytest

from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.biases import gated_layers
from seqtasks.nn.trunk import TokenEmbedder, WordEmbedding
from seqtasks.recipes.schema import BackboneSettings
from seqtasks.tasks.backbone import UNGATED, backbone_faults, trunk_of


@pytest.mark.parametrize("kind", sorted(BACKBONES))
def test_chrono_is_taken_by_exactly_the_backbones_that_have_gates(kind: str) -> None:
    settings = BackboneSettings(kind=kind, hidden_size=8, layers=2, chrono=40)
    gated = bool(gated_layers(BACKBONES[kind](input_size=3, hidden_size=8, layers=2, dropout=0.0)))
    told = f"backbone.chrono has no meaning for a backbone of kind {kind!r}, which has no gates. Leave it out."
    assert backbone_faults(settings) == ([] if gated else [told])
    assert gated == (kind not in UNGATED)
    if gated:
        embedder = TokenEmbedder(words=WordEmbedding(num_words=5, embedding_dim=3, padding_idx=0), characters=None, word_dropout=None)
        biases = [layer.bias_ih_l0.max().item() for layer in gated_layers(trunk_of(embedder, settings))]
        assert max(biases) > 1.5  # forget gates otherwise begin with bias 1


def test_a_chrono_of_one_word_is_no_distance() -> None:
    told = "backbone.chrono = 1 is no distance: it is in words, 2 at least. Give the longest one that matters, or 0."
    assert backbone_faults(BackboneSettings(kind="lstm", hidden_size=8, chrono=1)) == [told]

"""Backbones, trunks and heads by name equal those that their own builders make from the same draws."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from seqtasks.errors import RecipeError
from seqtasks.models.build import build_backbone, build_head, build_trunk
from seqtasks.models.heads import CRFHead, SoftmaxHead
from seqtasks.models.nested import LayeredHead, SpanHead
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.biases import gated_layers
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.trunk import TokenEmbedder, WordEmbedding
from seqtasks.text.batching import Batch
from seqtasks.text.tags import Extent

SIZES = {"input_size": 4, "hidden_size": 8, "layers": 2, "dropout": 0.0}
MASK_BS = torch.arange(5) < torch.tensor([5, 2, 0])[:, None]
WORDS_BSE = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(2)) * MASK_BS[:, :, None]


def seeded(kind: str, **options: object) -> nn.Module:
    torch.manual_seed(0)
    return build_backbone(kind, **SIZES, options=options or None)


def embedder_of(words: int) -> TokenEmbedder:
    embedding = WordEmbedding(num_words=words, embedding_dim=4, padding_idx=0)
    return TokenEmbedder(words=embedding, characters=None, word_dropout=None)


@pytest.mark.parametrize("kind", sorted(BACKBONES))
def test_a_backbone_by_name_equals_its_builders(kind: str) -> None:
    torch.manual_seed(0)
    own = BACKBONES[kind](**SIZES)
    for named, expected in zip(seeded(kind)(WORDS_BSE, MASK_BS).layers, own(WORDS_BSE, MASK_BS).layers, strict=True):
        torch.testing.assert_close(named, expected)


def test_options_reach_the_builder() -> None:
    first, second = seeded("gru")(WORDS_BSE, MASK_BS).layers
    found = seeded("gru", residual=True)(WORDS_BSE, MASK_BS).layers
    torch.testing.assert_close(found[0], first)  # from 4 features to 8: there is nothing to add
    torch.testing.assert_close(found[1], second + first)


def test_a_trunk_is_the_backbone_over_the_embedded_words() -> None:
    ids_BS = torch.tensor([[3, 1, 2, 4, 6], [5, 2, 0, 0, 0], [0] * 5])
    embedder = embedder_of(7)
    torch.manual_seed(0)
    trunk = build_trunk(embedder, "bilstm", hidden_size=8, layers=2, dropout=0.0)
    expected = seeded("bilstm")(embedder.words.table.weight[ids_BS], MASK_BS)
    found = trunk(Batch(ids_BS, MASK_BS, torch.arange(3), task="upos", targets={}))
    assert trunk.output_size == 16
    for one, other in zip(found.layers, expected.layers, strict=True):
        torch.testing.assert_close(one, other)


def test_the_rate_of_a_trunk_is_that_between_words_and_backbone_too() -> None:
    trunk = build_trunk(embedder_of(7), "gru", hidden_size=8, layers=1, dropout=0.75)
    torch.manual_seed(0)
    dropped = trunk.dropout(torch.ones(400, 2, 4))
    assert set(dropped.unique().tolist()) == {0.0, 4.0}  # kept features count 1 / (1 - 0.75) times
    assert (dropped == 0).float().mean().item() == pytest.approx(0.75, abs=0.05)


def test_a_head_by_name_scores_by_its_projection_of_the_layer_asked_for() -> None:
    head = build_head("softmax", input_size=4, labels=["A", "B"], dropout=0.0, layer=0, extent=Extent(3, 3))  # no extent for a softmax
    assert type(head) is SoftmaxHead
    scores = head.scores(Encoded(layers=(WORDS_BSE, torch.zeros(3, 5, 4)), final=None, mask_BS=MASK_BS))
    torch.testing.assert_close(scores, WORDS_BSE @ head.projection.weight.t() + head.projection.bias)


def test_the_scheme_and_the_extent_reach_the_heads_that_take_them() -> None:
    labels = ["B-X", "I-X", "O"]
    crf = build_head("crf", input_size=4, labels=labels, dropout=0.0, scheme="BIO")
    assert type(crf) is CRFHead
    inside_first = torch.tensor([[[0.0, 9.0, 0.0], [0.0, 9.0, 0.0]]])  # wants I-X I-X, which no sentence begins with
    with torch.no_grad():
        assert crf.predict(inside_first, torch.ones(1, 2, dtype=torch.bool)) == [[0, 1]]
    layered = build_head("layered", input_size=4, labels=["X"], dropout=0.0, extent=Extent(depth=3, width=2))
    spans = build_head("spans", input_size=4, labels=["X"], dropout=0.0, extent=Extent(depth=3, width=2), options={"crossing": True})
    assert isinstance(layered, LayeredHead) and isinstance(spans, SpanHead)
    states = Encoded(layers=(torch.randn(1, 4, 4),), final=None, mask_BS=torch.ones(1, 4, dtype=torch.bool))
    assert layered.scores(states).shape == (1, 4, 3, 3)  # B-X, I-X and O in three layers
    assert spans.scores(states).shape == (1, 4, 2, 2)  # a label or none, of spans of one word and of two
    assert (spans.crossing, layered.crossing) == (True, False)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: build_backbone("blstm", **SIZES), "no backbone 'blstm'; did you mean 'bilstm'?"),
        (lambda: build_head("crff", input_size=4, labels=["A"], dropout=0.0), "no head 'crff'; did you mean 'crf'?"),
    ],
)
def test_a_name_that_nobody_offers_is_told_with_the_nearest(build, message: str) -> None:
    with pytest.raises(RecipeError) as raised:
        build()
    assert str(raised.value).startswith(message)


def test_chrono_sets_the_gates_of_a_trunk_and_is_refused_without_gates() -> None:
    torch.manual_seed(0)
    trunk = build_trunk(embedder_of(7), "bilstm", hidden_size=8, layers=2, dropout=0.0, chrono=30)
    for layer in gated_layers(trunk):
        enter_H, forget_H = layer.bias_ih_l0.split(8)[:2]
        assert 0 < forget_H.max() < 3.4 and torch.equal(enter_H, -forget_H)  # log of up to 29
    with pytest.raises(RecipeError, match=r"^backbone\.chrono has no meaning for a backbone of kind 'convolution', which has no gates\."):
        build_backbone("convolution", **SIZES, chrono=30)

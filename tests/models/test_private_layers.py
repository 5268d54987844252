"""Layers of one head alone: what they read, what trains them, and that padding changes nothing."""

import torch

from seqtasks.models.heads import CRFHead, SoftmaxHead
from seqtasks.models.tagging import PrivateLayers, TaggingModel
from seqtasks.nn.backbones import BACKBONES
from tests.models.test_tagging_model import SENTENCES, batch_of, model_of


def model_with_private_layers(layer: int = 0) -> TaggingModel:
    """Two heads, of which "ner" has a layer of its own over `layer` of the trunk."""
    trunk = model_of().trunk
    backbone = BACKBONES["bilstm"](input_size=trunk.output_size, hidden_size=3, layers=2, dropout=0.4)
    private = PrivateLayers(layer=layer, backbone=backbone, dropout=0.4)
    heads = {
        "pos": SoftmaxHead(input_size=trunk.output_size, labels=("N", "V"), dropout=0.2, layer=0),
        "ner": CRFHead(input_size=private.output_size, labels=("B-X", "I-X", "O"), dropout=0.2, layer=-1, scheme="BIO"),
    }
    return TaggingModel(trunk=trunk, heads=heads, private={"ner": private}).eval()


def test_a_head_reads_its_private_layers_and_they_the_layer_of_the_trunk_that_they_are_given() -> None:
    for layer in (0, 1):
        model, batch = model_with_private_layers(layer), batch_of(SENTENCES)
        shared = model.trunk(batch)
        own = model.private["ner"].backbone(shared.layers[layer], batch.mask_BS)
        assert model.private["ner"].output_size == own.output.size(2) == 6
        torch.testing.assert_close(model(batch)["ner"], model.head("ner").scores(own))
        torch.testing.assert_close(model(batch)["pos"], model.head("pos").scores(shared))


def test_private_layers_learn_from_their_own_head_only_and_pass_its_gradient_to_the_trunk() -> None:
    for head, learns in (("ner", True), ("pos", False)):
        model = model_with_private_layers()
        batch = batch_of(SENTENCES, {head: [[0] * len(sentence) for sentence in SENTENCES]})
        scores_BSN = model(batch)[head]
        model.head(head).loss(scores_BSN, batch.targets[head], batch.mask_BS, label_smoothing=0.0).backward()
        assert all((parameter.grad is not None) == learns for parameter in model.private.parameters())
        assert all(parameter.grad is not None for parameter in model.trunk.embedder.parameters())


def test_a_sentence_is_scored_the_same_alone_and_beside_longer_ones() -> None:
    model = model_with_private_layers()
    with torch.no_grad():
        together = model(batch_of(SENTENCES))["ner"]
        for row, sentence in enumerate(SENTENCES):
            alone = model(batch_of([sentence]))["ner"]
            torch.testing.assert_close(together[row, : len(sentence)], alone[0, : len(sentence)], rtol=1e-4, atol=1e-5)


def test_what_goes_up_to_private_layers_is_dropped_in_training_only() -> None:
    model = model_with_private_layers()
    shared, private = model.trunk(batch_of(SENTENCES)), model.private["ner"]
    assert private.dropout.p == 0.4
    torch.testing.assert_close(private(shared).output, private(shared).output)
    private.train()
    assert not torch.equal(private(shared).output, private(shared).output)

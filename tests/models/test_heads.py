"""Tagging heads: losses against the formula, predictions that obey the scheme, and the layer they are told to read."""

import math

import pytest
import torch

from seqtasks.models.heads import CRFHead, SoftmaxHead
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE
from seqtasks.text.tags import is_legal
from tests.oracles.crf import best_path, log_partition, path_score

LABELS = ("B-X", "I-X", "O")
MASK_BS = torch.tensor([[True, True, True, False], [True, False, False, False], [True, True, True, True]])
TARGETS_BS = torch.tensor([[0, 1, 2, IGNORE], [2, IGNORE, IGNORE, IGNORE], [2, 0, 1, 1]])


def encoded(layers: int = 2, size: int = 5) -> Encoded:
    generator = torch.Generator().manual_seed(3)
    states = tuple(torch.randn(3, 4, size, generator=generator) for _ in range(layers))
    return Encoded(layers=states, final=None, mask_BS=MASK_BS)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_softmax_loss_is_the_sum_of_minus_log_probabilities_over_real_words(smoothing: float) -> None:
    torch.manual_seed(1)
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    scores_BSN = head.scores(encoded())
    expected = 0.0
    for row, position in MASK_BS.nonzero().tolist():
        scores = scores_BSN[row, position].tolist()
        total = math.log(sum(math.exp(score) for score in scores))
        gold = total - scores[int(TARGETS_BS[row, position])]
        uniform = sum(total - score for score in scores) / len(LABELS)
        expected += (1 - smoothing) * gold + smoothing * uniform
    loss = head.loss(scores_BSN, TARGETS_BS, MASK_BS, label_smoothing=smoothing)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_softmax_predicts_the_best_label_of_every_real_word() -> None:
    torch.manual_seed(1)
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    scores_BSN = head.scores(encoded())
    assert head.predict(scores_BSN, MASK_BS) == [scores_BSN[row].argmax(-1).tolist()[:length] for row, length in enumerate((3, 1, 4))]


def test_crf_loss_and_prediction_agree_with_enumeration() -> None:
    torch.manual_seed(2)
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1, scheme=None)
    for parameter in head.crf.parameters():
        torch.nn.init.normal_(parameter)
    with torch.no_grad():
        scores_BSN = head.scores(encoded())
        loss = head.loss(scores_BSN, TARGETS_BS, MASK_BS, label_smoothing=0.0)
        expected, best = 0.0, []
        for row, length in enumerate((3, 1, 4)):
            emissions = scores_BSN[row, :length]
            chain = emissions, head.crf.transitions_NN, head.crf.start_N, head.crf.end_N
            expected += (log_partition(*chain) - path_score(*chain, TARGETS_BS[row, :length].tolist())).item()
            best.append(list(best_path(*chain)[0]))
    assert loss.item() == pytest.approx(expected, rel=1e-4)
    assert head.predict(scores_BSN, MASK_BS) == best


def test_a_crf_never_answers_with_a_tag_that_its_scheme_forbids() -> None:
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1, scheme="BIO")
    scores_BSN = torch.zeros(3, 4, 3)
    scores_BSN[..., 1] = 50.0  # I-X everywhere, were it allowed
    for row in head.predict(scores_BSN, MASK_BS):
        tags = [LABELS[label] for label in row]
        assert all(is_legal(before, after, "BIO") for before, after in zip([None, *tags[:-1]], tags, strict=True))
        assert tags == ["B-X", *["I-X"] * (len(tags) - 1)]


@pytest.mark.parametrize(("layer", "read"), [(0, 0), (1, 1), (-1, 1), (-2, 0)])
def test_a_head_reads_the_layer_it_is_told(layer: int, read: int) -> None:
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=layer)
    states = encoded()
    torch.testing.assert_close(head.scores(states), head.projection(states.layers[read]))


def test_dropout_acts_in_training_only() -> None:
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.5, layer=-1)
    states = encoded()
    torch.manual_seed(0)
    assert not torch.equal(head.train().scores(states), head.scores(states))
    assert torch.equal(head.eval().scores(states), head.scores(states))

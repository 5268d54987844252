"""Tagging heads: losses against the formula, predictions that obey the scheme, and the layer they are told to read."""

import math

import pytest
import torch

from seqtasks.errors import UsageError
from seqtasks.models.heads import CRFHead, Head, SoftmaxHead
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE
from seqtasks.text.tags import is_legal
from tests.oracles.crf import best_path, log_partition, marginals, path_score

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


def test_softmax_probabilities_are_each_words_shares_of_the_exponentials_and_zero_at_padding() -> None:
    head = SoftmaxHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    scores_BSN = head.scores(encoded())
    probabilities_BSN = head.probabilities(scores_BSN, MASK_BS)
    for row, position in MASK_BS.nonzero().tolist():
        powers = [math.exp(score) for score in scores_BSN[row, position].tolist()]
        assert probabilities_BSN[row, position].tolist() == pytest.approx([power / sum(powers) for power in powers], abs=1e-6)
    assert not probabilities_BSN[~MASK_BS].any()
    assert not probabilities_BSN.requires_grad


@pytest.mark.parametrize("scheme", [None, "BIO"])
def test_crf_probabilities_equal_enumeration_of_every_path(scheme: str | None) -> None:
    torch.manual_seed(2)
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1, scheme=scheme)
    for parameter in head.crf.parameters():
        torch.nn.init.normal_(parameter)
    scores_BSN = 3 * head.scores(encoded())
    probabilities_BSN = head.probabilities(scores_BSN, MASK_BS)
    assert not probabilities_BSN.requires_grad
    for row, length in enumerate((3, 1, 4)):
        chain = [tensor.detach().double() for tensor in (scores_BSN[row, :length], *head.crf.scores())]
        torch.testing.assert_close(probabilities_BSN[row, :length], marginals(*chain).float(), atol=1e-6, rtol=0)
    assert not probabilities_BSN[~MASK_BS].any()
    if scheme:
        assert not probabilities_BSN[:, 0, 1].any()  # I-X starts no sentence


def test_crf_probabilities_of_a_long_sentence_are_exact() -> None:
    head = CRFHead(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    mask_BS = torch.ones(1, 1000, dtype=torch.bool)
    scores_BSN = 20 + torch.randn(1, 1000, 3, generator=torch.Generator().manual_seed(1))
    exact_BSN = head.double().probabilities(scores_BSN.double(), mask_BS)
    torch.testing.assert_close(head.float().probabilities(scores_BSN, mask_BS), exact_BSN, atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
def test_probabilities_of_scores_in_bf16_are_float32_and_sum_to_one(kind: type[Head]) -> None:
    head = kind(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    probabilities_BSN = head.probabilities(torch.randn(3, 4, 3).bfloat16(), MASK_BS)
    assert probabilities_BSN.dtype == torch.float32
    torch.testing.assert_close(probabilities_BSN.sum(-1), MASK_BS.float())


@pytest.mark.parametrize("kind", [SoftmaxHead, CRFHead])
def test_probabilities_of_a_batch_without_words_are_empty(kind: type[Head]) -> None:
    head = kind(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    assert head.probabilities(torch.zeros(2, 0, 3), torch.zeros(2, 0, dtype=torch.bool)).shape == (2, 0, 3)


def test_a_head_that_only_answers_tags_says_that_it_has_no_probabilities() -> None:
    class TagsOnly(SoftmaxHead):
        probabilities = Head.probabilities

    head = TagsOnly(input_size=5, labels=LABELS, dropout=0.0, layer=-1)
    with pytest.raises(
        UsageError, match="^TagsOnly answers tags without probabilities. Give it a method `probabilities`, or use 'softmax'"
    ):
        head.probabilities(torch.zeros(3, 4, 3), MASK_BS)


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

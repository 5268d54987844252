"""Heads that label texts: losses and answers against sums over single texts, and a batch against its texts alone."""

import math

import pytest
import torch
from torch import Tensor

from seqtasks.models.text_heads import MultiLabelHead, SingleLabelHead, TextHead, build_text_head
from seqtasks.nn.backbones import BACKBONES
from seqtasks.nn.encoded import Encoded
from seqtasks.nn.pooling import POOLINGS
from seqtasks.text.batching import IGNORE

LABELS = ("a", "b", "c")


def head(pooling: str = "mean", threshold: float | None = None, dropout: float = 0.0) -> tuple[TextHead, torch.nn.Module]:
    torch.manual_seed(0)
    backbone = BACKBONES["bilstm"](input_size=4, hidden_size=3, layers=1, dropout=0.0)
    made = build_text_head(backbone, input_size=6, labels=LABELS, dropout=dropout, pooling=pooling, threshold=threshold)
    return made, backbone


def encoded(backbone: torch.nn.Module, lengths: list[int], width: int) -> Encoded:
    generator = torch.Generator().manual_seed(3)
    embedded_BSE = torch.randn(len(lengths), 12, 4, generator=generator)[:, :width]
    mask_BS = torch.arange(width)[None] < torch.tensor(lengths)[:, None]
    found: Encoded = backbone(embedded_BSE * mask_BS[:, :, None], mask_BS)
    return found


@pytest.mark.parametrize("pooling", POOLINGS)
@torch.no_grad()
def test_scores_of_a_batch_equal_those_of_its_texts_alone(pooling: str) -> None:
    made, backbone = head(pooling)
    lengths = [5, 2, 9, 1]
    scores_BN = made.scores(encoded(backbone, lengths, 12))
    for number, length in enumerate(lengths):
        alone = encoded(backbone, lengths, 12)
        short = Encoded([alone.layers[0][number : number + 1, :length]], None, alone.mask_BS[number : number + 1, :length])
        torch.testing.assert_close(made.scores(short)[0], scores_BN[number])


def test_cross_entropy_is_the_sum_over_texts_and_a_label_that_training_lacks_counts_nothing() -> None:
    made, _ = head()
    scores_BN, targets_B = torch.randn(4, 3), torch.tensor([2, 0, IGNORE, 1])
    mask_BS = torch.ones(4, 2, dtype=torch.bool)
    expected = sum(
        -math.log(math.exp(row[label]) / sum(map(math.exp, row)))
        for row, label in zip(scores_BN.tolist(), [2, 0, -1, 1], strict=True)
        if label >= 0
    )
    assert float(made.loss(scores_BN, targets_B, mask_BS, label_smoothing=0.0)) == pytest.approx(expected, rel=1e-5)
    assert made.count(targets_B, mask_BS) == 4
    best = scores_BN.argmax(-1).tolist()
    assert made.predict(scores_BN, mask_BS) == [[label] for label in best]
    assert made.tags(scores_BN, mask_BS) == [[LABELS[label]] for label in best]
    assert int(made.correct(scores_BN, targets_B, mask_BS)) == sum(
        one == other for one, other in zip(best, targets_B.tolist(), strict=True)
    )
    torch.testing.assert_close(made.probabilities(scores_BN, mask_BS).sum(1), torch.ones(4))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_binary_cross_entropy_is_the_sum_over_labels_and_texts(smoothing: float) -> None:
    made, _ = head(threshold=0.5)
    scores_BN, targets_BN = torch.randn(3, 3), torch.tensor([[1.0, 0, 1], [0, 0, 0], [0, 1, 0]])
    expected = 0.0
    for row, wanted in zip(scores_BN.tolist(), targets_BN.tolist(), strict=True):
        for score, gold in zip(row, wanted, strict=True):
            p, share = 1 / (1 + math.exp(-score)), gold * (1 - smoothing) + smoothing / 2
            expected -= share * math.log(p) + (1 - share) * math.log(1 - p)
    found = made.loss(scores_BN, targets_BN, torch.ones(3, 2, dtype=torch.bool), label_smoothing=smoothing)
    assert float(found) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_labels_are_answered_from_the_threshold_on(threshold: float) -> None:
    made, _ = head(threshold=threshold)
    scores_BN = torch.tensor([[-3.0, 0.5, 3.0], [-9.0, -9.0, -9.0]])
    probabilities = scores_BN.sigmoid()
    mask_BS = torch.ones(2, 2, dtype=torch.bool)
    expected = [[label for label in range(3) if float(row[label]) >= threshold] for row in probabilities]
    assert made.predict(scores_BN, mask_BS) == expected
    wanted_BN = torch.zeros(2, 3)
    wanted_BN[0, expected[0]] = 1
    assert int(made.correct(scores_BN, wanted_BN, mask_BS)) == 2
    assert int(made.correct(scores_BN, 1 - wanted_BN, mask_BS)) == 0


@pytest.mark.parametrize("threshold", [None, 0.4])
def test_the_builder_makes_the_head_of_the_number_of_labels(threshold: float | None) -> None:
    made, _ = head("last", threshold, dropout=0.5)
    assert isinstance(made, SingleLabelHead if threshold is None else MultiLabelHead)
    assert made.dropout.p == 0.5


def test_dropout_acts_in_training_only() -> None:
    made, backbone = head(dropout=0.9)
    read: Tensor = encoded(backbone, [4, 4], 4)
    made.eval()
    first, second = made.scores(read), made.scores(read)
    assert torch.equal(first, second)
    made.train()
    torch.manual_seed(1)
    assert not torch.equal(made.scores(read), first)


def test_a_threshold_that_no_probability_can_pass_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^threshold must lie between 0 and 1, got 1\.0$"):
        head(threshold=1.0)


def test_a_head_of_texts_stands_beside_one_of_words_on_one_trunk() -> None:
    """Both learn from one pass: the one over words, the other over texts, and the trunk from both."""
    from seqtasks.models.heads import SoftmaxHead
    from seqtasks.models.tagging import TaggingModel
    from seqtasks.nn.trunk import TokenEmbedder, Trunk, WordEmbedding
    from seqtasks.text.batching import Batch
    from seqtasks.training.objectives import tagging_objective

    made, backbone = head("max")
    words = SoftmaxHead(input_size=6, labels=("N", "V"), dropout=0.0, layer=-1)
    embedder = TokenEmbedder(words=WordEmbedding(num_words=9, embedding_dim=4, padding_idx=0), characters=None, word_dropout=None)
    model = TaggingModel(trunk=Trunk(embedder=embedder, backbone=backbone, dropout=0.0), heads={"upos": words, "label": made})
    mask_BS = torch.tensor([[True, True, True], [True, False, False]])
    tags_BS = torch.tensor([[0, 1, 0], [1, IGNORE, IGNORE]])
    batch = Batch(torch.tensor([[3, 4, 5], [6, 0, 0]]), mask_BS, torch.arange(2), "", {"upos": tags_BS, "label": torch.tensor([2, 0])})
    terms = tagging_objective(label_smoothing=0.1)(model, batch, 0)
    assert {name: (term.count, term.read) for name, term in terms.items()} == {"upos": (4, 4), "label": (2, 4)}
    scores = model(batch)
    assert (scores["upos"].shape, scores["label"].shape) == ((2, 3, 2), (2, 3))
    gradients = {}
    for name, term in terms.items():
        (gradients[name],) = torch.autograd.grad(term.sum, [embedder.words.table.weight], retain_graph=True)
    assert all(float(gradient.abs().sum()) > 0 for gradient in gradients.values())
    answers = model.predict(batch)
    assert [len(row) for row in answers["upos"]] == [3, 1]
    assert [len(row) for row in answers["label"]] == [1, 1]

"""What every head of a table promises, and the manual's example: sums over sentences, deaf to padding, as many tags as words."""

from __future__ import annotations

import pytest
import torch

from seqtasks.models.heads import HEADS, Head
from seqtasks.nn.encoded import Encoded
from seqtasks.text.batching import IGNORE
from tests.miniature.manual import objects_of

EVERY = {**HEADS, "margin": objects_of("extending.md")["MarginHead"]}  # ours, and the manual's
LABELS = ("X", "Y", "Z")
LENGTHS = (4, 1, 3)
MASK_BS = torch.arange(5) < torch.tensor(LENGTHS)[:, None]
every = pytest.mark.parametrize("name", EVERY)


def made(name: str) -> tuple[Head, torch.Tensor, torch.Tensor]:
    """A head, the scores of three sentences, and their targets."""
    torch.manual_seed(5)
    head: Head = EVERY[name](input_size=6, labels=LABELS, dropout=0.0, layer=-1)
    scores_BSN = head.scores(Encoded((torch.randn(3, 5, 6), torch.randn(3, 5, 6)), None, MASK_BS))
    return head, scores_BSN, torch.randint(3, (3, 5)).where(MASK_BS, torch.tensor(IGNORE))


@every
def test_a_batchs_loss_is_the_sum_of_its_sentences_losses(name: str) -> None:
    head, scores_BSN, targets_BS = made(name)
    together = head.loss(scores_BSN, targets_BS, MASK_BS, label_smoothing=0.0)
    alone = [
        head.loss(
            scores_BSN[row : row + 1, :length], targets_BS[row : row + 1, :length], MASK_BS[row : row + 1, :length], label_smoothing=0.0
        )
        for row, length in enumerate(LENGTHS)
    ]
    torch.testing.assert_close(together, torch.stack(alone).sum())
    assert together > 0


@every
def test_what_stands_at_padding_changes_neither_loss_nor_answers(name: str) -> None:
    head, scores_BSN, targets_BS = made(name)
    other_BSN = torch.where(MASK_BS[:, :, None], scores_BSN, 100 * torch.randn_like(scores_BSN))
    torch.testing.assert_close(*(head.loss(scores, targets_BS, MASK_BS, label_smoothing=0.0) for scores in (scores_BSN, other_BSN)))
    assert head.predict(other_BSN, MASK_BS) == head.predict(scores_BSN, MASK_BS)


@every
def test_a_sentence_has_as_many_tags_as_words_and_labels_that_training_lacks_cost_nothing(name: str) -> None:
    head, scores_BSN, targets_BS = made(name)
    tags = head.tags(scores_BSN, MASK_BS)
    assert [len(row) for row in tags] == list(LENGTHS)
    assert {tag for row in tags for tag in row} <= set(LABELS)
    assert head.loss(scores_BSN, torch.full_like(targets_BS, IGNORE), MASK_BS, label_smoothing=0.0).item() == 0


@every
def test_the_loss_reaches_every_parameter_and_nothing_at_padding(name: str) -> None:
    head, scores_BSN, targets_BS = made(name)
    scores_BSN.retain_grad()
    head.loss(scores_BSN, targets_BS, MASK_BS, label_smoothing=0.0).backward()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in head.parameters())
    assert scores_BSN.grad is not None and not scores_BSN.grad[~MASK_BS].any()


def test_the_manuals_head_costs_the_margins_that_wrong_labels_break() -> None:
    head, scores_BSN, targets_BS = made("margin")
    expected = 0.0
    for row, position in MASK_BS.nonzero().tolist():
        scores, gold = scores_BSN[row, position].tolist(), int(targets_BS[row, position])
        expected += sum(max(0.0, 1 - scores[gold] + score) for label, score in enumerate(scores) if label != gold) / len(LABELS)
    assert head.loss(scores_BSN, targets_BS, MASK_BS, label_smoothing=0.0).item() == pytest.approx(expected, rel=1e-5)

"""Minimum-risk training by value: the expected fault over a set of candidates, and its gradient; and that it makes the fault smaller."""

import math

import pytest
import torch

from seqtasks.models.translation import TARGET, TranslationModel
from seqtasks.training.risk import expected_risk, risk_objective
from tests.models.test_translation_model import EOS, SOURCES, TARGETS, batch_of, model_of

BATCH = batch_of(SOURCES, TARGETS)
CANDIDATES = [[[5, EOS], [5, 6, EOS], [5, EOS], [7, 7, 7]], [[EOS]], [[4, EOS], [9, EOS]]]


def fault(words, reference) -> float:
    return sum(word != 5 for word in words) / 4 + len(reference) / 8


def judge(found, reference):
    return [fault(words, reference) for words in found]


def score(model: TranslationModel, source: list[int], words: list[int]) -> torch.Tensor:
    """log p of one translation, word by word."""
    memory, state = model.encode(batch_of([source], [words]))
    outputs_1TH, _ = model.decoder(model.shifted(torch.tensor([words])), memory, state)
    said_TV = torch.log_softmax(model.output(outputs_1TH)[0], dim=-1)
    return sum((said_TV[place, word] for place, word in enumerate(words)), torch.zeros(()))


def by_hand(model: TranslationModel, alpha: float) -> torch.Tensor:
    """Shen et al. (2016), equations 5 and 7, one sentence and one candidate at a time; candidates are a set that holds the reference."""
    total = torch.zeros(())
    for source, reference, found in zip(SOURCES, TARGETS, CANDIDATES, strict=True):
        members = [list(words) for words in {tuple(words) for words in [reference, *found]}]
        weights = [(alpha * score(model, source, words)).exp() for words in members]
        total = total + sum(w * fault(words, reference) for w, words in zip(weights, members, strict=True)) / sum(weights)
    return total / len(SOURCES)


@pytest.mark.parametrize("alpha", [0.005, 1.0])
@pytest.mark.parametrize(("attention", "feeding"), [("additive", True), ("general", False), ("none", False)])
def test_loss_and_gradient_are_those_of_the_paper(alpha: float, attention: str, feeding: bool) -> None:
    model = model_of("lstm", attention, feeding)
    term = risk_objective(sample=lambda *_: CANDIDATES, risk=judge, alpha=alpha)(model, BATCH, 0)[TARGET]
    count = sum(map(len, TARGETS))
    assert term.count == count
    expected = by_hand(model, alpha)
    torch.testing.assert_close(term.mean, expected)
    weights = list(model.parameters())
    found, wanted = (torch.autograd.grad(loss, weights, allow_unused=True) for loss in (term.mean, expected))
    for one, other in zip(found, wanted, strict=True):
        if other is not None:
            torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-3)


def test_what_is_shown_is_the_likelihood_of_the_reference() -> None:
    model = model_of("gru", "dot", False)
    term = risk_objective(sample=lambda *_: CANDIDATES, risk=judge, alpha=0.5)(model, BATCH, 0)[TARGET]
    said = -sum(score(model, source, words) for source, words in zip(SOURCES, TARGETS, strict=True))
    torch.testing.assert_close(term.plain, said.detach())
    right = model.output(model(BATCH)[0]).argmax(-1) == BATCH.targets[TARGET]
    assert int(term.correct) == int(right.sum())


def test_candidates_are_drawn_without_dropout_or_gradient_and_the_model_trains_on() -> None:
    model, seen = model_of("lstm", "additive", False).train(), []

    def sampler(given, batch, step):
        seen.append((given.training, torch.is_grad_enabled(), step))
        return CANDIDATES

    with torch.autocast("cpu", torch.bfloat16):
        term = risk_objective(sample=sampler, risk=judge, alpha=1.0)(model, BATCH, 3)[TARGET]
    assert seen == [(False, False, 3)]
    assert model.training
    term.mean.backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []


def test_expected_risk_of_equal_scores_is_the_mean() -> None:
    found = expected_risk(torch.zeros(5), [2, 3], [[0.0, 1.0], [0.0, 0.5, 1.0]], 7.0)
    assert found.tolist() == [0.5, 0.5]
    sharp = expected_risk(torch.tensor([0.0, math.log(3)]), [2], [[0.0, 1.0]], 1.0)
    assert sharp.item() == pytest.approx(0.75)


def test_training_moves_probability_to_what_is_judged_better() -> None:
    model = model_of("lstm", "additive", False)
    objective = risk_objective(sample=lambda *_: CANDIDATES, risk=judge, alpha=1.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for step in range(15):
        optimizer.zero_grad()
        loss = objective(model, BATCH, step)[TARGET].mean
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.01

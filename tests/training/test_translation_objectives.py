"""The likelihood of given words, and R-Drop's divergence between two passes, by value."""

import pytest
import torch

from seqtasks.models.translation import TARGET, TranslationModel
from seqtasks.text.batching import IGNORE
from seqtasks.training.objectives import Loss
from seqtasks.training.translation_objectives import BLOCK, consistent, doubled, stepwise, translation_objective
from tests.models.test_translation_model import SOURCES, TARGETS, WORDS, batch_of, model_of

BATCH = batch_of(SOURCES, TARGETS)


def log_probs(model: TranslationModel) -> torch.Tensor:
    return torch.log_softmax(model.output(model(BATCH)[0]), dim=-1)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("feeding", [False, True])
def test_the_loss_is_the_smoothed_likelihood_of_real_words_only(smoothing: float, feeding: bool) -> None:
    model = model_of("lstm", "additive", feeding)
    said_BTV = log_probs(model)
    expected, plain, right = 0.0, 0.0, 0
    for row, words in enumerate(TARGETS):
        for place, word in enumerate(words):
            said_V = said_BTV[row, place]
            aimed_V = torch.full((WORDS,), smoothing / WORDS)
            aimed_V[word] += 1 - smoothing
            expected, plain = expected - (aimed_V * said_V).sum(), plain - said_V[word]
            right += int(said_V.argmax()) == word
    term = translation_objective(label_smoothing=smoothing)(model, BATCH, 0)[TARGET]
    torch.testing.assert_close(term.sum, expected)
    torch.testing.assert_close(term.plain, plain)
    assert (term.count, int(term.correct)) == (sum(map(len, TARGETS)), right)


def test_the_output_layer_sees_real_words_and_zeros_that_fill_up_a_block() -> None:
    model, seen = model_of("gru", "dot", False), []
    count = sum(map(len, TARGETS))
    handle = model.output.register_forward_pre_hook(lambda layer, given: seen.extend(given))
    translation_objective(label_smoothing=0.1)(model, BATCH, 0)
    handle.remove()
    real_NH = model(BATCH)[0][BATCH.targets[TARGET] != IGNORE]
    assert [len(outputs) for outputs in seen] == [BLOCK]
    torch.testing.assert_close(seen[0][:count], real_NH)
    assert not seen[0][count:].any()


@pytest.mark.parametrize(("kind", "attention", "feeding"), [("lstm", "additive", True), ("gru", "dot", False), ("lstm", "coverage", False)])
def test_the_likelihood_word_by_word_is_that_of_all_words_at_once(kind: str, attention: str, feeding: bool) -> None:
    model = model_of(kind, attention, feeding)
    whole = translation_objective(label_smoothing=0.0)(model, BATCH, 0)[TARGET]
    term = stepwise(model, BATCH)
    torch.testing.assert_close(term.sum, whole.sum)
    assert (term.count, int(term.correct)) == (whole.count, int(whole.correct))


def test_a_doubled_batch_holds_every_sentence_twice() -> None:
    twice = doubled(BATCH)
    for name in ("ids_BS", "mask_BS", "positions_B"):
        assert torch.equal(getattr(twice, name), torch.cat([getattr(BATCH, name)] * 2))
    assert torch.equal(twice.targets[TARGET], torch.cat([BATCH.targets[TARGET]] * 2))


@pytest.mark.parametrize("alpha", [0.5, 5.0])
def test_r_drop_is_half_of_equation_4_of_the_paper(alpha: float) -> None:
    torch.manual_seed(3)
    first_NV, second_NV = torch.randn(2, 4, 6).log_softmax(-1)
    targets = [0, 5, 2, 2]
    likelihoods = -sum(one_NV[row, word] for one_NV in (first_NV, second_NV) for row, word in enumerate(targets))
    divergence = sum(
        sum(float(p.exp()) * float(p - q) for p, q in zip(left_V, right_V, strict=True))
        for one, other in ((first_NV, second_NV), (second_NV, first_NV))
        for left_V, right_V in zip(one, other, strict=True)
    )
    term = consistent(Loss(likelihoods, 8, torch.tensor(6), likelihoods), torch.cat([first_NV, second_NV]), alpha)
    torch.testing.assert_close(term.sum, (likelihoods + alpha * 0.5 * divergence) / 2)
    torch.testing.assert_close(term.plain, likelihoods / 2)
    assert (term.count, float(term.correct)) == (4, 3.0)


def test_without_dropout_r_drop_changes_nothing_and_with_it_both_passes_differ() -> None:
    model, plain, dropped = model_of("lstm", "general", False), translation_objective(label_smoothing=0.1), 0.0
    objective = translation_objective(label_smoothing=0.1, r_drop=5.0)
    one, two = plain(model, BATCH, 0)[TARGET], objective(model, BATCH, 0)[TARGET]
    torch.testing.assert_close(two.sum, one.sum)
    assert (two.count, float(two.correct)) == (one.count, float(one.correct))
    model.train()
    torch.manual_seed(1)
    dropped = objective(model, BATCH, 0)[TARGET]
    assert dropped.plain is not None and float(dropped.sum.detach()) > float(dropped.plain)


@pytest.mark.parametrize(("r_drop", "share"), [(0.0, 1.0), (2.0, 0.5)])
def test_a_guide_is_given_the_attention_and_adds_to_the_loss_but_not_to_what_is_shown(r_drop, share) -> None:
    model = model_of("lstm", "additive", False)

    def guide(weights_BTS, batch, step):
        assert weights_BTS.shape == (*batch.targets[TARGET].shape, batch.ids_BS.size(1))
        return torch.tensor(10.0 + step)

    plain = translation_objective(label_smoothing=0.1, r_drop=r_drop)(model, BATCH, 3)[TARGET]
    guided = translation_objective(label_smoothing=0.1, r_drop=r_drop, guide=guide)(model, BATCH, 3)[TARGET]
    torch.testing.assert_close(guided.sum, plain.sum + 13 * share)
    torch.testing.assert_close(guided.plain, plain.plain)
    assert (guided.count, float(guided.correct)) == (plain.count, float(plain.correct))


def test_a_guide_needs_an_attention() -> None:
    with pytest.raises(ValueError, match="this decoder has no attention to guide"):
        translation_objective(label_smoothing=0.0, guide=lambda *_: torch.tensor(0.0))(model_of("lstm", "none", False), BATCH, 0)

"""Scheduled sampling: which words the decoder reads, what they are drawn from, and that an update always draws the same."""

import pytest
import torch

from seqtasks.models.translation import TARGET, TranslationModel
from seqtasks.text.batching import IGNORE
from seqtasks.training.scheduled_sampling import ScheduledSampling
from seqtasks.training.seeds import drawn, generator_of
from seqtasks.training.translation_objectives import translation_objective
from tests.models.test_translation_model import BOS, EOS, SOURCES, TARGETS, batch_of, model_of

BATCH = batch_of(SOURCES, TARGETS)
REAL = BATCH.targets[TARGET] != IGNORE


def chosen(model: TranslationModel, truth: float, *, walks: bool, step: int = 0, seed: int = 1) -> torch.Tensor:
    memory, state = model.encode(BATCH)
    sampling = ScheduledSampling(lambda update: truth, seed, walks)
    return sampling(model, model.shifted(BATCH.targets[TARGET]), memory, state, BATCH, step)


def surest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the most probable word."""
    for place in ("scheduled_sampling", "seeds"):
        monkeypatch.setattr(f"seqtasks.training.{place}.drawn", lambda probs_RV, generator: probs_RV.argmax(-1))


@pytest.mark.parametrize("walks", [False, True])
def test_with_the_truth_alone_the_reference_is_read(walks: bool) -> None:
    model = model_of("lstm", "additive", False)
    assert torch.equal(chosen(model, 1.0, walks=walks), model.shifted(BATCH.targets[TARGET]))


@pytest.mark.parametrize("walks", [False, True])
def test_the_begin_and_padding_are_never_replaced_and_a_share_of_the_rest_is(walks: bool) -> None:
    model = model_of("gru", "general", False)
    given = model.shifted(BATCH.targets[TARGET])
    changed = torch.stack([chosen(model, 0.5, walks=walks, step=step) != given for step in range(60)]).float().mean(0)
    assert not changed[:, 0].any()
    assert not changed[~REAL].any()
    assert ((changed[:, 1:] > 0.2) & (changed[:, 1:] < 0.7))[REAL[:, 1:]].all()  # some draws are the reference's word


@pytest.mark.parametrize("feeding", [False, True])
def test_walked_words_are_the_model_s_own_after_the_words_it_has_read(feeding: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    surest(monkeypatch)
    model = model_of("lstm", "dot", feeding)
    found = chosen(model, 0.0, walks=True)
    with torch.no_grad():
        for row, source in enumerate(SOURCES):
            read = [BOS]
            for _ in TARGETS[row][1:]:
                inputs = torch.tensor([read])
                memory, state = model.encode(batch_of([source], [[EOS]]))
                read.append(int(model.output(model.decoder(inputs, memory, state)[0])[0, -1].argmax()))
            assert found[row, : len(read)].tolist() == read


def test_the_second_of_two_passes_reads_what_the_first_says_after_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    surest(monkeypatch)
    model = model_of("lstm", "additive", False)
    said_BT = model.output(model(BATCH)[0]).argmax(-1)
    found = chosen(model, 0.0, walks=False)
    for row, words in enumerate(TARGETS):
        assert found[row, 1 : len(words)].tolist() == said_BT[row, : len(words) - 1].tolist()


def test_words_are_drawn_as_often_as_they_are_probable() -> None:
    probs_V = torch.tensor([0.0, 0.5, 0.0, 1.5, 2.0, 0.0])
    found = drawn(probs_V.expand(20_000, -1), torch.Generator().manual_seed(1)).bincount(minlength=6) / 20_000
    torch.testing.assert_close(found, probs_V / 4, atol=0.02, rtol=0)
    assert found[[0, 2, 5]].tolist() == [0, 0, 0]


@pytest.mark.parametrize("walks", [False, True])
def test_an_update_draws_the_same_whatever_was_drawn_before(walks: bool) -> None:
    model = model_of("lstm", "additive", True)
    first = chosen(model, 0.3, walks=walks, step=7)
    torch.manual_seed(99)
    assert torch.equal(chosen(model, 0.3, walks=walks, step=7), first)
    others = [chosen(model, 0.3, walks=walks, step=step, seed=seed) for step, seed in ((8, 1), (7, 2), (9, 1))]
    assert any(not torch.equal(other, first) for other in others)


def test_a_generator_belongs_to_seed_update_and_batch() -> None:
    other = batch_of(SOURCES[::-1], TARGETS[::-1])
    other.positions_B[:] = torch.tensor([5, 6, 7])
    draws = [torch.rand(1, generator=generator_of(*key)).item() for key in ((1, 2, BATCH), (1, 2, BATCH), (2, 2, BATCH), (1, 3, BATCH))]
    draws.append(torch.rand(1, generator=generator_of(1, 2, other)).item())
    assert draws[0] == draws[1]
    assert len(set(draws)) == 4


@pytest.mark.parametrize("walks", [False, True])
def test_every_weight_learns_under_autocast_although_the_first_pass_has_no_gradient(walks: bool) -> None:
    model = model_of("lstm", "additive", walks).train()
    objective = translation_objective(label_smoothing=0.1, inputs=ScheduledSampling(lambda update: 0.3, 1, walks))
    with torch.autocast("cpu", torch.bfloat16):
        term = objective(model, BATCH, 0)[TARGET]
    term.mean.backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []

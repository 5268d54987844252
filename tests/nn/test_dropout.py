import pytest
import torch

from seqtasks.nn.dropout import LockedDropout, WordDropout, rare_word_rates


def test_the_mask_is_shared_over_time_and_differs_between_sentences():
    torch.manual_seed(0)
    dropped_BSE = LockedDropout(0.5)(torch.ones(6, 5, 30))
    assert torch.equal(dropped_BSE, dropped_BSE[:, :1].expand_as(dropped_BSE))
    assert not torch.equal(dropped_BSE[0], dropped_BSE[1])
    assert set(dropped_BSE.unique().tolist()) == {0.0, 2.0}


def test_the_expected_value_is_kept():
    torch.manual_seed(0)
    assert LockedDropout(0.3)(torch.ones(400, 1, 100)).mean().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("dropout", [LockedDropout(0.9).eval(), LockedDropout(0.0)])
def test_nothing_is_dropped_in_evaluation_or_at_rate_zero(dropout):
    states_BSE = torch.randn(2, 3, 4)
    assert dropout(states_BSE) is states_BSE
    assert dropout.mask(2, 4, states_BSE) is None


def test_word_dropout_replaces_real_words_at_its_rate_and_never_padding():
    torch.manual_seed(0)
    ids_BS = torch.randint(2, 50, (200, 30))
    mask_BS = torch.arange(30) < torch.randint(0, 31, (200, 1))
    ids_BS[~mask_BS] = 0
    replaced_BS = WordDropout(0.25, 1)(ids_BS, mask_BS)
    changed_BS = replaced_BS != ids_BS
    assert not changed_BS[~mask_BS].any()
    assert set(replaced_BS[changed_BS].tolist()) == {1}
    assert changed_BS[mask_BS].float().mean().item() == pytest.approx(0.25, abs=0.03)


def test_rates_per_word_replace_each_word_at_its_own_rate():
    torch.manual_seed(0)
    ids_BS = torch.tensor([[2, 3, 4]]).expand(1000, 3)
    replaced_BS = WordDropout(0.0, 1, torch.tensor([0.0, 0.0, 0.0, 1.0, 0.5]))(ids_BS, torch.ones_like(ids_BS, dtype=torch.bool))
    assert (replaced_BS[:, 0] == 2).all()
    assert (replaced_BS[:, 1] == 1).all()
    assert (replaced_BS[:, 2] == 1).float().mean().item() == pytest.approx(0.5, abs=0.06)


def test_word_dropout_changes_nothing_in_evaluation():
    ids_BS = torch.tensor([[2, 3]])
    assert WordDropout(0.9, 1).eval()(ids_BS, torch.ones_like(ids_BS, dtype=torch.bool)) is ids_BS


def test_rare_words_are_hidden_more_often_the_rarer_they_are_and_never_below_the_common_rate():
    counts_V = torch.tensor([0, 1, 2, 4, 5, 1000])
    torch.testing.assert_close(rare_word_rates(counts_V, p=0.1, rare=0.5), torch.tensor([0.1, 0.5, 0.25, 0.125, 0.1, 0.1]))
    torch.testing.assert_close(rare_word_rates(counts_V, p=0.0, rare=0.5), torch.tensor([0.0, 0.5, 0.25, 0.125, 0.1, 0.0005]))


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5])
def test_rates_outside_their_range_are_refused(rate):
    counts_V = torch.tensor([1])
    rates = (lambda: rare_word_rates(counts_V, p=rate, rare=0.5), lambda: rare_word_rates(counts_V, p=0.1, rare=rate))
    for make in (lambda: LockedDropout(rate), lambda: WordDropout(rate, 1), *rates):
        with pytest.raises(ValueError, match=f"^dropout must be at least 0 and below 1, got {rate}$"):
            make()


def test_word_rates_outside_their_range_are_refused():
    with pytest.raises(ValueError, match="^word dropout rates must lie between 0 and 1, got -0.5 to 2$"):
        WordDropout(0.0, 1, torch.tensor([-0.5, 2.0]))


def test_dropout_prints_its_settings():
    assert repr(LockedDropout(0.5)) == "LockedDropout(p=0.5)"
    assert repr(WordDropout(0.1, 3, torch.zeros(2))) == "WordDropout(p=0.1, unknown=3, one rate per word)"

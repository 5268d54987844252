import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.attention import ATTENTIONS, AttentionOverTime, LocationFeatures
from tests.oracles.attention import additive_energy, attend, located

KINDS = ["location", "coverage"]


def built(kind, hidden_size=5):
    return ATTENTIONS[kind](query_size=4, memory_size=3, hidden_size=hidden_size)


def by_hand(attention, query_TH, values_SM, mask_S):
    """Weights of each step of one sentence, by plain loops that carry the weights of the step before and their sum."""
    length, found = len(mask_S), []
    before, total = [0.0] * length, [0.0] * length
    weights_of = {"query_AH": attention.query.weight, "bias_A": attention.query.bias, "key_AM": attention.key.weight}
    for query_H in query_TH:
        if isinstance(attention.past, LocationFeatures):
            rows = located(before, total, attention.past.convolution.weight)
            past_SA = torch.tensor(rows) @ attention.past.linear.weight.t()
        else:
            past_SA = torch.tensor(total)[:, None] * attention.past.linear.weight[:, 0]
        values = list(values_SM)

        def energy(query_H, value_M, past_SA=past_SA, values=values):
            position = next(place for place, value in enumerate(values) if torch.equal(value, value_M))
            return additive_energy(query_H, value_M, **weights_of, weigh_A=attention.weigh.weight[0], past_A=past_SA[position])

        _, before = attend(query_H, values_SM, mask_S, energy)
        total = [old + new for old, new in zip(total, before, strict=True)]
        found.append(before)
    return torch.tensor(found)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=8)
@given(lengths=st.lists(st.integers(0, 14), min_size=1, max_size=3), steps=st.integers(1, 4), seed=st.integers(0, 99))
@torch.no_grad()
def test_weights_equal_plain_loops_that_carry_what_was_looked_at(kind, lengths, steps, seed):
    torch.manual_seed(seed)
    attention = built(kind)
    mask_BS = torch.arange(max(*lengths, 1) + 2) < torch.tensor(lengths)[:, None]
    states_BSH, query_BTH = torch.randn(*mask_BS.shape, 3), torch.randn(len(lengths), steps, 4)
    memory, state, weights = attention.project(states_BSH, mask_BS), None, []
    for step in range(steps):
        _, weights_B1S, state = attention(query_BTH[:, step : step + 1], memory, state)
        weights.append(weights_B1S)
    found_BTS = torch.cat(weights, dim=1)
    for row in range(len(lengths)):
        torch.testing.assert_close(found_BTS[row], by_hand(attention, query_BTH[row], states_BSH[row], mask_BS[row]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_holds_the_last_weights_and_their_sum_and_each_query_goes_on_with_its_own(kind):
    attention = built(kind)
    states_BSH, mask_BS = torch.randn(2, 6, 3), torch.ones(2, 6, dtype=torch.bool)
    memory = attention.project(states_BSH, mask_BS)
    _, first, state = attention(torch.randn(2, 3, 4), memory)
    _, second, state = attention(torch.randn(2, 3, 4), memory, state)
    torch.testing.assert_close(state, torch.stack([second, first + second], dim=-1))
    query_BQH = torch.randn(2, 3, 4)
    _, together, _ = attention(query_BQH, memory, state)
    for query in range(3):
        part = slice(query, query + 1)
        torch.testing.assert_close(together[:, part], attention(query_BQH[:, part], memory, state[:, part])[1])


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_that_its_state_runs_over_time_and_every_parameter_learns(kind):
    attention = built(kind)
    assert isinstance(attention, AttentionOverTime)
    assert (attention.parallel, attention.state_size) == (False, 2)
    memory = attention.project(torch.randn(2, 6, 3), torch.tensor([[True] * 6, [False] * 6]))
    _, _, state = attention(torch.randn(2, 1, 4), memory)
    context_BQH, weights_BQS, _ = attention(torch.randn(2, 1, 4), memory, state)
    assert not weights_BQS[1].any() and not context_BQH[1].any()
    context_BQH.square().sum().backward()
    for parameter in attention.parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_energy_of_a_first_step_is_that_after_nothing(kind):
    attention = built(kind)
    query_BQH, keys_BSA = torch.randn(2, 3, 4), torch.randn(2, 6, 5)
    torch.testing.assert_close(attention.energy(query_BQH, keys_BSA), attention.energy_after(query_BQH, keys_BSA, torch.zeros(2, 3, 6, 2)))


def test_coverage_can_learn_to_look_away_from_what_it_has_seen():
    attention = built("coverage", hidden_size=1)
    with torch.no_grad():
        for parameter in attention.parameters():
            parameter.zero_()
        attention.past.linear.weight.fill_(-4.0)
        attention.weigh.weight.fill_(3.0)
    memory = attention.project(torch.randn(1, 3, 3), torch.ones(1, 3, dtype=torch.bool))
    looked = torch.tensor([[[[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]]])
    _, weights, _ = attention(torch.zeros(1, 1, 4), memory, looked)
    assert weights[0, 0, 0] < 0.1

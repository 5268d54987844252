from functools import partial

import pytest
import torch

from seqtasks.nn.attention import ATTENTIONS, AdditiveAttention, DotAttention, GeneralAttention, Memory
from seqtasks.nn.attention_weights import masked_softmax
from tests.miniature.manual import objects_of
from tests.oracles.attention import additive_energy, attend, dot_energy, general_energy, scaled_energy


def cosine(*, query_size, memory_size, hidden_size, attention_weights=None):
    """The manual's example."""
    return objects_of("extending.md")["CosineAttention"](
        query_size=query_size, memory_size=memory_size, attention_weights=attention_weights
    )


EVERY = {**ATTENTIONS, "cosine": cosine}
LENGTHS = [5, 0, 3, 1]


def drawn(size=4, longest=6, queries=3, query_size=4):
    mask_BS = torch.arange(longest) < torch.tensor(LENGTHS)[:, None]
    return torch.randn(len(LENGTHS), queries, query_size), torch.randn(len(LENGTHS), longest, size), mask_BS


def energies():
    """Each kind with the plain energy function that has its weights; query size 4."""
    additive = AdditiveAttention(query_size=4, memory_size=5, hidden_size=6)
    general = GeneralAttention(query_size=4, memory_size=5)
    parts = {"query_AH": additive.query.weight, "bias_A": additive.query.bias, "key_AM": additive.key.weight}
    return [
        (additive, partial(additive_energy, **parts, weigh_A=additive.weigh.weight[0])),
        (general, partial(general_energy, key_HM=general.key.weight)),
        (DotAttention(query_size=4, memory_size=4), dot_energy),
        (DotAttention(query_size=4, memory_size=4, scaled=True), scaled_energy),
    ]


@pytest.mark.parametrize("number", range(4))
def test_attention_equals_plain_loops_over_words(number):
    attention, energy = energies()[number]
    query_BQH, states_BSH, mask_BS = drawn(size=attention.memory_size)
    context_BQH, weights_BQS, state = attention(query_BQH, attention.project(states_BSH, mask_BS))
    for b in range(query_BQH.size(0)):
        for q in range(query_BQH.size(1)):
            context, weights = attend(query_BQH[b, q], states_BSH[b], mask_BS[b], energy)
            torch.testing.assert_close(context_BQH[b, q], torch.tensor(context), atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(weights_BQS[b, q], torch.tensor(weights), atol=1e-5, rtol=1e-5)
    assert state is None
    assert attention.parallel


def test_the_manuals_attention_is_ten_times_the_cosine():
    attention = cosine(query_size=4, memory_size=5, hidden_size=0)
    query_BQH, states_BSH, mask_BS = drawn(size=5)
    _, weights_BQS, _ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    for b, length in enumerate(LENGTHS):
        for q in range(query_BQH.size(1)):
            keys = [attention.key.weight @ states_BSH[b, s] for s in range(length)]
            energy = [10 * query_BQH[b, q] @ key / (query_BQH[b, q].norm() * key.norm()) for key in keys]
            expected_S = torch.stack(energy).softmax(0) if energy else torch.zeros(0)
            torch.testing.assert_close(weights_BQS[b, q, :length], expected_S, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", EVERY)
def test_weights_sum_to_one_at_real_words_are_exactly_zero_elsewhere_and_all_zero_for_an_empty_source(name):
    attention = EVERY[name](query_size=4, memory_size=4, hidden_size=5)
    query_BQH, states_BSH, mask_BS = drawn()
    context_BQH, weights_BQS, _ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    torch.testing.assert_close(weights_BQS.sum(-1), torch.tensor([1.0, 0, 1, 1])[:, None].expand(-1, 3))
    assert not weights_BQS[~mask_BS[:, None].expand_as(weights_BQS)].any()
    assert torch.equal(context_BQH[1], torch.zeros(3, 4))


@pytest.mark.parametrize("name", EVERY)
def test_a_sentence_is_summarised_the_same_alone_and_in_a_batch(name):
    attention = EVERY[name](query_size=4, memory_size=4, hidden_size=5)
    query_BQH, states_BSH, mask_BS = drawn()
    together, *_ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    for row, length in enumerate(LENGTHS):
        part = slice(row, row + 1)
        alone, *_ = attention(query_BQH[part], attention.project(states_BSH[part, :length], mask_BS[part, :length]))
        torch.testing.assert_close(together[row], alone[0], atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", EVERY)
def test_every_parameter_gets_a_finite_gradient_also_beside_an_empty_source(name):
    attention = EVERY[name](query_size=4, memory_size=4, hidden_size=5)
    query_BQH, states_BSH, mask_BS = drawn()
    query_BQH.requires_grad_()
    states_BSH.requires_grad_()
    memory = attention.project(states_BSH, mask_BS)
    *_, state = attention(query_BQH, memory)
    context_BQH, *_ = attention(query_BQH, memory, state)
    (context_BQH * torch.randn_like(context_BQH)).sum().backward()
    for tensor in (*attention.parameters(), query_BQH, states_BSH):
        assert tensor.grad.isfinite().all() and tensor.grad.any()
    assert not query_BQH.grad[1].any()


@pytest.mark.parametrize("name", EVERY)
def test_attention_runs_under_bf16_autocast_with_float32_weights(name):
    attention = EVERY[name](query_size=4, memory_size=4, hidden_size=5)
    query_BQH, states_BSH, mask_BS = drawn()
    exact, *_ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    with torch.autocast("cpu", torch.bfloat16):
        context, weights, _ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    assert weights.dtype == torch.float32
    torch.testing.assert_close(context.float(), exact, atol=0.05, rtol=0)


@pytest.mark.parametrize("size", [5, 20_000, 200_000])
def test_additive_attention_gives_the_same_however_many_queries_it_works_on_at_a_time(size):
    """Of hidden size 5 it works on all 7 queries together, of 20,000 on some of them, of 200,000 on one."""
    attention = AdditiveAttention(query_size=4, memory_size=4, hidden_size=size)
    query_BQH, states_BSH, mask_BS = drawn(queries=7)
    memory = attention.project(states_BSH, mask_BS)
    expected = torch.cat([attention(query_BQH[:, number : number + 1], memory)[0] for number in range(7)], dim=1)
    torch.testing.assert_close(attention(query_BQH, memory)[0], expected)


def test_masked_softmax_is_float32_and_never_nan():
    mask = torch.tensor([[True, True, False], [False, False, False]])
    energy = torch.tensor([[-3e38, -3e38, 5.0], [1.0, 2.0, 3.0]], requires_grad=True)
    weights = masked_softmax(energy, mask)
    assert weights.tolist() == [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
    weights.square().sum().backward()
    assert energy.grad.isfinite().all()
    assert masked_softmax(energy.bfloat16(), mask).dtype == torch.float32
    assert masked_softmax(energy.double(), mask).dtype == torch.float64


def test_a_memory_selects_sentences_in_any_order():
    memory = Memory(torch.randn(3, 2, 4), torch.randn(3, 2, 5), torch.rand(3, 2) > 0.5, torch.arange(6).view(3, 2))
    chosen = memory.select(torch.tensor([2, 0]))
    for name in ("values_BSH", "keys_BSA", "mask_BS", "segments_BS"):
        assert torch.equal(getattr(chosen, name), getattr(memory, name)[[2, 0]])
    heads = Memory(memory.values_BSH, memory.keys_BSA, memory.mask_BS, None, (memory, memory)).select(torch.tensor([1]))
    assert [torch.equal(part.keys_BSA, memory.keys_BSA[[1]]) for part in heads.parts] == [True, True]
    shared = Memory(memory.values_BSH, memory.values_BSH, memory.mask_BS).select(torch.tensor([1]))
    assert shared.keys_BSA is shared.values_BSH
    assert shared.segments_BS is None


def test_queries_for_another_number_of_sentences_are_refused():
    attention = DotAttention(query_size=4, memory_size=4)
    query_BQH, states_BSH, mask_BS = drawn()
    with pytest.raises(ValueError, match="^queries for 2 sentences but 4 sentences in memory; select the memory's rows first$"):
        attention(query_BQH[:2], attention.project(states_BSH, mask_BS))


def test_dot_attention_refuses_sizes_that_differ():
    for kind in ("dot", "scaled"):
        message = f"^{kind} attention needs equal sizes, got query_size 4 and memory_size 8; use general attention$"
        with pytest.raises(ValueError, match=message):
            ATTENTIONS[kind](query_size=4, memory_size=8, hidden_size=3)

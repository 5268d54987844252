from unittest.mock import patch

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtasks.nn.attention import ATTENTIONS, DotAttention, GeneralAttention
from seqtasks.nn.attention_weights import NORMALISERS, WINDOWS, AttentionWeights, sparsemax
from seqtasks.nn.composed_attention import HierarchicalAttention, MultiHeadAttention
from tests.oracles.attention import attend, dot_energy, general_energy, hierarchical, scaled_energy, softmax
from tests.oracles.attention import sparsemax as plain_sparsemax

LENGTHS = [6, 0, 3, 1]
SEGMENTS = torch.tensor([[0, 0, 1, 1, 1, 2, 0], [0] * 7, [0, 1, 1, 0, 0, 0, 0], [0] * 7])


def drawn(queries=3, size=6):
    mask_BS = torch.arange(7) < torch.tensor(LENGTHS)[:, None]
    return torch.randn(4, queries, 6), torch.randn(4, 7, size), mask_BS


def head(kind, normaliser="softmax", window=None, size=3):
    attention_weights = AttentionWeights(
        normaliser=NORMALISERS[normaliser](2), window=WINDOWS[window](query_size=size, reach=2) if window else None
    )
    return ATTENTIONS[kind](query_size=size, memory_size=size, hidden_size=4, attention_weights=attention_weights)


def close(found, expected):
    torch.testing.assert_close(found, torch.tensor(expected), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_heads_of_different_kinds_equal_single_attentions_on_their_projections():
    heads = [head("dot"), head("scaled", "sparsemax")]
    attention = MultiHeadAttention(query_size=6, memory_size=6, heads=heads)
    query_BQH, states_BSH, mask_BS = drawn()
    context_BQH, weights_BQS, state = attention(query_BQH, attention.project(states_BSH, mask_BS))
    assert state is None and attention.parallel
    for b in (0, 2, 3):
        for q in range(3):
            parts, of_heads = [], []
            for number, (energy, normalise) in enumerate([(dot_energy, softmax), (scaled_energy, plain_sparsemax)]):
                rows = slice(3 * number, 3 * number + 3)
                own = attention.query.weight[rows] @ query_BQH[b, q] + attention.query.bias[rows]
                keys = states_BSH[b] @ attention.key.weight[rows].t() + attention.key.bias[rows]
                values = states_BSH[b] @ attention.value.weight[rows].t() + attention.value.bias[rows]
                _, weights = attend(own, keys, mask_BS[b], energy, normalise)
                of_heads.append(weights)
                parts.append(torch.tensor(weights) @ values)
            close(weights_BQS[b, q], [(one + two) / 2 for one, two in zip(*of_heads, strict=True)])
            torch.testing.assert_close(context_BQH[b, q], attention.join(torch.cat(parts)), atol=1e-5, rtol=1e-4)
    assert not context_BQH[1].any() and not weights_BQS[1].any()


def test_heads_over_time_carry_their_states_side_by_side():
    heads = [head("location"), head("dot"), head("general", window="local-m"), head("coverage", "entmax15")]
    attention = MultiHeadAttention(query_size=6, memory_size=6, heads=heads)
    assert (attention.parallel, attention.state_size) == (False, 5)
    query_BQH, states_BSH, mask_BS = drawn()
    memory, state, single = attention.project(states_BSH, mask_BS), None, [None] * 4
    for _ in range(3):
        _, weights_BQS, state = attention(query_BQH, memory, state)
        found = []
        for number, own in enumerate(heads):
            queries = attention.query(query_BQH)[..., 3 * number : 3 * number + 3]
            _, weights, single[number] = own(queries, memory.parts[number], single[number])
            found.append(weights)
        torch.testing.assert_close(weights_BQS, torch.stack(found).mean(0))
    assert state.shape == (4, 3, 7, 5)
    torch.testing.assert_close(state, torch.cat([part for part in single if part is not None], dim=-1))
    chosen = torch.tensor([2, 0])
    part = attention(query_BQH[chosen], memory.select(chosen), state[chosen])[1]
    torch.testing.assert_close(part, attention(query_BQH, memory, state)[1][chosen])


def test_a_multi_head_attention_without_heads_is_refused():
    with pytest.raises(ValueError, match="^multi-head attention needs at least one head$"):
        MultiHeadAttention(query_size=6, memory_size=6, heads=[])


@settings(deadline=None, max_examples=15)
@given(
    segments=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=8), min_size=1, max_size=3),
    seed=st.integers(0, 99),
    sparse=st.booleans(),
)
@torch.no_grad()
@patch("seqtasks.nn.composed_attention.DISTANCES", 3)
def test_hierarchical_weights_equal_plain_loops_over_segments(segments, seed, sparse):
    torch.manual_seed(seed)
    attention_weights = [AttentionWeights(normaliser=sparsemax) if sparse else None for _ in range(2)]
    words = DotAttention(query_size=4, memory_size=4, attention_weights=attention_weights[0])
    above = GeneralAttention(query_size=4, memory_size=4, attention_weights=attention_weights[1])
    attention = HierarchicalAttention(words=words, segments=above)
    far_DH = torch.nn.init.normal_(attention.distance.weight)
    mask_BS = torch.arange(9) < torch.tensor([len(row) for row in segments])[:, None]
    segments_BS = torch.tensor([row + [0] * (9 - len(row)) for row in segments])
    query_BQH, states_BSH = torch.randn(len(segments), 2, 4), torch.randn(len(segments), 9, 4)
    context_BQH, weights_BQS, _ = attention(query_BQH, attention.project(states_BSH, mask_BS, segments_BS))
    for b in range(len(segments)):
        for q in range(2):
            context, weights = hierarchical(
                query_BQH[b, q], states_BSH[b], mask_BS[b], segments_BS[b].tolist(), dot_energy,
                lambda query_H, value_H: general_energy(query_H, value_H, key_HM=above.key.weight),
                lambda summary_H, distance: torch.tensor(summary_H) + far_DH[min(distance, 2)],
                plain_sparsemax if sparse else softmax,
            )  # fmt: skip
            close(weights_BQS[b, q], weights)
            close(context_BQH[b, q], context)


def levels(kind="additive", normaliser="softmax"):
    return HierarchicalAttention(words=head(kind, normaliser, size=6), segments=head(kind, normaliser, size=6))


@pytest.mark.parametrize("kind", ["additive", "dot", "scaled", "general"])
@pytest.mark.parametrize("normaliser", NORMALISERS)
def test_hierarchical_rows_sum_to_one_and_an_empty_source_gives_zeros(kind, normaliser):
    attention = levels(kind, normaliser)
    query_BQH, states_BSH, mask_BS = drawn()
    states_BSH.requires_grad_()
    context_BQH, weights_BQS, _ = attention(query_BQH, attention.project(states_BSH, mask_BS, SEGMENTS))
    torch.testing.assert_close(weights_BQS.sum(-1), torch.tensor([1.0, 0, 1, 1])[:, None].expand(-1, 3))
    assert not weights_BQS[~mask_BS[:, None].expand_as(weights_BQS)].any()
    assert not context_BQH[1].any()
    context_BQH.square().sum().backward()
    assert all(parameter.grad.isfinite().all() and parameter.grad.any() for parameter in attention.parameters())
    assert states_BSH.grad.isfinite().all()


def test_a_document_is_summarised_the_same_alone_as_beside_one_with_more_segments():
    attention = levels()
    query_BQH, states_BSH, mask_BS = drawn()
    together, *_ = attention(query_BQH, attention.project(states_BSH, mask_BS, SEGMENTS))
    for row, length in enumerate(LENGTHS):
        part = slice(row, row + 1)
        own = attention.project(states_BSH[part, :length], mask_BS[part, :length], SEGMENTS[part, :length])
        torch.testing.assert_close(attention(query_BQH[part], own)[0][0], together[row], atol=1e-6, rtol=1e-5)


def test_without_segments_a_hierarchy_is_its_words_attention():
    attention = levels()
    query_BQH, states_BSH, mask_BS = drawn()
    memory = attention.project(states_BSH, mask_BS)
    for found, flat in zip(attention(query_BQH, memory)[:2], attention.words(query_BQH, memory)[:2], strict=True):
        torch.testing.assert_close(found, flat)


def test_heads_may_be_hierarchies():
    heads = [HierarchicalAttention(words=head("dot"), segments=head("additive")), head("general")]
    attention = MultiHeadAttention(query_size=6, memory_size=6, heads=heads)
    query_BQH, states_BSH, mask_BS = drawn()
    _, weights_BQS, _ = attention(query_BQH, attention.project(states_BSH, mask_BS, SEGMENTS))
    torch.testing.assert_close(weights_BQS.sum(-1), torch.tensor([1.0, 0, 1, 1])[:, None].expand(-1, 3))


def test_levels_that_cannot_be_are_refused():
    reason = "an attention whose state runs over time, or that has a window, cannot be a level of a hierarchy"
    for words, above in ((head("coverage"), head("dot")), (head("dot"), head("location")), (head("dot", window="local-p"), head("dot"))):
        with pytest.raises(ValueError, match=f"^{reason}$"):
            HierarchicalAttention(words=words, segments=above)
    with pytest.raises(ValueError, match="^both levels of a hierarchy take queries and values of the same sizes, got 3 and 3, 6 and 6$"):
        HierarchicalAttention(words=head("dot"), segments=head("dot", size=6))

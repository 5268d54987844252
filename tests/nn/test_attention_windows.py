import math
from functools import partial

import pytest
import torch

from seqtasks.nn.attention import ATTENTIONS, DotAttention, GeneralAttention
from seqtasks.nn.attention_weights import NORMALISERS, WINDOWS, AttentionWeights, MonotonicWindow, PredictedWindow
from tests.oracles.attention import attend, dot_energy, entmax15, softmax, sparsemax, top_k

LENGTHS = [7, 0, 3, 1]
PLAIN = {"softmax": softmax, "sparsemax": sparsemax, "entmax15": entmax15, "topk": partial(top_k, k=2)}


def drawn(queries=3, longest=9):
    mask_BS = torch.arange(longest) < torch.tensor(LENGTHS)[:, None]
    return torch.randn(4, queries, 4), torch.randn(4, longest, 4), mask_BS


def windowed(window, normaliser="softmax", reach=2, kind="dot"):
    attention_weights = AttentionWeights(normaliser=NORMALISERS[normaliser](2), window=WINDOWS[window](query_size=4, reach=reach))
    return ATTENTIONS[kind](query_size=4, memory_size=4, hidden_size=5, attention_weights=attention_weights)


def close(found, expected):
    torch.testing.assert_close(found, torch.tensor(expected), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("normaliser", NORMALISERS)
@torch.no_grad()
def test_local_p_equals_a_gaussian_around_the_predicted_place_word_by_word(normaliser):
    attention = windowed("local-p", normaliser)
    window = attention.shares.window
    query_BQH, states_BSH, mask_BS = drawn()
    context_BQH, weights_BQS, state = attention(query_BQH, attention.project(states_BSH, mask_BS))
    assert state is None and attention.parallel
    for b, length in enumerate(LENGTHS):
        for q in range(3):
            inner = torch.tanh(window.inner.weight @ query_BQH[b, q])
            place = length / (1 + math.exp(-float(window.place.weight[0] @ inner)))
            context, weights = attend(
                query_BQH[b, q], states_BSH[b], mask_BS[b], dot_energy, PLAIN[normaliser],
                seen=lambda s, place=place: abs(s - place) <= 2,
                factor=lambda s, place=place: math.exp(-((s - place) ** 2) / (2 * 1.0**2)),
            )  # fmt: skip
            close(weights_BQS[b, q], weights)
            close(context_BQH[b, q], context)


@pytest.mark.parametrize("normaliser", NORMALISERS)
def test_local_m_moves_one_word_on_at_each_step_and_stays_at_the_last_word(normaliser):
    attention = windowed("local-m", normaliser)
    query_BQH, states_BSH, mask_BS = drawn()
    memory, state = attention.project(states_BSH, mask_BS), None
    assert not attention.parallel
    for step in range(9):
        context_BQH, weights_BQS, state = attention(query_BQH, memory, state)
        for b, length in enumerate(LENGTHS):
            place = min(step, max(length - 1, 0))
            context, weights = attend(
                query_BQH[b, 0], states_BSH[b], mask_BS[b], dot_energy, PLAIN[normaliser], seen=lambda s, place=place: abs(s - place) <= 2
            )
            close(weights_BQS[b, 0], weights)
            close(context_BQH[b, 0], context)


@pytest.mark.parametrize("kind", ATTENTIONS)
@pytest.mark.parametrize("window", WINDOWS)
def test_every_kind_looks_through_every_window_alone_as_in_a_batch(kind, window):
    attention = windowed(window, kind=kind)
    query_BQH, states_BSH, mask_BS = drawn(queries=2)
    memory, state = attention.project(states_BSH, mask_BS), None
    alone = [None] * 4
    for _ in range(3):
        _, weights_BQS, state = attention(query_BQH, memory, state)
        assert weights_BQS.isfinite().all() and not weights_BQS[1].any()
        assert (weights_BQS.sum(-1)[[0, 2, 3]] > 0).all()
        for row, length in enumerate(LENGTHS):
            part = slice(row, row + 1)
            own = attention.project(states_BSH[part, :length], mask_BS[part, :length])
            _, single_1QS, alone[row] = attention(query_BQH[part], own, alone[row])
            torch.testing.assert_close(weights_BQS[row, :, :length], single_1QS[0], atol=1e-6, rtol=1e-5)


def test_a_predicted_place_learns_from_the_gaussian():
    attention = windowed("local-p")
    query_BQH, states_BSH, mask_BS = drawn()
    context_BQH, *_ = attention(query_BQH, attention.project(states_BSH, mask_BS))
    context_BQH.square().sum().backward()
    for parameter in attention.parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any()


def test_a_wide_monotonic_window_is_no_window():
    attention, flat = windowed("local-m", reach=99), DotAttention(query_size=4, memory_size=4)
    query_BQH, states_BSH, mask_BS = drawn()
    memory = flat.project(states_BSH, mask_BS)
    torch.testing.assert_close(attention(query_BQH, memory)[1], flat(query_BQH, memory)[1])


def test_a_window_of_no_words_is_refused():
    for kind in (MonotonicWindow, PredictedWindow):
        with pytest.raises(ValueError, match="^a window needs a reach of at least 1 word, got 0$"):
            kind(query_size=4, reach=0)


def test_a_kind_without_shares_uses_softmax_over_all_words():
    attention = GeneralAttention(query_size=4, memory_size=4)
    assert attention.shares.window is None and attention.state_size == 0
    assert not list(attention.shares.parameters())
